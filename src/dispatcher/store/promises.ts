/**
 * Owns the store on one disk as the dispatcher sees it: each call is made at once, upon the file that
 * this process has open, and its answer is a promise as another store's would be.
 */

import type { SqliteStore } from './sqlite.js';
import type { Store } from './store.js';

export function storeUpon(sqlite: SqliteStore): Store {
  let isClosed = false;
  // Who still asks when the process ends is told nothing any more.
  const answer = async <Value>(look: () => Value): Promise<Value> =>
    isClosed ? new Promise<Value>(() => {}) : look();
  return {
    recover: () =>
      answer(() => ({
        unfinished: sqlite.unfinished(),
        nextJob: sqlite.nextJob(),
        lastSeq: sqlite.lastSeq(),
        lastAtMs: sqlite.lastAtMs(),
        repositories: sqlite.repositories(),
        classicRunners: sqlite.classicRunners(),
        paused: sqlite.paused(),
      })),
    append: (entries, listChanges, tested) =>
      answer(() => sqlite.append(entries, listChanges, tested)),
    history: (job) => answer(() => sqlite.history(job)),
    commitsLike: (beginning, most) => answer(() => sqlite.commitsLike(beginning, most)),
    jobsOf: (commit) => answer(() => sqlite.jobsOf(commit)),
    lacking: (commits, repository) =>
      answer(() => commits.filter((commit) => !sqlite.hasJob(commit, repository))),
    newestOn: (repository, branch) => answer(() => sqlite.newestOn(repository, branch)),
    hasJobs: (repository) => answer(() => sqlite.hasJobs(repository)),
    isRecorded: (run) => answer(() => sqlite.isRecorded(run)),
    close: () => {
      isClosed = true;
      sqlite.close();
    },
  };
}
