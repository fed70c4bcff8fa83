/**
 * Owns the process that holds a simulated world, as a lab sees it: what it is asked, and what it tells, which
 * becomes a recording that begins anew when somebody goes back. The world itself is a part of the tests, so
 * it takes a clone.
 * Invariant: the process ends with this one; it is given neither a port nor a file.
 */

import { type ChildProcessWithoutNullStreams, spawn } from 'node:child_process';
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import type { Readable } from 'node:stream';
import { fileURLToPath } from 'node:url';
import { z } from 'zod';
import { parseHeader, parseRecord } from '../record/parse.js';
import type { WireHeader } from '../record/record.js';
import { Recording } from '../record/recording.js';
import type { WorldAction, WorldDocument } from '../record/world.js';
import { UsageError } from '../world/exit.js';
import { type LessonLine, lessonLine, worldDocument } from './world-words.js';

const root = fileURLToPath(new URL('../..', import.meta.url));
const script = 'scripts/world.ts';

/** A world takes 100 MB. */
const heapMegabytesMax = 512;

/** What comes within that time goes out together. */
const gatheredForMs = 50;

/** So much longer than this world its twin is followed: until after where the two have parted. */
const twinFurtherMs = 5_000;

const noClone =
  'A simulated world is a part of the tests, which are not in the package: clone the repository, run ' +
  '"npm install" in it, and then "npx trivet lab --seed N" there.';

const told = z.object({ world: worldDocument });

export interface WorldWanted {
  /** Null: the one that shows the planted bug. */
  readonly seed: number | null;
  /** Number or name of a planted bug; null: none. */
  readonly plant: string | null;
}

type Child = ChildProcessWithoutNullStreams;

export class SimulatedWorld {
  readonly recording: Recording;
  readonly #wanted: WorldWanted;
  readonly #child: Child;
  #document: WorldDocument | null = null;
  #twin: Child | null = null;
  #atUs = 0;
  /** How often it was begun; a page knows two recordings apart by when they began. */
  #begun = 0;
  #died: string | null = null;

  /** Resolves when the world is there. */
  static async start(wanted: WorldWanted): Promise<SimulatedWorld> {
    const world = new SimulatedWorld(wanted, start(argvOf(wanted)));
    await world.#listen();
    return world;
  }

  private constructor(wanted: WorldWanted, child: Child) {
    this.#wanted = wanted;
    this.#child = child;
    const header = { format: 'trivet-wire', version: 1, source: 'simulation' } as const;
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
    if (this.#died === null) this.#child.stdin.write(`${JSON.stringify(action)}\n`);
  }

  /** The same seed and decisions without the bug, or without the decisions where there is none: its recording. */
  twin(): Readable {
    this.#twin?.kill('SIGKILL');
    const { seed = 0, decisions = [], atMs = 0 } = this.#document ?? {};
    const isPlanted = this.#wanted.plant !== null;
    const kept = isPlanted ? decisions.map(({ step, choice }) => ({ step, choice })) : [];
    const until = String(Math.ceil(atMs) + twinFurtherMs);
    const argv = ['--whole', '--decisions', JSON.stringify(kept), '--until', until];
    const twin = start(['--seed', String(seed), ...argv]);
    this.#twin = twin;
    twin.stdout.once('close', () => twin.kill('SIGKILL'));
    return twin.stdout;
  }

  close(): void {
    this.#child.kill('SIGKILL');
    this.#twin?.kill('SIGKILL');
  }

  /** Resolves at the first document, rejects where it ends before. */
  #listen(): Promise<void> {
    const { stdout, stderr } = this.#child;
    let complaint = '';
    stderr.on('data', (bytes) => {
      complaint = (complaint + bytes).slice(-4_096);
    });
    this.#child.stdin.on('error', () => {});
    return new Promise((resolve, reject) => {
      createInterface({ input: stdout }).on('line', (line) => {
        this.#hear(line);
        if (this.#document !== null) resolve();
      });
      this.#child.once('error', reject);
      this.#child.once('close', () => {
        this.#died = complaint.trim() || 'The process of the world has ended: start it again.';
        reject(new UsageError(this.#died));
      });
    });
  }

  #hear(line: string): void {
    if (line.startsWith('{"format"')) this.#begin(line);
    else if (line.startsWith('{"world"')) this.#told(line);
    else this.#write(line);
  }

  #begin(line: string): void {
    const header = parseHeader(line);
    if ('says' in header) return;
    this.#atUs = 0;
    this.#begun += 1;
    this.recording.restart(this.#headerOf(header.value));
  }

  #headerOf(header: WireHeader): WireHeader {
    return { ...header, startedAtMs: this.#begun };
  }

  #write(line: string): void {
    const parsed = parseRecord(line);
    if ('says' in parsed) return;
    const { n: _, atUs, ...happened } = parsed.value;
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

/** The planted bugs, each a lesson. */
export async function lessonsOfWorlds(): Promise<LessonLine[]> {
  const child = start(['--lessons']);
  const lessons: LessonLine[] = [];
  for await (const line of createInterface({ input: child.stdout })) {
    lessons.push(lessonLine.parse(JSON.parse(line)));
  }
  return lessons;
}

function argvOf({ seed, plant }: WorldWanted): string[] {
  const seeded = seed === null ? [] : ['--seed', String(seed)];
  return [...seeded, ...(plant === null ? [] : ['--plant', plant])];
}

function start(argv: readonly string[]): Child {
  if (!existsSync(join(root, script)) || !existsSync(join(root, 'node_modules/tsx'))) {
    throw new UsageError(noClone);
  }
  const limits = [`--max-old-space-size=${heapMegabytesMax}`];
  return spawn(process.execPath, [...limits, '--import', 'tsx', script, ...argv], {
    cwd: root,
    stdio: 'pipe',
  });
}
