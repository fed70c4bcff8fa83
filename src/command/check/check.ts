/**
 * Owns `trivet check`: a student's own runner, observer or dispatcher, in whatever language, against the
 * other side, which is played here over real sockets; in stages, with a mark for each.
 */

import { nearest } from '../../protocol/nearest.js';
import { exitCodes, UsageError } from '../../world/exit.js';
import { atMostAWeek } from '../../world/flag-values.js';
import { readFlags } from '../../world/flags.js';
import { standGuard } from '../../world/guard.js';
import { endingSignals } from '../../world/signals.js';
import { ladders } from './ladders.js';
import { Program } from './program.js';
import { documentOf, lineOf, passedOf, shown, total } from './shown.js';
import { type Climbing, climb, type Role, roles, type Stage } from './stage.js';

const flags = {
  stage: { type: 'string', describe: 'only this one, by its name or number, or these: 3-7' },
  timeout: {
    default: '20s',
    describe: 'how long a stage may take',
    coerce: atMostAWeek('timeout'),
  },
  'keep-going': {
    type: 'boolean',
    default: false,
    describe: 'go on behind a stage that fails',
  },
  list: {
    type: 'boolean',
    default: false,
    describe: 'tell what the stages are, and start nothing',
  },
  json: { type: 'boolean', default: false, describe: 'the marks for programs' },
} as const;

interface Read {
  readonly stage?: string;
  readonly timeout: number;
  readonly 'keep-going': boolean;
  readonly list: boolean;
  readonly json: boolean;
  readonly role?: string;
}

/** Answers the exit code: 1 where a stage failed. */
export async function check(argv: readonly string[]): Promise<number> {
  const dashes = argv.indexOf('--');
  const words = dashes === -1 ? [] : argv.slice(dashes + 1);
  const read = readFlags(
    {
      program: 'trivet check',
      purpose:
        'Checks your own runner, observer or dispatcher, in any language: plays the other side, and tells ' +
        'byte by byte what was expected and what came. Your command stands behind "--": ' +
        'trivet check runner -- python3 runner.py {port} {repo}. ' +
        'What is in braces it also finds in its environment, as CHECK_PORT and CHECK_REPO.',
      flags,
      argument: { name: 'role', describe: roles.join(', '), isMany: false },
    },
    dashes === -1 ? argv : argv.slice(0, dashes),
  ) as Read | null;
  if (read === null) return exitCodes.fine;
  const role = roleNamed(read.role);
  const stages = chosen(ladders[role], read.stage);
  if (read.list) return list(stages);
  if (words.length === 0) {
    throw new UsageError(
      `Your command stands behind "--": trivet check ${role} -- python3 ${role}.py {port}`,
    );
  }
  return checked(role, stages, words, read);
}

async function checked(
  role: Role,
  stages: readonly Numbered[],
  words: readonly string[],
  { timeout, json, 'keep-going': keepGoing }: Read,
): Promise<number> {
  const { stdout } = process;
  const ending = endable();
  const climbing: Climbing = {
    withinMs: timeout,
    keepGoing,
    start: (told) => new Program(words, told, ending.guard),
    marked: (mark) => void (json || stdout.write(shown(role, mark))),
    ifEnded: ending.ifEnded,
  };
  const marks = await climb(stages, climbing).finally(ending.dismiss);
  if (json) stdout.write(`${JSON.stringify(documentOf(role, words, marks), null, 2)}\n`);
  else stdout.write(`\n${total(marks)}\n`);
  return passedOf(marks) === marks.length ? exitCodes.fine : exitCodes.red;
}

interface Numbered {
  readonly stage: Stage;
  readonly number: number;
}

function roleNamed(text: string | undefined): Role {
  const role = roles.find((each) => each === text);
  if (role !== undefined) return role;
  if (text === undefined) throw new UsageError(`What is your program? One of ${roles.join(', ')}.`);
  const meant = nearest(text, [...roles]);
  const hint = meant === null ? '' : ` Did you mean "${meant}"?`;
  throw new UsageError(`"${text}" is no role; there are ${roles.join(', ')}.${hint}`);
}

/** All of them, the one of that name or number, or those from one number to another. */
function chosen(ladder: readonly Stage[], text: string | undefined): readonly Numbered[] {
  const all = ladder.map((stage, index) => ({ stage, number: index + 1 }));
  if (text === undefined) return all;
  const [, from = text, to = from] = /^([0-9]+)-([0-9]+)$/.exec(text) ?? [];
  const found = all.filter(
    ({ stage, number }) => stage.name === text || (number >= Number(from) && number <= Number(to)),
  );
  if (found.length > 0) return found;
  const names = ladder.map(({ name }) => name);
  const meant = nearest(text, names);
  const hint = meant === null ? `names are ${names.join(', ')}` : `did you mean "${meant}"?`;
  throw new UsageError(`There is no stage "${text}": ${hint}`);
}

function list(stages: readonly Numbered[]): number {
  for (const { stage, number } of stages) {
    const minutes = `${stage.minutes} min`;
    const [first, second] = stage.teaches;
    process.stdout.write(`${lineOf(stage, number)} (${stage.dialect}, ${minutes})\n`);
    process.stdout.write(`     ${first}\n     ${second}\n`);
  }
  return exitCodes.fine;
}

/** Ctrl-C ends the program that is checked as well, and so does our own end, however it comes. */
function endable() {
  let end = () => {};
  const guard = standGuard();
  const stop = () => {
    end();
    guard.dismiss();
    process.exit(exitCodes.aborted);
  };
  for (const signal of endingSignals) process.on(signal, stop);
  return {
    guard,
    ifEnded: (now: () => void) => {
      end = now;
    },
    dismiss: () => {
      guard.dismiss();
      for (const signal of endingSignals) process.off(signal, stop);
    },
  };
}
