/**
 * Owns what those outside the wire see of a dispatcher, the page above all: documents, the feed, and the
 * few things that a person may want done. Its shape is theirs (web/behind.ts). Never lets them further in.
 */

import { type LogId, ownerOf } from '../../protocol/ids.js';
import type { Recording } from '../../record/recording.js';
import type { Behind, LogAt } from '../../web/behind.js';
import type { Clock } from '../../world/clock.js';
import type { DispatcherCore } from '../core/core.js';
import type { Documents } from '../documents/documents.js';
import type { Feed } from '../feed/feed.js';
import type { Spectators } from '../feed/spectators.js';
import type { LogFiles } from '../store/logs.js';
import type { Queries } from '../store/queries.js';
import { wordsFor } from './replies.js';
import type { RequestRouter } from './request-router.js';
import { whyUnread } from './unread.js';
import type { VitalSigns } from './vitals.js';

interface LogsKnown {
  readonly core: Pick<DispatcherCore, 'jobOfRun'>;
  readonly queries: Pick<Queries, 'run'>;
  readonly files: LogFiles;
}

export function viewOf({
  clock,
  documents,
  spectators,
  feed,
  router,
  vitals,
  recording,
  ...known
}: {
  readonly clock: Clock;
  readonly documents: Documents;
  readonly spectators: Spectators;
  readonly feed: Feed;
  readonly router: RequestRouter;
  readonly vitals: VitalSigns;
  readonly recording: Recording;
} & LogsKnown): Behind {
  return {
    clock,
    answer: (question) => documents.answer(question),
    spectators,
    lastSeq: () => feed.lastSeq,
    follow: (follow) => feed.follow(follow),
    findLog: (log) => findLog(known, log),
    vitals,
    recording,
    want: async (wanted, remoteHost) => {
      try {
        const reply = await router.wish(wanted, remoteHost);
        const isDone = reply.kind === 'accepted' || reply.kind === 'done';
        return { isDone, says: wordsFor(reply, 'OK').trimEnd() };
      } catch (error) {
        return { isDone: false, says: whyUnread(error, feed.tell) };
      }
    },
  };
}

/** Memory knows the run that goes on, the store all that are kept. */
async function findLog({ core, queries, files }: LogsKnown, log: LogId): Promise<LogAt | null> {
  const { run, step } = ownerOf(log);
  const job = core.jobOfRun(run);
  const live = job?.runs.find(({ id }) => id === run);
  if (job !== undefined && live !== undefined) {
    const name = {
      commit: job.commit,
      job: job.id,
      number: live.number,
      ...(step > 0 && { step }),
    };
    return { path: files.pathOf(name), isOver: live.end !== null };
  }
  const [row] = await queries.run({ run });
  if (row === undefined) return null;
  return {
    path: files.pathOf({ ...row, ...(step > 0 && { step }) }),
    isOver: row.endedAtMs !== null,
  };
}
