/**
 * Owns how runs are done on this machine: in slots, each with a checkout of its own, by processes.
 */

import type { OfferBody } from '../../protocol/bodies.js';
import type { Clock } from '../../world/clock.js';
import { UsageError } from '../../world/exit.js';
import type { Run } from '../core/events.js';
import {
  type Execution,
  type Executor,
  isRefusal,
  machineFault,
  type NotDone,
  type Watch,
} from '../executor.js';
import { LocalExecution, type SuiteOptions } from './execution.js';
import type { Sites } from './sites.js';
import type { LocalSlot } from './slots.js';

export class LocalExecutor implements Executor {
  readonly #sites: Sites;
  #offer: OfferBody;
  #suite: SuiteOptions;
  readonly #clock: Clock;

  /** Throws a `UsageError` where there are no slots for what is offered. */
  constructor(clock: Clock, sites: Sites, offer: OfferBody, suite: SuiteOptions) {
    this.#clock = clock;
    this.#sites = sites;
    this.#offer = offer;
    this.#suite = suite;
    sites.hold(offer.capacity);
  }

  get slots(): readonly LocalSlot[] {
    return this.#sites.slots;
  }

  get offer(): OfferBody {
    return this.#offer;
  }

  /**
   * From now on; a run that goes on keeps what it began with. Throws a `UsageError` where there are no
   * slots for it: then nothing changes.
   */
  renew(offer: OfferBody, suite: Partial<SuiteOptions>): void {
    this.#sites.hold(offer.capacity);
    this.#offer = offer;
    this.#suite = { ...this.#suite, ...suite };
  }

  slotFor(number: number, run: Run): LocalSlot | NotDone {
    const site = this.#sites.siteFor(run);
    if (isRefusal(site)) return site;
    try {
      return site.at(number);
    } catch (error) {
      if (!(error instanceof UsageError)) throw error;
      return machineFault(error.message);
    }
  }

  whyNot(number: number, run: Run): NotDone | null {
    const slot = this.slotFor(number, run);
    if (isRefusal(slot)) return slot;
    const { whyUnfit, checkout, lock } = slot;
    const detail = whyUnfit();
    // Without its clone nothing is made anew here: that would only look like one.
    if (detail !== null) return { kind: 'unfit', handback: { reason: 'stopped', detail } };
    // Also the slot's folder would be made anew where another's is to be seen.
    const blocked = checkout.whyBlocked();
    if (blocked !== null) return machineFault(blocked);
    return lock.renew() ? null : machineFault(slotLost);
  }

  start(number: number, run: Run, watch: Watch): Execution {
    const slot = this.slotFor(number, run);
    if (isRefusal(slot)) throw new Error(`slot ${number} does not take ${run.id}`);
    return new LocalExecution(this.#clock, slot, run, this.#suite, watch);
  }

  async close(): Promise<void> {
    for (const { checkout, caches, lock } of this.slots) {
      await checkout.settled();
      await caches?.close();
      lock.release();
    }
  }
}

const slotLost =
  "the slot's lock or folder was deleted, and another took its place: start this runner again";
