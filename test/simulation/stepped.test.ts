import { describe, expect, test } from 'vitest';
import { parseRecording } from '../../src/record/parse.js';
import { lineOf, type WireRecord } from '../../src/record/record.js';
import type { Decision } from '../../src/record/world.js';
import { lessonCalled, toldOf } from './lessons.js';
import { planted } from './planting.js';
import { traceOf } from './record.js';
import { SteppedWorld } from './stepped.js';
import { simulate } from './world.js';
import { headerOf } from './world-record.js';

/** Worlds on a busy machine. */
const timeout = 120_000;

describe('the record of a simulated world', { timeout }, () => {
  test('disturbs nothing: the trace is the same with and without it', async () => {
    for (const seed of [3, 7]) {
      const [plain, { ended }] = [await simulate(seed), await recorded(seed)];
      expect(traceOf(ended)).toBe(traceOf(plain));
    }
  });

  test('is a recording that the page opens, and tells of each message what became of it', async () => {
    const { records } = await recorded(7);
    const read = parseRecording([headerOf(7), ...records].map(lineOf).join(''));
    if ('says' in read) throw new Error(read.says);
    expect(read.value.records).toEqual(records);
    const ends = records.flatMap((one) => ('message' in one ? [one.message] : []));
    expect(new Set(ends).size).toBe(ends.length);
    const sent = records.filter(({ kind }) => kind === 'message').length;
    // At the end of the world some are under way.
    expect(ends.length).toBeGreaterThan(sent * 0.9);
    const changes = new Set(records.flatMap((one) => (one.kind === 'change' ? one.what : [])));
    for (const what of ['started', 'joined', 'killed', 'frozen', 'accepted', 'leased', 'verdict']) {
      expect(changes).toContain(what);
    }
  });
});

describe('a world that is gone through step by step', { timeout }, () => {
  test('is the same records for the same seed and decisions, to the last byte', async () => {
    const decisions: Decision[] = [
      { step: 30, choice: { do: 'freeze', process: 'dispatcher' } },
      { step: 60, choice: { do: 'chance', seed: 8 } },
    ];
    const [one, other] = [await whole(7, decisions), await whole(7, decisions)];
    expect(one).toEqual(other);
    expect(one).not.toEqual(await whole(7, []));
  });

  test('is, back and then forward again, as it was', async () => {
    const { world, lines } = await begun(7);
    await world.step(120);
    const before = [...lines];
    await world.to(50);
    expect(before.slice(0, lines.length)).toEqual(lines);
    await world.to(120);
    expect(lines).toEqual(before);
    await world.close();
  });

  test('is another from a fork on, and the same before; without the decision it is as it was', async () => {
    const { world, lines } = await begun(7);
    await world.step(120);
    const before = [...lines];
    await world.to(60);
    const until = lines.length;
    await world.fork(60, { do: 'kill', process: 'dispatcher' });
    expect(world.document.decisions).toEqual([
      expect.objectContaining({ step: 60, says: 'dispatcher is killed (SIGKILL)' }),
    ]);
    await world.to(120);
    expect(lines.slice(0, until)).toEqual(before.slice(0, until));
    expect(lines.slice(until, until + 3)).not.toEqual(before.slice(until, until + 3));
    expect(lines.join('')).toContain('the process of dispatcher has ended');
    await world.forget(0);
    expect(lines).toEqual(before);
    await world.close();
  });

  test('keeps every law whatever is decided in it', async () => {
    for (const choice of ['power-cut', 'delay'] as const) {
      const { world } = await begun(5, [{ step: 40, choice: { do: choice, process: 'anna' } }]);
      await world.run();
      expect(world.document.broken, choice).toBeNull();
    }
  });

  test('breaks its law where a bug is planted, and the lesson names the line', async () => {
    const lesson = lessonCalled('a log is not synced before its verdict');
    if ('says' in lesson) throw new Error(lesson.says);
    const module = await planted<{ SteppedWorld: typeof SteppedWorld }>(
      lesson.bug,
      'test/simulation/stepped.ts',
    );
    const lines: string[] = [];
    const world = await module.SteppedWorld.begin(lesson.seed, [], takingInto(lines));
    await world.run();
    expect(lesson.bug.breaks).toContain(world.document.broken?.law);
    expect(lines.at(-1)).toContain('"what":"law-broken"');
    const hidden = toldOf(lesson, false);
    expect(hidden.line).toBeNull();
    expect(hidden.choices.map(({ name }) => name)).toContain(world.document.broken?.law);
    expect(toldOf(lesson, true).line).toMatchObject({
      file: 'src/dispatcher/store/logs.ts',
      before: '      await log.file.sync();',
    });
  });
});

async function recorded(seed: number) {
  const records: WireRecord[] = [];
  const ended = await simulate(seed, { take: (record) => records.push(record) });
  return { ended, records };
}

function takingInto(lines: string[]) {
  return {
    begun: () => {
      lines.length = 0;
    },
    take: (record: WireRecord) => {
      lines.push(lineOf(record));
    },
  };
}

async function begun(seed: number, decisions: readonly Decision[] = []) {
  const lines: string[] = [];
  const world = await SteppedWorld.begin(seed, decisions, takingInto(lines));
  return { world, lines };
}

async function whole(seed: number, decisions: readonly Decision[]): Promise<string[]> {
  const { world, lines } = await begun(seed, decisions);
  await world.run();
  return lines;
}
