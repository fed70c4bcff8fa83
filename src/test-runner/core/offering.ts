/**
 * Owns what this runner offers, and how a dispatcher gets to know: by `hello`, and within a session
 * by `offer`. One that does not know that verb is asked for no further runs, and is introduced to
 * us anew once nothing is in hand: so nothing that goes on is lost for it.
 */

import type { OfferBody } from '../../protocol/bodies.js';
import type { Effect } from './events.js';
import { send } from './wishes.js';

export class Offering {
  #offer: OfferBody;
  /** What is offered is not what the last `hello` or `offer` said. */
  #isNews = false;
  /** How the dispatcher at hand can be told. */
  #means: 'none' | 'offer' | 'hello' = 'none';

  constructor(offer: OfferBody) {
    this.#offer = offer;
  }

  get offer(): OfferBody {
    return this.#offer;
  }

  /** A `hello` waits until nothing is in hand. */
  get awaitsHello(): boolean {
    return this.#isNews && this.#means === 'hello';
  }

  change(offer: OfferBody): Effect[] {
    this.#offer = offer;
    this.#isNews = true;
    return this.#tell();
  }

  introduced(): void {
    this.#isNews = false;
  }

  joined(takesOffers: boolean): Effect[] {
    this.#means = takesOffers ? 'offer' : 'hello';
    return this.#tell();
  }

  left(): void {
    this.#means = 'none';
  }

  #tell(): Effect[] {
    if (!this.#isNews || this.#means === 'none') return [];
    if (this.#means === 'hello') return [send({ verb: 'draining' })];
    this.#isNews = false;
    return [send({ verb: 'offer', body: this.#offer })];
  }
}
