/**
 * Owns the door of this room: what the dispatcher's start, its SIGHUP and its end have to do with notices.
 */

import type { Feed } from '../dispatcher/feed/feed.js';
import type { Queries } from '../dispatcher/store/queries.js';
import type { Commit } from '../protocol/ids.js';
import type { Clock } from '../world/clock.js';
import type { Tell } from '../world/story.js';
import type { Asked } from './notices.js';
import type { Target } from './target.js';
import type { TargetsFile } from './targets-file.js';

export interface NoticesOptions {
  readonly file: TargetsFile;
  /** Of the page, without a slash at the end; null where nobody reads one. */
  readonly webUrl: string | null;
  /** Where what waits is kept. */
  readonly data: string;
}

interface World {
  readonly clock: Clock;
  readonly feed: Feed;
  readonly queries: Pick<Queries, Asked>;
  readonly tell: Tell;
}

export interface OpenNotices {
  /** Reads whom to tell anew. */
  reread(): void;
  close(): void;
}

/** Tells others from now on; where nobody is named, nothing is opened, read or loaded. */
export async function openNotices(
  { file, webUrl, data }: NoticesOptions,
  world: World,
): Promise<OpenNotices> {
  const found = file.read();
  if (found === null) return { reread: () => {}, close: () => {} };
  const [{ Notices }, { Outbox }, { senderOf }] = await Promise.all([
    import('./notices.js'),
    import('./outbox.js'),
    import('./senders/send.js'),
  ]);
  const linkTo = (commit: Commit) => (webUrl === null ? null : `${webUrl}/commits/${commit}`);
  const send = senderOf(world.clock, linkTo);
  const notices = new Notices({ ...world, outbox: new Outbox(data), send, linkTo }, found.targets);
  tellOfTargets(found.targets, world.tell);
  tellOfExposed(found.exposed, world.tell);
  return {
    reread: () =>
      file.reread(world.tell, ({ targets, exposed }) => {
        notices.set(targets);
        tellOfExposed(exposed, world.tell);
      }),
    close: () => notices.close(),
  };
}

function tellOfTargets(targets: readonly Target[], tell: Tell): void {
  const names = targets.map(({ name }) => name);
  const msg = `verdicts are told to ${names.length === 0 ? 'nobody' : names.join(', ')}`;
  tell({ event: 'targets', targets: names, msg });
}

/** A warning, not a refusal: in a container or under a service manager it may be meant so. */
function tellOfExposed(files: readonly string[], tell: Tell): void {
  for (const file of files) {
    const msg = `others on this machine may read the secret in ${file}: chmod 600 ${file}`;
    tell({ event: 'secret-exposed', level: 'warn', file, msg });
  }
}
