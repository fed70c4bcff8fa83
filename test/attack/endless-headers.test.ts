/**
 * Headers without an end: what is held of one is bounded, whatever it is filled with.
 */

import { expect, test } from 'vitest';
import { requestDecoder, sessionDecoder } from '../../src/protocol/decoder.js';
import { headerBytesMax } from '../../src/protocol/limits.js';
import { requests, session } from '../../src/protocol/verbs.js';

const endless = [' ', ':', 'a', '0', ':0', '\t'];

test.each([
  ...Object.keys(requests).map((verb) => ['requests', verb] as const),
  ...Object.keys(session).map((verb) => ['a session', verb] as const),
])(
  'A13: in %s, %s with anything behind it is a fault before it fills two headers',
  (where, verb) => {
    for (const filling of endless) {
      const decoder = where === 'requests' ? requestDecoder() : sessionDecoder();
      const decoded = [
        ...decoder.push(Buffer.from(verb)),
        ...decoder.push(Buffer.from(filling.repeat(headerBytesMax))),
        ...decoder.push(Buffer.from(filling.repeat(headerBytesMax))),
      ];
      expect(decoded.map(({ kind }) => kind)).toEqual(['fault']);
      expect(decoder.heldBytes).toBe(0);
    }
  },
);
