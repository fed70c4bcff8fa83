/**
 * Owns the words in which a client's end of the wire tells what becomes of it.
 */

import type { Welcome } from '../protocol/bodies.js';
import type { SessionMessage } from '../protocol/messages.js';
import type { Dialect } from './classic-watch.js';

export type LinkEvent =
  | { readonly kind: 'session'; readonly welcome: Welcome }
  | { readonly kind: 'message'; readonly message: SessionMessage }
  /** There is room again after `send` said false. */
  | { readonly kind: 'drained' }
  /** A classic dispatcher: it takes requests only. */
  | { readonly kind: 'classic'; readonly dialect: Dialect }
  /**
   * No dispatcher, for that reason; we try again. Refused: a person has to do something. Final: it
   * has never let us in, so that is how we were started, and we do not try again.
   */
  | {
      readonly kind: 'away';
      readonly reason: string;
      readonly refused: boolean;
      readonly final: boolean;
    };
