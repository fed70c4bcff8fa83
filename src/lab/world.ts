/**
 * Owns a simulated world as a lab sees it: what its process is asked, and what that tells, which becomes a
 * recording that begins anew when somebody goes back.
 */

import * as z from 'zod';
import { parseHeader, parseRecord, type Read } from '../record/parse.js';
import { type WireHeader, wireFormat, wireVersion } from '../record/record.js';
import { Recording } from '../record/recording.js';
import type { WorldAction, WorldDocument } from '../record/world.js';
import { UsageError } from '../world/exit.js';
import { WorldProcess } from './world-process.js';
import { type LessonLine, lessonLine, worldDocument } from './world-schemas.js';

/** What comes within that time goes out together. */
const gatheredForMs = 50;

/** So much longer than this world its twin is followed: until after where the two have parted. */
const twinFurtherMs = 5_000;

const told = z.object({ world: worldDocument });

export interface WorldWanted {
  /** Null: the one that shows the planted bug. */
  readonly seed: number | null;
  /** Number or name of a planted bug; null: none. */
  readonly plant: string | null;
}

export class SimulatedWorld {
  readonly recording: Recording;
  readonly #wanted: WorldWanted;
  readonly #process: WorldProcess;
  #document: WorldDocument | null = null;
  #twin: WorldProcess | null = null;
  #atUs = 0;
  /** How often it was begun; a page knows two recordings apart by when they began. */
  #begun = 0;
  #died: string | null = null;

  /** Resolves when the world is there. */
  static async start(wanted: WorldWanted): Promise<SimulatedWorld> {
    const world = new SimulatedWorld(wanted, new WorldProcess(argvOf(wanted)));
    await world.#listen();
    return world;
  }

  private constructor(wanted: WorldWanted, process: WorldProcess) {
    this.#wanted = wanted;
    this.#process = process;
    const header = { format: wireFormat, version: wireVersion, source: 'simulation' } as const;
    const later = (call: () => void) => void setTimeout(call, gatheredForMs);
    this.recording = new Recording(
      { ...header, title: 'a simulated world', startedAtMs: 0 },
      // Whoever comes is told how all is.
      { nowUs: () => this.#atUs, later, watched: () => later(() => this.#tell()) },
    );
  }

  get document(): WorldDocument | null {
    return this.#document;
  }

  /** Why there is no world any more; null where there is one. */
  get died(): string | null {
    return this.#died;
  }

  act(action: WorldAction): void {
    if (this.#died === null) this.#process.say(JSON.stringify(action));
  }

  /** The same seed and decisions without the bug, or without the decisions where there is none: its recording. */
  twin(): AsyncIterable<Buffer> {
    this.#twin?.kill();
    const { seed = 0, decisions = [], atMs = 0 } = this.#document ?? {};
    const isPlanted = this.#wanted.plant !== null;
    const kept = isPlanted ? decisions.map(({ step, choice }) => ({ step, choice })) : [];
    const until = String(Math.ceil(atMs) + twinFurtherMs);
    const argv = ['--whole', '--decisions', JSON.stringify(kept), '--until', until];
    const twin = new WorldProcess(['--seed', String(seed), ...argv]);
    this.#twin = twin;
    twin.output.once('close', () => twin.kill());
    return whole(twin);
  }

  close(): void {
    this.#process.kill();
    this.#twin?.kill();
  }

  /** Resolves at the first document, rejects where it ends before. */
  #listen(): Promise<void> {
    return new Promise((resolve, reject) => {
      this.#process.lines.on('line', (line) => {
        this.#hear(line);
        if (this.#document !== null) resolve();
      });
      void this.#process.ended.then(({ says }) => {
        this.#died = says;
        reject(new UsageError(says));
      });
    });
  }

  #hear(line: string): void {
    if (line.startsWith('{"format"')) this.#begin(line);
    else if (line.startsWith('{"world"')) this.#told(line);
    else this.#write(line);
  }

  #begin(line: string): void {
    const header = ours(parseHeader(line));
    this.#atUs = 0;
    this.#begun += 1;
    this.recording.restart(this.#headerOf(header));
  }

  #headerOf(header: WireHeader): WireHeader {
    return { ...header, startedAtMs: this.#begun };
  }

  #write(line: string): void {
    const { n: _, atUs, ...happened } = ours(parseRecord(line));
    this.#atUs = atUs;
    this.recording.push(happened);
  }

  #told(line: string): void {
    const { world: document } = told.parse(JSON.parse(line));
    this.#document = document;
    this.#tell();
  }

  #tell(): void {
    if (this.#document !== null) this.recording.tell('world', this.#document);
  }
}

/** All that it tells; breaks off where it ends before it is through. */
async function* whole({ output, ended }: WorldProcess): AsyncGenerator<Buffer> {
  yield* output;
  const { isWell, says } = await ended;
  if (!isWell) throw new Error(says);
}

/** The planted bugs, each a lesson. Throws `UsageError` where their process fails. */
export async function lessonsOfWorlds(): Promise<LessonLine[]> {
  const process = new WorldProcess(['--lessons']);
  const lessons: LessonLine[] = [];
  for await (const line of process.lines) lessons.push(lessonLine.parse(JSON.parse(line)));
  const { isWell, says } = await process.ended;
  if (!isWell) throw new UsageError(says);
  return lessons;
}

/** The process is our own: what it says that is no record is a fault of ours. */
function ours<Value>(read: Read<Value>): Value {
  if ('says' in read) throw new Error(`the world told what is no record: ${read.says}`);
  return read.value;
}

function argvOf({ seed, plant }: WorldWanted): string[] {
  const seeded = seed === null ? [] : ['--seed', String(seed)];
  return [...seeded, ...(plant === null ? [] : ['--plant', plant])];
}
