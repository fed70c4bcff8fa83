/**
 * Owns what a dispatcher is given when it is made: how it is to behave, and its memory.
 */

import type { SteadyUs } from '../../world/clock.js';
import type { Settings } from '../core/settings.js';
import type { Vault } from '../secrets/vault.js';
import type { LogFiles } from '../store/logs.js';
import type { Queries } from '../store/queries.js';
import type { Recovered, Store } from '../store/store.js';
import type { Auth } from './auth.js';

export interface DispatcherOptions {
  readonly host: string;
  readonly port: number;
  readonly dialect: 'classic' | 'py3';
  readonly classicRunMaxMs: number;
  /** Whether a job whose tests failed is run once more before it is red. */
  readonly retryFlaky?: boolean;
  /** Who may speak; everyone where it is not said. */
  readonly auth?: Auth;
  /** How many may be connected at once. */
  readonly connectionsMax?: number;
  /** What its owner says of repositories; nothing where it is not said. */
  readonly settings?: Settings;
  /** What the record of the wire is timed by; the clock's milliseconds where it is not said. */
  readonly steadyUs?: SteadyUs;
}

export interface Memory {
  readonly store: Store;
  /** As the store told it, and nobody has changed it since. */
  readonly recovered: Recovered;
  readonly queries: Queries;
  readonly logs: LogFiles;
  readonly vault: Vault;
  /** Eight hex digits, new at every start. */
  readonly start: string;
}
