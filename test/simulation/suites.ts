/**
 * Owns what commits' suites do: a script drawn from the commit's id alone, and simulated processes
 * that play it. A suite is a process of its own: it goes on while its runner is frozen, and dies
 * with it (the guard sees to that).
 */

import type { Commit } from '../../src/protocol/ids.js';
import type { RunningSuite } from '../../src/test-runner/local/slots.js';
import type { Output } from '../../src/test-runner/suite/output.js';
import type { ProcessEnd, ProcessOptions } from '../../src/test-runner/suite/process.js';
import type { Clock } from '../../src/world/clock.js';
import type { Life } from './life.js';
import { secretValue } from './plans.js';
import { hashOf, Random } from './random.js';
import type { Timeline } from './timeline.js';

/** A suite is given this long; one that hangs takes longer. */
export const timeoutMs = 6_000;
export const graceMs = 500;
/** A flood prints more. */
export const logBytesMax = 20_000;

export interface Script {
  readonly prints: readonly { readonly afterMs: number; readonly bytes: Buffer }[];
  /** After the last print. */
  readonly ends: 'passes' | 'fails' | 'hangs' | 'kills its runner';
  readonly afterMs: number;
  readonly ignoresTerm: boolean;
}

const known = new Map<Commit, Script>();

/** What that commit's suite does, whoever runs it and however often. */
export function scriptOf(commit: Commit): Script {
  const script = known.get(commit) ?? draw(commit);
  // Seeds share no commits: this only spares drawing the same script for every question.
  if (known.size > 100) known.clear();
  known.set(commit, script);
  return script;
}

/** All that it prints if nobody ends it. */
export function wholeOutput(commit: Commit): Buffer {
  return Buffer.concat(scriptOf(commit).prints.map(({ bytes }) => bytes));
}

/** The same as a run shows it that was given the secret. */
export function maskedOutput(commit: Commit): Buffer {
  const printed = wholeOutput(commit).toString('latin1');
  return Buffer.from(printed.replaceAll(secretValue, '********'), 'latin1');
}

/** The same as a classic one: its output tells the verdict in its last line. */
export function classicOutput(commit: Commit): Buffer {
  const said = wholeOutput(commit).subarray(0, 2_000).toString('latin1').replace(/\W/g, '.');
  const last = scriptOf(commit).ends === 'fails' ? 'FAILED (failures=1)' : 'OK';
  return Buffer.from(`${said} é\n${last}\n`);
}

function draw(commit: Commit): Script {
  const random = new Random(hashOf(commit), 'suite');
  const secrets = new Random(hashOf(commit), 'secret');
  const kind = random.below(100);
  const floods = kind >= 94;
  const drawn = Array.from({ length: floods ? 12 : random.below(7) }, () => ({
    afterMs: random.between(0, floods ? 20 : 300),
    bytes: bytesFrom(random, floods ? 2_500 : random.between(1, random.perMille(100) ? 3_000 : 80)),
  }));
  const prints = floods || secrets.perMille(500) ? drawn : withSecret(drawn, secrets);
  const ends =
    kind < 52 ? 'passes' : kind < 80 ? 'fails' : kind < 88 ? 'hangs' : 'kills its runner';
  const ignoresTerm = random.perMille(300);
  return {
    prints,
    ends: floods ? 'passes' : ends,
    afterMs: random.between(0, random.perMille(200) ? 3_000 : 300),
    ignoresTerm,
  };
}

/** It prints the secret, whether it has it or not: in two pieces, wherever it comes to that. */
export function withSecret(prints: Script['prints'], random: Random): Script['prints'] {
  if (prints.length < 2) return prints;
  const at = random.below(prints.length - 1);
  const cut = random.between(0, secretValue.length);
  const [before, after] = [secretValue.slice(0, cut), secretValue.slice(cut)].map((part) =>
    Buffer.from(part),
  );
  return prints.map(({ afterMs, bytes }, index) => {
    if (index === at) return { afterMs, bytes: Buffer.concat([bytes, before ?? bytes]) };
    return { afterMs, bytes: index === at + 1 ? Buffer.concat([after ?? bytes, bytes]) : bytes };
  });
}

/** A long print repeats itself after so many bytes: a prime, so that no buffer's size divides it. */
const drawnMost = 251;

/** Any bytes: newlines, colons, zeros and halves of characters among them. */
export function bytesFrom(random: Random, length: number): Buffer {
  const alphabet = random.pick(['0123456789:\n', '\u0000\u00ff\u00c3:\n\r', 'dispatch:ok\n']);
  const drawn = Array.from({ length: Math.min(length, drawnMost) }, () =>
    alphabet.charCodeAt(random.below(alphabet.length)),
  );
  return Buffer.alloc(length, Buffer.from(drawn));
}

/** What is told of the suites of a runner. */
export interface SuiteNews {
  readonly started: (run: string, commit: Commit) => void;
  /** It came to its own end. */
  readonly completed: (run: string) => void;
  readonly killsItsRunner: () => void;
}

/** What is told of one process. */
export interface PlayNews {
  /** That much of its output has come out of its pipe. */
  readonly printed: (bytes: Buffer) => void;
  /** Null: it was ended. */
  readonly ended: (exitCode: number | null) => void;
}

/** The pipes and processes of the suites of one runner, and of their steps. */
export class SuiteProcesses {
  readonly #timeline: Timeline;
  readonly #life: Life;
  readonly #news: SuiteNews;
  readonly #pipes = new Map<number, (bytes: Buffer) => void>();
  #writers = 0;

  constructor(timeline: Timeline, life: Life, news: SuiteNews) {
    this.#timeline = timeline;
    this.#life = life;
    this.#news = news;
  }

  /** As `OutputPipe.open`. */
  openPipe(take: (bytes: Buffer) => void): Output {
    this.#writers += 1;
    const writer = this.#writers;
    let finish = () => {};
    const taken = new Promise<void>((resolve) => {
      finish = () => {
        this.#pipes.delete(writer);
        resolve();
      };
    });
    this.#pipes.set(writer, take);
    return { writer, closeWriter: () => {}, taken, finish: () => finish() };
  }

  /** As `new SuiteProcess`. */
  startProcess(clock: Clock, options: ProcessOptions): RunningSuite {
    const commit = options.environment['CI_COMMIT_SHA'] as Commit;
    const run = options.environment['TRIVET_RUN'] ?? '';
    this.#news.started(run, commit);
    return this.play(clock, scriptOf(commit), options, {
      printed: () => {},
      ended: (exitCode) => {
        if (exitCode !== null) this.#news.completed(run);
      },
    });
  }

  /** A process that does what the script says, and prints there. */
  play(
    clock: Clock,
    script: Script,
    { output, graceMs }: Pick<ProcessOptions, 'output' | 'graceMs'>,
    news: PlayNews,
  ): RunningSuite {
    let isOver = false;
    let resolve: (end: ProcessEnd) => void = () => {};
    const ended = new Promise<ProcessEnd>((resolved) => {
      resolve = resolved;
    });
    const end = (exitCode: number | null, signal: string | null) => {
      if (isOver) return;
      isOver = true;
      news.ended(exitCode);
      this.#life.hear(() =>
        resolve({ exitCode, signal, couldNotStart: null, status: '', memoryKills: 0 }),
      );
    };
    const print = (bytes: Buffer) => {
      const pipe = this.#pipes.get(output);
      if (pipe === undefined) return;
      news.printed(bytes);
      pipe(Buffer.from(bytes));
    };
    const play = (scene: number) => {
      if (isOver || !this.#life.isAlive) return;
      const next = script.prints[scene];
      if (next !== undefined) {
        this.#life.hear(() => print(next.bytes));
        this.#timeline.after(script.prints[scene + 1]?.afterMs ?? script.afterMs, () =>
          play(scene + 1),
        );
      } else if (script.ends === 'kills its runner') {
        this.#news.killsItsRunner();
      } else if (script.ends !== 'hangs') {
        end(script.ends === 'passes' ? 0 : 1, null);
      }
    };
    this.#timeline.after(script.prints[0]?.afterMs ?? script.afterMs, () => play(0));
    return {
      ended,
      end: () => {
        if (!script.ignoresTerm) end(null, 'SIGTERM');
        else clock.after(graceMs, () => end(null, 'SIGKILL'));
      },
      kill: () => end(null, 'SIGKILL'),
    };
  }
}
