/**
 * Owns what is said where the store cannot be read: to whoever asked, and to people. Nothing has changed
 * then and nothing is lost. What is no fault of the store is our own, and thrown on.
 */

import type { Tell } from '../../world/story.js';
import { isUnreadable } from '../store/no-room.js';

/** Why there is no answer. Throws `error` where the store is not to blame. */
export function whyUnread(error: unknown, tell: Tell): string {
  if (!isUnreadable(error)) throw error;
  const why = (error as Error).message.replace(/\.$/, '');
  const msg = `the store cannot be read (${why}): whoever asked was told so`;
  tell({ event: 'store-unreadable', level: 'error', msg });
  return `BUSY: the dispatcher cannot read its store (${why}): nothing is lost, ask again`;
}
