/**
 * Owns how a publication is written for a spectator: as a message of its session.
 */

import { encodeSession } from '../../protocol/encoder.js';
import { type Form, flat, toldOf, writingOnce } from './form.js';

export const wireForm: Form = {
  entry: writingOnce((recorded) =>
    encodeSession({ verb: 'entry', seq: recorded.seq, body: toldOf(recorded) }),
  ),
  event: (publication) => encodeSession({ verb: 'event', body: flat(publication) }),
  resync: (seq) => encodeSession({ verb: 'resync', seq }),
};
