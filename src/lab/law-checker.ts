/**
 * Owns the laws of a lab as it plays: it brings them what they need to know, from the wire, from the suites
 * and from a dispatcher that has just started, and writes into the record when one is broken.
 */

import * as net from 'node:net';
import type { LabLaw } from '../record/lab.js';
import { dispatcher, type WireRecord } from '../record/record.js';
import type { Clock } from '../world/clock.js';
import { type LawEvent, Laws } from './laws.js';
import type { Project } from './project.js';
import type { LabRecorder } from './recorder.js';

/** One that does not answer within that is dead again. */
const answerWithinMs = 5_000;

/** A lecture has some hundred commits at most. */
const askedMost = 1_000;

export class LawChecker {
  readonly #recorder: LabRecorder;
  readonly #clock: Clock;
  #laws = new Laws();
  #project: Project | null = null;
  /** The dispatcher was heard to say that it has them. */
  readonly #acknowledged = new Set<string>();
  readonly #completed = new Map<string, number>();

  constructor(recorder: LabRecorder, clock: Clock) {
    this.#recorder = recorder;
    this.#clock = clock;
  }

  get laws(): LabLaw[] {
    return this.#laws.verdicts;
  }

  get project(): Project {
    if (this.#project === null) throw new Error('nothing has begun');
    return this.#project;
  }

  /** All anew, upon that repository. */
  begin(project: Project): void {
    this.#project = project;
    this.#laws = new Laws();
    this.#acknowledged.clear();
    this.#completed.clear();
  }

  hear(event: LawEvent): void {
    for (const { how } of this.#laws.handle(event, this.#clock.nowMs())) {
      this.#recorder.change('law-broken', dispatcher, how);
    }
  }

  /** Of what is recorded. */
  overhear(record: WireRecord): void {
    if (record.kind !== 'message' || record.verb !== 'accepted') return;
    const { from, commit } = record;
    if (from !== dispatcher || commit === undefined) return;
    if (this.#acknowledged.size < askedMost) this.#acknowledged.add(commit);
  }

  /** A dispatcher listens after another one has died: it knows what that one had acknowledged. */
  async askAgain(port: number): Promise<void> {
    for (const commit of [...this.#acknowledged]) {
      const answer = await asked(port, `verdict:${commit}\n`);
      if (answer !== null) {
        this.hear({ kind: 'asked-again', commit, isKnown: answer.trim() !== 'unknown' });
      }
    }
  }

  /** Now and then: what the suites have noted, and whether anything lies still. */
  async look(isWell: boolean, idle: number): Promise<void> {
    for (const [commit, times] of (await this.#project?.completed()) ?? []) {
      if (this.#completed.get(commit) === times) continue;
      this.#completed.set(commit, times);
      this.hear({ kind: 'completed', commit, times });
    }
    this.hear({ kind: 'tick', isWell, idle });
  }
}

/** Null: it is gone again, or does not answer. */
function asked(port: number, request: string): Promise<string | null> {
  return new Promise((resolve) => {
    let text = '';
    const socket = net.connect({ port, host: '127.0.0.1' });
    socket.setTimeout(answerWithinMs, () => socket.destroy());
    socket.on('connect', () => socket.write(request));
    socket.setEncoding('utf8').on('data', (piece: string) => {
      text += piece;
    });
    socket.on('error', () => {});
    socket.on('close', () => resolve(text === '' ? null : text));
  });
}
