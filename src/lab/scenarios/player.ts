/**
 * Owns the one scenario that is being played, with its timer: records come in as they are written,
 * actions and captions go out. Never decides how it goes on; scenario.ts does.
 */

import type { LabScenario } from '../../record/lab.js';
import type { WireRecord } from '../../record/record.js';
import type { Cancel, Clock } from '../../world/clock.js';
import {
  begin,
  dueAtMs,
  handle,
  type Playing,
  question,
  type Scenario,
  type ScenarioEffect,
  type ScenarioEvent,
} from './scenario.js';
import type { StepAction } from './step-action.js';

export interface PlayerGiven {
  readonly clock: Pick<Clock, 'after'>;
  /** On the record's own clock. */
  readonly nowMs: () => number;
  readonly act: (action: StepAction) => void;
  /** A caption, for the record. */
  readonly tell: (says: string) => void;
  /** What is shown of the scenario is another than before. */
  readonly changed: () => void;
}

export class ScenarioPlayer {
  readonly #given: PlayerGiven;
  #playing: Playing | null = null;
  #caption = '';
  #cancel: Cancel = () => {};
  /** What an action or a caption brings about at once comes after what it is part of. */
  #isBusy = false;
  readonly #waiting: ScenarioEvent[] = [];

  constructor(given: PlayerGiven) {
    this.#given = given;
  }

  get shown(): LabScenario | null {
    if (this.#playing === null) return null;
    const { scenario, step, phase, isWell } = this.#playing;
    const { length: steps } = scenario.steps;
    return {
      ...{ name: scenario.name, title: scenario.title, step: Math.min(step + 1, steps), steps },
      ...{ caption: this.#caption, asks: question(this.#playing) },
      ...{ isOver: phase === 'over', isWell },
    };
  }

  /** Plays it from its beginning. `readMs`: time to read, before it goes on by itself; null: never. */
  begin(scenario: Scenario, readMs: number | null): void {
    this.#waiting.length = 0;
    this.#caption = scenario.says;
    const [playing, effects] = begin(scenario, readMs, this.#given.nowMs());
    this.#follow(playing, effects);
    this.#drain();
  }

  leave(): void {
    this.#cancel();
    this.#playing = null;
    this.#given.changed();
  }

  hear(record: WireRecord): void {
    this.#happen({ kind: 'record', record });
  }

  next(): void {
    this.#happen({ kind: 'next' });
  }

  #happen(event: ScenarioEvent): void {
    this.#waiting.push(event);
    this.#drain();
  }

  #drain(): void {
    if (this.#isBusy) return;
    for (let first = this.#waiting.shift(); first !== undefined; first = this.#waiting.shift()) {
      const before = this.#playing;
      if (before === null) continue;
      const [playing, effects] = handle(before, first, this.#given.nowMs());
      if (playing !== before) this.#follow(playing, effects);
      else if (first.kind === 'tick') this.#wait(playing);
    }
  }

  #follow(playing: Playing, effects: readonly ScenarioEffect[]): void {
    const { act, tell, changed } = this.#given;
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
    const { clock, nowMs } = this.#given;
    this.#cancel();
    this.#cancel = () => {};
    const dueMs = dueAtMs(playing);
    if (dueMs === null) return;
    const leftMs = Math.max(1, Math.ceil(dueMs - nowMs()));
    this.#cancel = clock.after(leftMs, () => this.#happen({ kind: 'tick' }));
  }
}
