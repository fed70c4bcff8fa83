/**
 * Owns the runner's command line: every flag, its default, its unit, and what is wrong with it.
 * Never looks at the repository; whether it is one is for `openClone` to find out.
 */

import { realpathSync } from 'node:fs';
import { type Address, isLoopback } from '../protocol/address.js';
import { labelPattern } from '../protocol/ids.js';
import { allowClassic, clientFlags, readCommandLine } from '../world/command-line.js';
import { clientCredentials, type Renewing } from '../world/credentials.js';
import { UsageError } from '../world/exit.js';
import {
  atMostAWeek,
  hostName,
  port,
  size,
  spellDuration,
  wholeNumber,
  wireName,
} from '../world/flag-values.js';
import type { FlagValues } from '../world/reread.js';
import type { StoryOptions } from '../world/story.js';
import { readToken, type Token } from '../world/token.js';
import { containersOf } from './container/flags.js';
import { type ExecutorKind, executorFlags, executorOf } from './executor-flags.js';
import { hooksFolder } from './hooks/hooks.js';
import type { SandboxOptions } from './suite/sandbox.js';
import { assertClones, repositories } from './which-clones.js';

export interface Options {
  /** Clones; none where it makes them by itself. */
  readonly repos: readonly string[];
  /** The folder in which it does; null: it makes none. */
  readonly clones: string | null;
  readonly host: string;
  /** Null: the first free one of the documented range. */
  readonly port: number | null;
  readonly dispatcher: Address;
  /** Who may dial us from beyond this machine. */
  readonly allowClassic: readonly string[];
  readonly token: Token | null;
  /** What does the runs. */
  readonly executor: ExecutorKind;
  readonly containers: ReturnType<typeof containersOf>;
  /** Null: suites run without a sandbox. */
  readonly sandbox: SandboxOptions | null;
  /** Null: no TLS. */
  readonly tls: Renewing | null;
  readonly name: string | null;
  readonly labels: readonly string[];
  readonly jobs: number;
  readonly command: string | null;
  readonly timeoutMs: number;
  readonly graceMs: number;
  readonly logBytesMax: number;
  /** At once, by a suite; null: as the runner was started with. */
  readonly openFiles: number | null;
  /** Null: the machine's owner has no hooks. */
  readonly hooks: string | null;
  readonly repository: string | null;
  readonly state: string | null;
  readonly cache: string | null;
  /** 0: nothing is cached. */
  readonly cacheBytesMax: number;
  readonly story: StoryOptions;
  readonly flags: FlagValues;
}

/** As many suites at once as one process can look after without falling behind. */
const jobsMax = 64;

/** Output beyond this is a suite gone wild; it would fill the disks of two machines. */
const logBytesMax = 1_024 * 1_024 * 1_024;

/** The highest that a Linux kernel can be told to allow (fs.nr_open). */
const openFilesMax = 2_147_483_584;

const flags = {
  ...clientFlags,
  host: {
    type: 'string',
    default: 'localhost',
    coerce: hostName,
    describe: 'where to listen, as a classic dispatcher can reach us',
  },
  port: {
    type: 'string',
    defaultDescription: 'first free of 8900 to 8999',
    describe: 'port to listen on; 0: any free one',
    coerce: port('port'),
  },
  'allow-classic': {
    ...allowClassic,
    describe: 'hosts of a classic dispatcher, beyond this machine: a,b',
  },
  labels: {
    type: 'string',
    default: '',
    describe: 'what this machine offers, with commas between: gpu,linux',
    coerce: (text: string) =>
      text
        .split(',')
        .filter((label) => label !== '')
        .map(wireName('labels', labelPattern)),
  },
  jobs: {
    default: '1',
    describe: `suites at once, 1 to ${jobsMax}`,
    coerce: wholeNumber('jobs', jobsMax),
  },
  command: {
    type: 'string',
    defaultDescription: 'what the tree shows',
    describe: 'how to run the suite, by sh: "npm test"',
    coerce: something,
  },
  ...executorFlags,
  timeout: {
    default: '60m',
    describe: 'a run that takes longer is ended, its checkout included',
    coerce: atMostAWeek('timeout'),
  },
  grace: {
    default: '5s',
    describe: 'between asking processes to end and killing them',
    coerce: atMostAWeek('grace'),
  },
  'log-limit': {
    default: String(logBytesMax),
    describe: 'bytes of output after which a suite is ended',
    coerce: wholeNumber('log-limit', Number.MAX_SAFE_INTEGER),
  },
  hooks: {
    type: 'string',
    describe: 'folder with before-job, after-job, before-step, after-step: run around each',
    coerce: hooksFolder,
  },
  'open-files': {
    type: 'string',
    defaultDescription: 'as the runner was started with',
    describe: 'how many a suite may have open at once',
    coerce: wholeNumber('open-files', openFilesMax),
  },
  repositories,
  state: {
    type: 'string',
    defaultDescription: '<git-dir>/trivet, and checkouts in /var/tmp',
    describe: 'folder for checkouts and results not yet delivered',
  },
  cache: {
    type: 'string',
    defaultDescription: 'beside the checkouts',
    describe: 'folder for what runs keep for later ones, of all runners of this user',
  },
  'cache-size': {
    type: 'string',
    default: '10GB',
    describe: 'what is kept there at most; none: nothing',
    coerce: size('cache-size'),
  },
} as const;

/** What can change while a runner runs; a run that goes on keeps what it began with. */
export const changeable = {
  jobs: String,
  labels: String,
  command: (text: string | undefined) => text ?? 'what the tree shows',
  timeout: spellDuration,
};

/**
 * The options that `argv`, the environment and the file spell, or null where only help was wanted.
 * `former`: those with which the process runs, as all is read anew; what they hold of files stays.
 */
export function readOptions(
  argv: readonly string[],
  former: Options | null = null,
): Options | null {
  const purpose = 'Tests the commits that the dispatcher sends.';
  const [script, repo] = ['test-runner.js', 'a clone of a repository to test'];
  const read = readCommandLine({ script, purpose, flags, repo }, argv);
  if (read === null) return null;
  assertClones(read, script, repo);
  if (!isLoopback(read.host) && read['allow-classic'].length === 0) {
    throw new UsageError(
      `--host ${read.host} would let anyone on the network have commits tested here: name the ` +
        'hosts of a classic dispatcher with --allow-classic. Ours needs no --host.',
    );
  }
  const executor = executorOf(read);
  const { token, tls, sandbox } = former ?? filesOf({ ...read, executor });
  return {
    repos: read.repos,
    clones: read.repositories ?? null,
    host: read.host,
    port: read.port ?? null,
    dispatcher: read['dispatcher-server'],
    allowClassic: read['allow-classic'],
    token,
    tls,
    executor,
    containers: containersOf(read),
    sandbox,
    name: read.name ?? null,
    labels: read.labels,
    jobs: read.jobs,
    command: read.command ?? null,
    timeoutMs: read.timeout,
    graceMs: read.grace,
    logBytesMax: read['log-limit'],
    openFiles: read['open-files'] ?? null,
    hooks: read.hooks ?? null,
    repository: read.repository ?? null,
    state: read.state ?? null,
    cache: read.cache ?? null,
    cacheBytesMax: read['cache-size'],
    story: { level: read['log-level'], format: read['log-format'] },
    flags: read,
  };
}

type FileFlags = Parameters<typeof clientCredentials>[0] & {
  readonly 'token-file'?: string | undefined;
  readonly executor: ExecutorKind;
  readonly 'sandbox-net': boolean;
};

/** Those that are more than a text: what is in them has ways of its own to change. */
function filesOf(read: FileFlags): Pick<Options, 'token' | 'tls' | 'sandbox'> {
  const { executor, 'sandbox-net': network, 'token-file': token, 'tls-key': key } = read;
  return {
    token: readToken(token),
    tls: clientCredentials(read),
    sandbox: executor === 'sandbox' ? { secrets: given(token, key), network } : null,
  };
}

/** Links followed: what is hidden is the file itself. */
function given(...paths: (string | undefined)[]): string[] {
  return paths.filter((path) => path !== undefined).map((path) => realpathSync(path));
}

/** An empty command passes whatever it is to test: an unset variable of a script, most likely. */
function something(text: string | undefined): string | undefined {
  if (text?.trim() !== '') return text;
  throw new UsageError(
    '--command is empty and would pass every commit: name one, or leave it out.',
  );
}
