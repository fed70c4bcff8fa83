/**
 * Owns the answer to `log:<commit>`, of all its jobs or of one, of the last run or of an earlier one: from then
 * on the connection is a reader's. Never reads a log itself.
 */

import type { Followed } from './followers.js';
import type { LogRoom } from './log-room.js';
import type { PendingConnection } from './pending-connection.js';
import { whyNoJob } from './replies.js';

export async function serveLog(
  pending: PendingConnection,
  followed: Followed,
  logs: Pick<LogRoom, 'followers' | 'readings'>,
): Promise<void> {
  const { commit, job, run } = followed;
  const all = await logs.readings(commit);
  const readings = run === null ? all : await logs.readings(commit, run);
  // It may have gone while these were looked up, and would never be heard to go again.
  if (pending.isClosed) return;
  const names = all.map(({ name }) => name);
  const why = whyNoJob(commit, job, names);
  const isThere = readings.some(({ name }) => (job ?? name) === name);
  if (why !== null || !isThere) {
    pending.reply(why ?? `There is no run ${run}: "why" numbers those that there are.\n`);
    return;
  }
  const { connection } = pending;
  let follower = { drained: () => {}, gone: () => {} };
  pending.handOver((event) => {
    if (event.kind === 'drained') follower.drained();
    if (event.kind === 'closed') follower.gone();
  });
  follower = logs.followers.follow(followed, readings, {
    write: (bytes) => connection.write(bytes),
    end: () => connection.destroySoon(),
  });
}
