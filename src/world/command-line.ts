/**
 * Owns the flags that the three processes have in common, and their arguments.
 * Never knows what a process does with its flags; its `options.ts` declares them as a table.
 */

import { basename } from 'node:path';
import type { InferredOptionTypes, Options } from 'yargs';
import { peerNamePattern } from '../protocol/ids.js';
import { repositoriesMax } from '../protocol/limits.js';
import { UsageError } from './exit.js';
import { dispatcherAddress, hostNames, wireName } from './flag-values.js';
import { type Flags, readFlags } from './flags.js';

export interface CommandLine<F extends Flags> {
  /** `dispatcher.js` */
  readonly script: string;
  /** One sentence for the head of `--help`. */
  readonly purpose: string;
  readonly flags: F;
  /** What each of the arguments `<repo>…` is; null where there are none. */
  readonly repo: string | null;
}

/** The flag of all that speak the wire. */
export const tokenFile = {
  type: 'string',
  describe: 'file with the secret that all share; or the secret in TRIVET_TOKEN',
} as const satisfies Options;

/** The flags that every process has. */
const commonFlags = {
  config: {
    type: 'string',
    describe: 'JSON file with flags, which SIGHUP reads anew: {"log-level": "debug"}',
  },
  'token-file': tokenFile,
  'log-level': {
    choices: ['trace', 'debug', 'info', 'warn', 'error', 'fatal', 'silent'] as const,
    default: 'info' as const,
    describe: 'how much is told',
  },
  'log-format': {
    choices: ['story', 'json'] as const,
    default: 'story' as const,
    describe: 'sentences for people, or a JSON object a line',
  },
} satisfies Flags;

/** The flags of the two processes that look for a dispatcher. */
export const clientFlags = {
  'dispatcher-server': {
    type: 'string',
    default: 'localhost:8888',
    describe: 'host:port of the dispatcher',
    coerce: dispatcherAddress,
  },
  name: {
    type: 'string',
    describe: 'what this process is called (default: its machine, and a number)',
    coerce: wireName('name', peerNamePattern),
  },
  repository: {
    type: 'string',
    defaultDescription: "last part of the origin's URL, or of a bare repository's path",
    describe: 'what the repository is called',
    coerce: wireName('repository'),
  },
  'tls-ca': {
    type: 'string',
    describe: "file with the certificate that vouches for the dispatcher's: speak TLS",
  },
  'tls-cert': { type: 'string', describe: 'file with our own certificate, if it wants one' },
  'tls-key': { type: 'string', describe: 'file with the key of our own certificate' },
} as const satisfies Flags;

/** The flag of the two processes that classic ones may dial. */
export const allowClassic = {
  type: 'string',
  default: '',
  defaultDescription: 'none',
  coerce: hostNames('allow-classic'),
} as const satisfies Options;

/** What `readCommandLine` answers: every flag, read, and the arguments. */
export type Read<F extends Flags> = InferredOptionTypes<F & typeof commonFlags> & {
  readonly repos: readonly string[];
};

/** Reads flags, environment and file; null where `--help` was asked for and printed. */
export function readCommandLine<F extends Flags>(
  { script, purpose, flags, repo }: CommandLine<F>,
  argv: readonly string[],
): Read<F> | null {
  const program = typed(script);
  const argument = repo === null ? null : { name: 'repo', describe: repo, isMany: true };
  const read = readFlags(
    { program, purpose, flags: { ...flags, ...commonFlags }, argument },
    argv,
  ) as (Omit<Read<F>, 'repos'> & { readonly repo?: readonly string[] }) | null;
  if (read === null) return null;
  const { repo: repos = [], ...others } = read;
  if (repos.includes('')) throw noRepository(script, repo ?? '');
  return { ...others, repos } as Read<F>;
}

/** Said to whoever names none. */
export function noRepository(script: string, repo: string): UsageError {
  return new UsageError(`Which repository? Name ${repo}: ${typed(script)} <repo>.`);
}

/** What starts such a process: its name where it is installed, as `trivet-observer`. */
function typed(script: string): string {
  const name = basename(process.argv[1] ?? '');
  return name.startsWith('trivet-') ? name : `node ${script}`;
}

/** As many as one process looks after. */
export function assertFew({ length: count }: readonly string[]): void {
  if (count <= repositoriesMax) return;
  throw new UsageError(
    `${count} repositories are too many for one process: start another for each ${repositoriesMax}.`,
  );
}

/** Of several repositories none can be called by the one name, or have the one thing. */
export function assertOfOne(repos: readonly string[], flag: string, value: unknown): void {
  if (repos.length < 2 || value === undefined) return;
  throw new UsageError(
    `--${flag} is for one repository, and there are ${repos.length}: leave it out, or start a ` +
      'process for each.',
  );
}
