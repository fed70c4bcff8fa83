/**
 * Owns how runs are done on this machine: in slots, each with a checkout of its own, by processes.
 */

import type { OfferBody } from '../../protocol/bodies.js';
import type { Clock } from '../../world/clock.js';
import type { Run } from '../core/events.js';
import {
  type Execution,
  type Executor,
  machineFault,
  type NotDone,
  type Watch,
} from '../executor.js';
import { LocalExecution, type SuiteOptions } from './execution.js';
import type { LocalSlot } from './slots.js';

export class LocalExecutor implements Executor {
  #slots: readonly LocalSlot[];
  #offer: OfferBody;
  #suite: SuiteOptions;
  readonly #clock: Clock;

  /** The slots are claimed already. */
  constructor(clock: Clock, slots: readonly LocalSlot[], offer: OfferBody, suite: SuiteOptions) {
    this.#clock = clock;
    this.#slots = slots;
    this.#offer = offer;
    this.#suite = suite;
  }

  get slots(): readonly LocalSlot[] {
    return this.#slots;
  }

  get offer(): OfferBody {
    return this.#offer;
  }

  /** From now on; a run that goes on keeps what it began with. `added`: slots besides those it has. */
  renew(offer: OfferBody, suite: Partial<SuiteOptions>, added: readonly LocalSlot[]): void {
    this.#slots = [...this.#slots, ...added];
    this.#offer = offer;
    this.#suite = { ...this.#suite, ...suite };
  }

  whyNot(number: number): NotDone | null {
    const { whyUnfit, checkout, lock } = this.#slot(number);
    const detail = whyUnfit();
    // Without its clone nothing is made anew here: that would only look like one.
    if (detail !== null) return { kind: 'unfit', handback: { reason: 'stopped', detail } };
    // Also the slot's folder would be made anew where another's is to be seen.
    const blocked = checkout.whyBlocked();
    if (blocked !== null) return machineFault(blocked);
    return lock.renew() ? null : machineFault(slotLost);
  }

  start(number: number, run: Run, watch: Watch): Execution {
    return new LocalExecution(this.#clock, this.#slot(number), run, this.#suite, watch);
  }

  async close(): Promise<void> {
    for (const { checkout, caches, lock } of this.slots) {
      await checkout.settled();
      await caches?.close();
      lock.release();
    }
  }

  #slot(number: number): LocalSlot {
    const slot = this.slots[number];
    if (slot === undefined) throw new Error(`there is no slot ${number}`);
    return slot;
  }
}

const slotLost =
  "the slot's lock or folder was deleted, and another took its place: start this runner again";
