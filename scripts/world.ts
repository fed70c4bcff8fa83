/**
 * Owns the process that holds a simulated world for a lab: what is to be done comes as a line of JSON on
 * standard input, what becomes of it goes out as lines on standard output. It ends when its input does.
 *
 *   --seed N [--plant NAME]              that world, step by step; without N the one that shows the bug
 *   … --whole [--decisions JSON] [--until MS]   its recording to the end, and that is all
 *   --lessons                            the planted bugs, a line each
 */

import { parseArgs } from 'node:util';
import { lineOf } from '../src/record/record.js';
import type { Decision } from '../src/record/world.js';
import { isSeedKnown, type Lesson, lessonCalled, lessons } from '../test/simulation/lessons.js';
import { planted } from '../test/simulation/planting.js';
import { headerOf } from '../test/simulation/world-record.js';
import { Keeper, type World } from './world/keeper.js';

/** Between two looks at what is asked for. */
const stepsAtOnce = 50;

const { values } = parseArgs({
  options: {
    seed: { type: 'string' },
    plant: { type: 'string' },
    whole: { type: 'boolean', default: false },
    decisions: { type: 'string', default: '[]' },
    until: { type: 'string' },
    lessons: { type: 'boolean', default: false },
  },
});

// Whoever started it is gone: nobody wants the world any more.
process.stdout.on('error', () => process.exit(0));

await main();

async function main(): Promise<void> {
  if (values.lessons) return tellLessons();
  const lesson = values.plant === undefined ? null : lessonCalled(values.plant);
  if (lesson !== null && 'says' in lesson) {
    process.stderr.write(`${lesson.says}\n`);
    process.exitCode = 2;
    return;
  }
  if (lesson !== null && values.seed === undefined && !isSeedKnown(lesson)) {
    process.stderr.write(
      `No seed is known that shows "${lesson.bug.name}": choose one with --seed.\n`,
    );
    process.exitCode = 2;
    return;
  }
  const world = await worldWith(lesson);
  const seed = Number(values.seed ?? lesson?.seed ?? 1);
  if (values.whole) await writeWhole(world, seed);
  else await new Keeper(world, lesson).keep(seed);
}

/** With the bug in it, where there is one. */
function worldWith(lesson: Lesson | null): Promise<World> {
  if (lesson === null) return import('../test/simulation/stepped.js');
  return planted<World>(lesson.bug, 'test/simulation/stepped.ts');
}

function tellLessons(): void {
  for (const { number, bug, seed } of lessons.filter(isSeedKnown)) {
    process.stdout.write(`${JSON.stringify({ number, name: bug.name, seed })}\n`);
  }
}

async function writeWhole({ SteppedWorld }: World, seed: number): Promise<void> {
  const untilMs = Number(values.until ?? Number.POSITIVE_INFINITY);
  const decisions = JSON.parse(values.decisions) as readonly Decision[];
  process.stdout.write(lineOf(headerOf(seed)));
  const world = await SteppedWorld.begin(seed, decisions, {
    begun: () => {},
    take: (record) => process.stdout.write(lineOf(record)),
  });
  while (!world.isOver && world.atMs < untilMs) await world.step(stepsAtOnce);
  await world.close();
}
