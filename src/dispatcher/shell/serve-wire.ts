/**
 * Owns the answer to `wire`: the header of the record, then each record as it is written down, as long as
 * somebody reads. What is sent here is no part of the record.
 */

import { lines, type Recording } from '../../record/recording.js';
import type { PendingConnection } from './pending-connection.js';

/** `after`: the `n` of the last record that it has; null: from now on. */
export function serveWire(
  pending: PendingConnection,
  after: number | null,
  recording: Recording,
): void {
  const { connection } = pending;
  let viewer = { drained: () => {}, gone: () => {} };
  pending.handOver((event) => {
    if (event.kind === 'drained') viewer.drained();
    if (event.kind === 'closed') viewer.gone();
  });
  viewer = recording.watch({ form: lines, write: (text) => connection.write(text) }, after);
}
