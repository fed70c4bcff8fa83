/**
 * Owns what a stage is, and how a ladder of them is climbed: one after the other, each with a fresh
 * program, up to the first that fails. Never prints; who climbs is told of each mark.
 */

import { mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Complaint } from './complaint.js';
import { Openings } from './openings.js';
import type { Program } from './program.js';
import { Scene } from './scene.js';

export const roles = ['runner', 'observer', 'dispatcher'] as const;
export type Role = (typeof roles)[number];

/** `classic`: a connection a message. `session`: one connection that stays. */
export type Dialect = 'classic' | 'session';

/** One idea of distributed systems, and how a program shows that it has it. */
export interface Stage {
  /** One word: what `--stage` is told. */
  readonly name: string;
  readonly dialect: Dialect;
  /** What the program must do, in a few words. */
  readonly does: string;
  /** What there is to learn of it: two sentences. */
  readonly teaches: readonly [string, string];
  /** What a student takes for it, roughly. */
  readonly minutes: number;
  /** Plays the other side to its end. Throws a `Complaint`. */
  readonly play: (setting: Setting) => Promise<void>;
}

/** What a stage is played in. */
export interface Setting {
  readonly scene: Scene;
  /** Empty, and gone after the stage. */
  readonly folder: string;
  readonly dialect: Dialect;
  /** The program that is checked, told these; it is not started yet. */
  readonly program: (told: Readonly<Record<string, string>>) => Program;
  /** Called at the stage's end, however it ends. */
  readonly atEnd: (end: () => void) => void;
}

export interface Mark {
  readonly stage: Stage;
  readonly number: number;
  readonly state: 'passed' | 'failed' | 'not reached';
  readonly durationMs: number;
  /** Of one that failed. */
  readonly complaint: Complaint | null;
  /** What the program printed, of one that failed. */
  readonly printed: string;
}

export interface Climbing {
  readonly withinMs: number;
  readonly keepGoing: boolean;
  readonly start: (told: Readonly<Record<string, string>>) => Program;
  readonly marked: (mark: Mark) => void;
  /** Called with what is to be done should the check itself be ended. */
  readonly ifEnded: (end: () => void) => void;
}

/** Answers a mark for each of these stages of a ladder. */
export async function climb(
  stages: readonly { readonly stage: Stage; readonly number: number }[],
  climbing: Climbing,
): Promise<Mark[]> {
  const marks: Mark[] = [];
  for (const { stage, number } of stages) {
    const isReached = climbing.keepGoing || marks.every(({ state }) => state === 'passed');
    const mark = isReached ? await played(stage, climbing) : notReached;
    marks.push({ stage, number, ...mark });
    climbing.marked({ stage, number, ...mark });
  }
  return marks;
}

type Played = Omit<Mark, 'stage' | 'number'>;

const notReached: Played = { state: 'not reached', durationMs: 0, complaint: null, printed: '' };

async function played(stage: Stage, { withinMs, start, ifEnded }: Climbing): Promise<Played> {
  const { name, dialect } = stage;
  const programs: Program[] = [];
  const openings = new Openings();
  ifEnded(() => openings.closeAll());
  const whyGone = () => programs.map((program) => program.whyGone()).find((why) => why !== null);
  const scene = new Scene(withinMs, () => whyGone() ?? null);
  const startedMs = performance.now();
  const took = () => Math.round(performance.now() - startedMs);
  try {
    const folder = mkdtempSync(join(tmpdir(), 'trivet-check-'));
    openings.add(() => rmSync(folder, { recursive: true, force: true }));
    const data = join(folder, 'data');
    mkdirSync(data);
    const program = (told: Readonly<Record<string, string>>) => {
      const made = start({ ...told, data, stage: name, dialect });
      openings.add(() => made.end());
      programs.push(made);
      return made;
    };
    await stage.play({ scene, folder, dialect, program, atEnd: (end) => openings.add(end) });
    return { state: 'passed', durationMs: took(), complaint: null, printed: '' };
  } catch (error) {
    if (!(error instanceof Complaint)) throw error;
    const printed = programs.map((each) => each.printed).join('');
    return { state: 'failed', durationMs: took(), complaint: error, printed };
  } finally {
    ifEnded(() => {});
    openings.closeAll();
  }
}
