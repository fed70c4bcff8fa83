/**
 * Owns how a publication is written for a spectator: as a message of its session. An entry may be as long
 * as a report; whoever is of a release that takes no more than a page is told the rest of it.
 */

import { encodeSession } from '../../protocol/encoder.js';
import { jsonBytesMax } from '../../protocol/limits.js';
import { type Form, flat, toldOf, writingOnce } from './form.js';

export const wireForm: Form = {
  entry: writingOnce((recorded) =>
    encodeSession({ verb: 'entry', seq: recorded.seq, body: toldOf(recorded) }),
  ),
  event: (publication) => encodeSession({ verb: 'event', body: flat(publication) }),
  resync: (seq) => encodeSession({ verb: 'resync', seq }),
};

/** For a spectator that does not say `long`: it would call the connection broken, and come again for ever. */
export const shortWireForm: Form = {
  ...wireForm,
  entry: writingOnce((recorded) => {
    const whole = wireForm.entry(recorded);
    // Verb and number come on top; few entries are near to it.
    if (whole.length <= jsonBytesMax) return whole;
    return encodeSession({
      verb: 'entry',
      seq: recorded.seq,
      body: { ...toldOf(recorded), ...lists },
    });
  }),
};

/** What can be long; all else fits (test/dispatcher/wire-form.test.ts). */
const lists = { steps: undefined, needs: undefined, fallbacks: undefined };
