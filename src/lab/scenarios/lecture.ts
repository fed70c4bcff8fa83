/**
 * Owns the one lesson that is being played, with its timer: records come in as they are written,
 * actions and captions go out. Never decides how it goes on; lesson.ts does.
 */

import type { LabLesson } from '../../record/lab.js';
import type { WireRecord } from '../../record/record.js';
import type { Cancel, Clock } from '../../world/clock.js';
import type { Action } from './action.js';
import {
  begin,
  dueAtMs,
  handle,
  type Lesson,
  type LessonEffect,
  type LessonEvent,
  type Playing,
  question,
} from './lesson.js';

export interface Lectern {
  readonly clock: Pick<Clock, 'after'>;
  /** On the record's own clock. */
  readonly nowMs: () => number;
  readonly act: (action: Action) => void;
  /** A caption, for the record. */
  readonly tell: (says: string) => void;
  /** What is shown of the lesson is another than before. */
  readonly changed: () => void;
}

export class Lecture {
  readonly #lectern: Lectern;
  #playing: Playing | null = null;
  #caption = '';
  #cancel: Cancel = () => {};
  /** What an action or a caption brings about at once comes after what it is part of. */
  #isBusy = false;
  readonly #waiting: LessonEvent[] = [];

  constructor(lectern: Lectern) {
    this.#lectern = lectern;
  }

  get shown(): LabLesson | null {
    if (this.#playing === null) return null;
    const { lesson, step, phase, isWell } = this.#playing;
    const { length: steps } = lesson.steps;
    return {
      ...{ name: lesson.name, title: lesson.title, step: Math.min(step + 1, steps), steps },
      ...{ caption: this.#caption, asks: question(this.#playing) },
      ...{ isOver: phase === 'over', isWell },
    };
  }

  /** Plays it from its beginning. `readMs`: time to read, before it goes on by itself; null: never. */
  begin(lesson: Lesson, readMs: number | null): void {
    this.#waiting.length = 0;
    this.#caption = lesson.says;
    const [playing, effects] = begin(lesson, readMs, this.#lectern.nowMs());
    this.#follow(playing, effects);
    this.#drain();
  }

  leave(): void {
    this.#cancel();
    this.#playing = null;
    this.#lectern.changed();
  }

  hear(record: WireRecord): void {
    this.#happen({ kind: 'record', record });
  }

  next(): void {
    this.#happen({ kind: 'next' });
  }

  #happen(event: LessonEvent): void {
    this.#waiting.push(event);
    this.#drain();
  }

  #drain(): void {
    if (this.#isBusy) return;
    for (let first = this.#waiting.shift(); first !== undefined; first = this.#waiting.shift()) {
      const before = this.#playing;
      if (before === null) continue;
      const [playing, effects] = handle(before, first, this.#lectern.nowMs());
      if (playing !== before) this.#follow(playing, effects);
      else if (first.kind === 'tick') this.#wait(playing);
    }
  }

  #follow(playing: Playing, effects: readonly LessonEffect[]): void {
    const { act, tell, changed } = this.#lectern;
    this.#playing = playing;
    this.#isBusy = true;
    for (const effect of effects) {
      if (effect.kind === 'act') act(effect.action);
      else {
        this.#caption = effect.says;
        tell(effect.says);
      }
    }
    this.#isBusy = false;
    this.#wait(playing);
    changed();
  }

  #wait(playing: Playing): void {
    const { clock, nowMs } = this.#lectern;
    this.#cancel();
    this.#cancel = () => {};
    const dueMs = dueAtMs(playing);
    if (dueMs === null) return;
    const leftMs = Math.max(1, Math.ceil(dueMs - nowMs()));
    this.#cancel = clock.after(leftMs, () => this.#happen({ kind: 'tick' }));
  }
}
