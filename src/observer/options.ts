/**
 * Owns the observer's command line: every flag, its default, its unit, its check.
 */

import type { Address } from '../protocol/address.js';
import {
  assertFew,
  assertOfOne,
  clientFlags,
  noRepository,
  readCommandLine,
} from '../world/command-line.js';
import { clientCredentials, type Renewing } from '../world/credentials.js';
import { UsageError } from '../world/exit.js';
import { atMostAWeek, spellDuration } from '../world/flag-values.js';
import type { FlagValues } from '../world/reread.js';
import type { StoryOptions } from '../world/story.js';
import { readToken, type Token } from '../world/token.js';
import type { Policy } from './core/core.js';
import { notesBelow } from './watched.js';

export interface Options extends Policy {
  /** The paths of the repositories to be watched. */
  readonly repos: readonly string[];
  readonly dispatcher: Address;
  readonly token: Token | null;
  /** Null: no TLS. */
  readonly tls: Renewing | null;
  /** Globs; none means all branches. */
  readonly branches: readonly string[];
  /** Full names of other refs. */
  readonly refs: readonly string[];
  /** Whether workflow files are read, and planned. */
  readonly workflows: boolean;
  /** Whether verdicts are written as git notes, and where these go besides. */
  readonly notes: 'none' | 'here' | 'pushed';
  /** Null: in the repository's git folder. */
  readonly stateFolder: string | null;
  /** Null: from the repository and the machine. */
  readonly name: string | null;
  /** Null: from the remote's URL. */
  readonly repository: string | null;
  readonly story: StoryOptions;
  readonly flags: FlagValues;
}

const flags = {
  ...clientFlags,
  interval: {
    default: '1s',
    describe: 'time between two polls of the repository',
    coerce: atMostAWeek('interval'),
  },
  branch: {
    type: 'string',
    default: '',
    defaultDescription: 'all',
    describe: 'watch only these: main,feature/* (** crosses slashes)',
    coerce: toGlobs,
  },
  refs: {
    type: 'string',
    default: '',
    defaultDescription: 'none',
    describe: 'watch these too: refs/tags/*,refs/pull/*/head',
    coerce: toRefs,
  },
  state: {
    type: 'string',
    defaultDescription: '<git folder>/trivet',
    describe: 'folder that remembers what was handed over',
  },
  'from-now': {
    type: 'boolean',
    default: false,
    describe: 'at the first start hand nothing over, only later commits',
  },
  'latest-only': {
    type: 'boolean',
    default: false,
    describe: "hand over just each branch's newest commit",
  },
  'no-workflows': {
    type: 'boolean',
    default: false,
    describe: 'leave workflow files alone: each commit is one job',
  },
  notes: {
    type: 'boolean',
    default: false,
    describe: 'write verdicts as git notes: git log --notes=trivet',
  },
  'notes-push': {
    type: 'boolean',
    default: false,
    describe: 'and push them, refs/notes/trivet, to the remote',
  },
  once: {
    type: 'boolean',
    default: false,
    describe: 'poll once, wait until all is accepted, exit',
  },
} as const;

/** What can change while an observer runs. */
export const changeable = { interval: spellDuration };

/**
 * Reads the command line; null where help was asked for and printed. `former`: those with which the
 * process runs, as all is read anew; token and certificates have ways of their own.
 */
export function readOptions(
  argv: readonly string[],
  former: Options | null = null,
): Options | null {
  const purpose = 'Hands every new commit of git repositories over.';
  const [script, repo] = ['observer.js', 'a clone, or a bare repository'];
  const read = readCommandLine({ script, purpose, flags, repo }, argv);
  if (read === null) return null;
  if (read.repos.length === 0) throw noRepository(script, repo);
  assertFew(read.repos);
  assertOfOne(read.repos, 'repository', read.repository);
  return {
    repos: read.repos,
    dispatcher: read['dispatcher-server'],
    token: former === null ? readToken(read['token-file']) : former.token,
    tls: former === null ? clientCredentials(read) : former.tls,
    intervalMs: read.interval,
    branches: read.branch,
    refs: read.refs,
    stateFolder: read.state ?? null,
    fromNow: read['from-now'],
    latestOnly: read['latest-only'],
    workflows: !read['no-workflows'],
    once: read.once,
    notes: notesWanted(read),
    name: read.name ?? null,
    repository: read.repository ?? null,
    story: { level: read['log-level'], format: read['log-format'] },
    flags: read,
  };
}

function notesWanted(flags: {
  readonly notes: boolean;
  readonly 'notes-push': boolean;
  readonly once: boolean;
}): Options['notes'] {
  if (flags['notes-push'] && !flags.notes) {
    throw new UsageError('--notes-push pushes what --notes writes: give both.');
  }
  if (flags.notes && flags.once) {
    throw new UsageError(
      '--notes needs an observer that stays for the verdicts: leave out --once.',
    );
  }
  if (!flags.notes) return 'none';
  return flags['notes-push'] ? 'pushed' : 'here';
}

/** Commas, not repetition, so that an environment variable can hold several. */
function toGlobs(text: string): string[] {
  const globs = listed(text);
  for (const glob of globs) {
    if (!unfit.test(glob)) continue;
    throw new UsageError(`--branch is branches or globs, as in main,feature/*, not "${glob}".`);
  }
  return globs;
}

function toRefs(text: string): string[] {
  const names = listed(text);
  for (const name of names) {
    if (name.startsWith(notesBelow)) {
      throw new UsageError(`--refs ${name} is notes on commits, and no commits to be tested.`);
    }
    if (/^refs\/[^*?[]+\*?[^*?[]*$/.test(name) && !unfit.test(name)) continue;
    throw new UsageError(
      '--refs is full names of refs with one * at most, as in refs/tags/*,refs/pull/*/head, ' +
        `not "${name}".`,
    );
  }
  return names;
}

/** What git forbids in the name of a ref. */
const unfit = /[^\x21-\x7e\u0080-\uffff]|[~^:\\]|\.\./;

function listed(text: string): string[] {
  return text.split(',').filter((name) => name !== '');
}
