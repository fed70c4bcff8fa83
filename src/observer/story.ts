/**
 * Owns the observer's sentences: each notice as a person would read it aloud.
 * Never decides whether something is told; that a large batch is told in one line is its choice.
 */

import { type Commit, short } from '../protocol/ids.js';
import type { Told } from '../world/story.js';
import type { Notice } from './core/events.js';
import type { Source } from './source.js';

export interface Setting {
  readonly source: Source;
  readonly repository: string;
  readonly dispatcher: string;
  readonly intervalMs: number;
  readonly branches: readonly string[];
  readonly refs: readonly string[];
  readonly latestOnly: boolean;
  readonly stateFolder: string;
}

/** Above this, commits of one branch are told as a number; `debug` still has a line each. */
const tellEachMax = 10;

const ways = { direct: 'read directly', fetch: 'by fetch', own: 'its own branches' };

/** The first lines: what is in effect, and what is waited for. */
export function opening(setting: Setting): Told[] {
  const { source, repository, dispatcher, intervalMs, latestOnly, stateFolder } = setting;
  const { branches, refs } = setting;
  const heads = branches.length === 0 ? 'all branches' : `branches ${branches.join(', ')}`;
  const watched = refs.length === 0 ? heads : `${heads} and ${refs.join(', ')}`;
  const which = latestOnly ? 'the newest commit' : 'every new commit';
  return [
    {
      event: 'observing',
      repository,
      path: source.path,
      way: source.kind,
      intervalMs,
      msg: `observing ${repository} at ${source.path} (${ways[source.kind]}) every ${intervalMs / 1_000} s`,
    },
    {
      event: 'options',
      dispatcher,
      branches,
      refs,
      latestOnly,
      stateFolder,
      msg: `${which} of ${watched}; position kept in ${stateFolder}; looking for the dispatcher ${dispatcher}`,
    },
  ];
}

/** The clone has another remote; `isFollowed`: that one is watched from now on. */
export function moved(
  { origin, kind, name }: Source,
  isFollowed: boolean,
  setting: Pick<Setting, 'source' | 'repository'>,
): Told[] {
  // A password may stand in it.
  const remote = origin?.replace(/\/\/[^/]*@/, '//') ?? '';
  const base = { event: 'remote-moved', remote, way: kind, name };
  if (!isFollowed) {
    const msg = `there is a remote now, ${remote}: restart the observer to watch its branches`;
    return [{ ...base, level: 'warn', msg }];
  }
  const now = `the remote is ${remote} now (${ways[kind]})`;
  if (name === setting.source.name) return [{ ...base, msg: now }];
  const { repository } = setting;
  const msg = `${now}: the repository is called ${repository} until the observer is restarted`;
  return [{ ...base, level: 'warn', msg }];
}

/** Tells notices of one observer, in order. */
export function narrator(dispatcher: string): (notice: Notice) => Told[] {
  /** Of each branch in hand: commits still to be handed over, where they are told as a number. */
  const crowds = new Map<string, { count: number; tip: Commit }>();

  return (notice) => {
    if (notice.kind === 'found' && notice.count > tellEachMax) {
      crowds.set(notice.tip.branch, { count: notice.count, tip: notice.tip.commit });
    }
    if (notice.kind !== 'handed-over') return [sentence(notice, dispatcher)];

    const { commit, description } = notice;
    const crowd = crowds.get(description.branch);
    const name = `${short(commit)} "${description.subject}"`;
    const one: Told = {
      event: 'handed-over',
      commit,
      branch: description.branch,
      level: crowd === undefined ? 'info' : 'debug',
      msg: `handed over ${name} on ${description.branch}`,
    };
    if (crowd?.tip !== commit) return [one];
    crowds.delete(description.branch);
    const { count } = crowd;
    return [
      one,
      {
        event: 'all-handed-over',
        branch: description.branch,
        count,
        msg: `handed over ${number(count)} commits on ${description.branch}, up to ${name}`,
      },
    ];
  };
}

function sentence(notice: Exclude<Notice, { kind: 'handed-over' }>, dispatcher: string): Told {
  const { kind: event } = notice;
  switch (notice.kind) {
    case 'found': {
      const { tip, first, count } = notice;
      const moved = first ? 'is at' : 'moved to';
      const news = count === 1 ? '' : `: ${number(count)} new commits`;
      const msg = `${tip.branch} ${moved} ${short(tip.commit)} "${tip.subject}"${news}`;
      return { event, branch: tip.branch, commit: tip.commit, count, msg };
    }
    case 'cut-short': {
      const { branch } = notice.tip;
      return {
        event,
        branch,
        level: 'warn',
        msg: `only the newest of these on ${branch} are tested`,
      };
    }
    case 'gone':
      return { event, branch: notice.branch, msg: `${notice.branch} is gone` };
    case 'broken': {
      const { branch, reason } = notice;
      const msg = `cannot read the branch ${branch} (${reason}): trying on; the others go on`;
      return { event, branch, reason, level: 'warn', msg };
    }
    case 'recorded':
      return {
        event,
        branches: notice.branches,
        msg: `noted where ${plural(notice.branches, 'branch', 'branches')} stand: later commits count`,
      };
    case 'empty':
      return { event, msg: 'no branch has a commit yet: waiting for the first' };
    case 'poll-failed':
      return {
        event,
        reason: notice.reason,
        level: 'warn',
        msg: `cannot read the repository: ${notice.reason}: trying on`,
      };
    case 'polls-again':
      return { event, msg: 'can read the repository again' };
    case 'connected': {
      const kind = notice.classic ? ', a classic one' : '';
      const { classic } = notice;
      return {
        event,
        dispatcher,
        classic,
        msg: `connected to the dispatcher ${dispatcher}${kind}`,
      };
    }
    case 'forgotten': {
      const { commits, isNew } = notice;
      const lacks = isNew
        ? 'knows nothing of this repository: the tip of each branch is handed over again'
        : 'does not have all that was accepted: what it lacks is handed over again';
      const msg = `the dispatcher ${dispatcher} ${lacks}`;
      return { event, dispatcher, commits, isNew, level: 'warn', msg };
    }
    case 'away': {
      const { reason } = notice;
      const msg = `the dispatcher ${dispatcher} ${reason}: waiting for it, nothing is lost`;
      return { event, dispatcher, reason, level: 'warn', msg };
    }
    case 'refused': {
      const { reason } = notice;
      const msg = `not taken yet (${reason}): offering it again each second, nothing is lost`;
      return { event, reason, level: 'warn', msg };
    }
    case 'draining': {
      const { outstanding } = notice;
      const rest =
        outstanding === 0 ? '' : `: waiting for ${plural(outstanding, 'answer', 'answers')}`;
      return { event, outstanding, msg: `stopping${rest}` };
    }
  }
}

function number(count: number): string {
  return count.toLocaleString('en-US');
}

function plural(count: number, one: string, many: string): string {
  return `${number(count)} ${count === 1 ? one : many}`;
}
