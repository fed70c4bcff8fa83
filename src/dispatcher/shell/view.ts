/**
 * Owns what those outside the wire see of a dispatcher, the page above all: documents, the feed, and the
 * few things that a person may want done. Never lets them further in.
 */

import type { Question } from '../../protocol/questions.js';
import type { Clock } from '../../world/clock.js';
import type { Documents } from '../documents/documents.js';
import type { Feed } from '../feed/feed.js';
import type { Spectators } from '../feed/spectators.js';
import { wordsFor } from './replies.js';
import type { RequestRouter, Wish } from './request-router.js';

/** What a person may want done. */
type Wanted = Extract<Wish, { verb: 'rerun' | 'cancel' | 'pause' | 'resume' | 'poll' }>;

export interface View {
  readonly clock: Clock;
  readonly answer: (question: Question) => Promise<object>;
  readonly spectators: Pick<Spectators, 'admit'>;
  readonly lastSeq: () => number;
  /** What became of it, once that is on disk; as a sentence where it was not done. */
  readonly want: (
    wanted: Wanted,
    remoteHost: string,
  ) => Promise<{ readonly isDone: boolean; readonly says: string }>;
}

export function viewOf({
  clock,
  documents,
  spectators,
  feed,
  router,
}: {
  readonly clock: Clock;
  readonly documents: Documents;
  readonly spectators: Spectators;
  readonly feed: Feed;
  readonly router: RequestRouter;
}): View {
  return {
    clock,
    answer: (question) => documents.answer(question),
    spectators,
    lastSeq: () => feed.lastSeq,
    want: async (wanted, remoteHost) => {
      const reply = await router.wish(wanted, remoteHost);
      const isDone = reply.kind === 'accepted' || reply.kind === 'done';
      return { isDone, says: wordsFor(reply, 'OK').trimEnd() };
    },
  };
}
