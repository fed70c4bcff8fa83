/**
 * Owns what a runner is given when it is made: its world, and how it is to behave.
 */

import type { World as Wire } from '../link/ask.js';
import type { Hosts } from '../world/hosts.js';
import type { Tell } from '../world/story.js';
import type { Token } from '../world/token.js';
import type { Introduction } from './introduction.js';

export interface World extends Wire {
  readonly tell: Tell;
  readonly exit: (code: number) => void;
}

export interface RunnerOptions extends Introduction {
  readonly host: string;
  /** Null: the first free one of the documented range. */
  readonly port: number | null;
  readonly token?: Token | null;
  /** Hosts beyond this machine whose classic dispatcher may dial us. */
  readonly mayDial?: Hosts;
  /** Where a classic dispatcher can dial us; null where it cannot, which it is told (A17). */
  readonly reachable: string | null;
  readonly logBytesMax: number;
}
