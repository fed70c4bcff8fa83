/**
 * Owns the observer's command line: every flag, its default, its unit, its check.
 */

import { type Address, parseAddress } from '../protocol/address.js';
import { commandLine, duration, parse, UsageError } from '../world/command-line.js';
import type { StoryOptions } from '../world/story.js';
import type { Policy } from './core.js';

export interface Options extends Policy {
  /** The path of the repository to be watched. */
  readonly repo: string;
  readonly dispatcher: Address;
  /** Globs; none means all branches. */
  readonly branches: readonly string[];
  /** Null: in the repository's git folder. */
  readonly stateFolder: string | null;
  /** Null: from the repository and the machine. */
  readonly name: string | null;
  /** Null: from the remote's URL. */
  readonly repository: string | null;
  readonly story: StoryOptions;
}

const namePattern = /^[A-Za-z0-9._:@+-]{1,100}$/;

/** Reads the command line; null where help was asked for and printed. */
export function readOptions(argv: readonly string[]): Options | null {
  const parsed = parse(
    commandLine(
      'observer.js',
      '$0 [flags] <repo>\n\nHands every new commit of a git repository over.',
    )
      .command('$0 [repo]', false, (command) =>
        command.positional('repo', { type: 'string', describe: 'a clone, or a bare repository' }),
      )
      .option('dispatcher-server', {
        type: 'string',
        default: 'localhost:8888',
        requiresArg: true,
        coerce: toAddress,
        describe: 'host:port of the dispatcher',
      })
      .option('interval', {
        type: 'string',
        default: '1s',
        requiresArg: true,
        coerce: duration('interval'),
        describe: 'time between two looks at the repository',
      })
      .option('branch', {
        type: 'string',
        default: '',
        defaultDescription: 'all',
        requiresArg: true,
        coerce: toGlobs,
        describe: 'watch only these: main,feature/* (** crosses slashes)',
      })
      .option('state', {
        type: 'string',
        requiresArg: true,
        defaultDescription: '<git folder>/trivet',
        describe: 'folder that remembers what was handed over',
      })
      .option('from-now', {
        type: 'boolean',
        default: false,
        describe: 'at the first start hand nothing over, only later commits',
      })
      .option('latest-only', {
        type: 'boolean',
        default: false,
        describe: "hand over just each branch's newest commit",
      })
      .option('once', {
        type: 'boolean',
        default: false,
        describe: 'look once, wait until all is accepted, exit',
      })
      .option('name', {
        type: 'string',
        requiresArg: true,
        coerce: toName('name'),
        describe: 'what the dispatcher calls this observer',
      })
      .option('repository', {
        type: 'string',
        requiresArg: true,
        defaultDescription: "the remote URL's last part",
        coerce: toName('repository'),
        describe: 'what the dispatcher calls the repository',
      }),
    argv,
  );
  if (parsed === null) return null;
  // yargs keeps the type of what a command declares to itself.
  const { repo } = parsed as { readonly repo?: string };
  if (repo === undefined || repo === '') {
    throw new UsageError('Which repository? Give its path: node observer.js <repo>.');
  }
  return {
    repo,
    dispatcher: parsed['dispatcher-server'],
    intervalMs: parsed.interval,
    branches: parsed.branch,
    stateFolder: parsed.state ?? null,
    fromNow: parsed['from-now'],
    latestOnly: parsed['latest-only'],
    once: parsed.once,
    name: parsed.name ?? null,
    repository: parsed.repository ?? null,
    story: { level: parsed['log-level'], format: parsed['log-format'] },
  };
}

function toAddress(text: string): Address {
  const address = parseAddress(text);
  if (address === null || address.port === 0) {
    throw new UsageError(`--dispatcher-server is host:port, as in localhost:8888, not "${text}".`);
  }
  return address;
}

/** Commas, not repetition, so that an environment variable can hold several. */
function toGlobs(text: string): string[] {
  const globs = text.split(',').filter((glob) => glob !== '');
  for (const glob of globs) {
    // What git forbids in the name of a branch.
    if (/[^\x21-\x7e\u0080-\uffff]|[~^:\\]|\.\./.test(glob)) {
      throw new UsageError(`--branch is branches or globs, as in main,feature/*, not "${glob}".`);
    }
  }
  return globs;
}

function toName(flag: string): (text: string | undefined) => string | undefined {
  return (text) => {
    if (text === undefined || namePattern.test(text)) return text;
    throw new UsageError(`--${flag} is 1 to 100 letters, digits or ._:@+- , not "${text}".`);
  };
}
