/**
 * Owns `trivet lab`. It starts dispatcher, runners and observer as real processes on a sample
 * repository, with a proxy between each pair, and serves a page on which every message is seen and anything
 * can be broken. It ends by itself, and leaves nothing behind however it ends.
 */

import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { show } from '../command/open.js';
import { type WireHeader, wireFormat, wireVersion } from '../record/record.js';
import { Recording } from '../record/recording.js';
import { realClock, realSteadyUs } from '../world/clock.js';
import { exitCodes, UsageError } from '../world/exit.js';
import { duration, port, seed, wholeNumber } from '../world/flag-values.js';
import { readFlags } from '../world/flags.js';
import { type Guard, standGuard } from '../world/guard.js';
import { endingSignals } from '../world/signals.js';
import { Lab } from './control.js';
import { runnersMost } from './processes.js';
import { RecordingFile } from './recording-file.js';
import { scenarios } from './scenarios/all.js';
import { Site } from './site.js';
import type { WorldWanted } from './world.js';
import { listLessons, runWorld } from './world-lab.js';

/** A lecture, with its break; nobody forgets one for longer. */
const minutesMost = 600;

const flags = {
  scenario: {
    type: 'string',
    describe: `scenario to begin with: ${scenarios.map(({ name }) => name).join(', ')}`,
    coerce: scenarioNamed,
  },
  pace: {
    type: 'string',
    describe: 'scenarios go on by themselves, with so much time to read: 8s (default: by a key)',
    coerce: (text?: string) => (text === undefined ? text : duration('pace')(text)),
  },
  runners: {
    default: '2',
    describe: `how many test runners, 1 to ${runnersMost}`,
    coerce: wholeNumber('runners', runnersMost),
  },
  port: {
    default: '0',
    describe: 'port of the page; 0: any free one',
    coerce: port('port'),
  },
  minutes: {
    default: '30',
    describe: 'after that it ends by itself',
    coerce: wholeNumber('minutes', minutesMost),
  },
  record: { type: 'string', describe: 'file to write the record to, as NDJSON' },
  'no-open': { type: 'boolean', default: false, describe: 'open no browser' },
  seed: {
    type: 'string',
    describe: 'a simulated world of that seed instead, which can be rewound and forked',
    coerce: seed('seed'),
  },
  plant: {
    type: 'string',
    describe: 'with a bug planted in that world: its number or name, as --lessons lists them',
  },
  lessons: {
    type: 'boolean',
    default: false,
    describe: 'list the bugs that can be planted, each a lesson',
  },
} as const;

interface Read {
  readonly scenario?: string;
  readonly pace?: number;
  readonly runners: number;
  readonly port: number;
  readonly minutes: number;
  readonly record?: string;
  readonly 'no-open': boolean;
  readonly seed?: number;
  readonly plant?: string;
  readonly lessons: boolean;
}

/** What comes within that time goes out together: a lecture is watched by some browsers. */
const gatheredForMs = 20;

/** Answers the exit code. */
export async function lab(argv: readonly string[]): Promise<number> {
  const read = readFlags(
    {
      program: 'trivet lab',
      purpose:
        'The classroom: all processes on a sample repository, every message on a page, and buttons ' +
        'to break them. Ends by itself; leaves nothing behind.',
      flags,
      argument: null,
    },
    argv,
  ) as Read | null;
  if (read === null) return exitCodes.fine;
  const { seed = null, plant = null } = read;
  if (read.lessons && (seed !== null || plant !== null)) {
    throw new UsageError('--lessons lists what --plant can name: give it alone.');
  }
  if (read.lessons) return listLessons();
  if (seed !== null || plant !== null) return worldOf(read, { seed, plant });
  const real = new RealLab(read);
  return real.run();
}

function worldOf(read: Read, wanted: WorldWanted): Promise<number> {
  if (read.scenario !== undefined || read.record !== undefined) {
    throw new UsageError(
      '--scenario and --record are of real processes, not of a simulated world: of that one, ' +
        '"npm run simulate -- --seed N --record FILE" writes the record.',
    );
  }
  const { port, minutes, 'no-open': noOpen } = read;
  return runWorld(wanted, { port, minutes, opens: !noOpen && process.stdout.isTTY });
}

class RealLab {
  readonly #read: Read;
  readonly #recording: Recording;
  readonly #file: RecordingFile | null;
  #lab: Lab | null = null;
  #isEnding = false;
  #end: (code: number) => void = () => {};

  constructor(read: Read) {
    this.#read = read;
    const header = headerNow('A lab');
    this.#recording = new Recording(header, {
      nowUs: realSteadyUs,
      later: (call) => void realClock.after(gatheredForMs, call),
      // Whoever comes is told how all is.
      watched: () => this.#lab?.changed(),
    });
    this.#file = read.record === undefined ? null : new RecordingFile(read.record, header);
  }

  /** Until it is over; answers the exit code. */
  async run(): Promise<number> {
    const { minutes, runners, port: wanted } = this.#read;
    const over = new Promise<number>((resolve) => {
      this.#end = resolve;
    });
    const site = await Site.open({
      ...{ port: wanted, recording: this.#recording, clock: realClock, lab: () => this.#lab },
    });
    const folder = await mkdtemp(join(tmpdir(), 'trivet-lab-'));
    const guard = standGuard(folder);
    this.#heedSignals();
    const lastsMs = minutes * 60_000;
    const cancel = realClock.after(lastsMs, () => {
      say(`${minutes} minutes are over: the lab ends. --minutes makes it longer.`);
      this.#end(exitCodes.fine);
    });
    try {
      await this.#begin(folder, guard, { runners, lastsMs, address: site.address });
      return await over;
    } finally {
      this.#isEnding = true;
      cancel();
      await this.#lab?.end();
      site.close();
      this.#file?.close();
      await rm(folder, { recursive: true, force: true, maxRetries: 10 });
      guard.dismiss();
    }
  }

  async #begin(
    folder: string,
    guard: Guard,
    { runners, lastsMs, address }: { runners: number; lastsMs: number; address: string },
  ): Promise<void> {
    this.#lab = await Lab.begin({
      ...{ folder, runners, lastsMs, clock: realClock, recording: this.#recording },
      readMs: this.#read.pace ?? null,
      recordAnew: (title) => this.#recordAnew(title),
      wrote: (line) => this.#file?.write(line),
      mark: guard.mark,
      running: (pids) => guard.watch(pids),
      complained: (name, line) => process.stderr.write(`${name}: ${line}\n`),
    });
    const { scenario } = this.#read;
    if (scenario !== undefined) await this.#lab.act({ do: 'scenario', name: scenario });
    say(`The lab: ${address}`);
    say(`It ends with Ctrl-C, or by itself in ${this.#read.minutes} minutes.`);
    if (!this.#read['no-open'] && process.stdout.isTTY) show(address);
  }

  #recordAnew(title: string): void {
    const header = headerNow(title);
    this.#recording.restart(header);
    this.#file?.begin(header);
  }

  /** The first asks, the second waits for nobody: the guard ends those who are left. */
  #heedSignals(): void {
    for (const signal of endingSignals) {
      process.on(signal, () => {
        if (this.#isEnding) process.exit(exitCodes.aborted);
        this.#isEnding = true;
        this.#end(exitCodes.fine);
      });
    }
    // A terminal that was closed is no reason to leave anything behind.
    process.stdout.on('error', () => this.#end(exitCodes.fine));
  }
}

function headerNow(title: string): WireHeader {
  const base = { format: wireFormat, version: wireVersion, source: 'lab' } as const;
  return { ...base, title, startedAtMs: realClock.wallMs() };
}

function scenarioNamed(name: string | undefined): string | undefined {
  const names = scenarios.map((scenario) => scenario.name);
  if (name === undefined || names.includes(name)) return name;
  throw new UsageError(`--scenario is one of ${names.join(', ')}, not "${name}".`);
}

function say(text: string): void {
  process.stdout.write(`${text}\n`);
}
