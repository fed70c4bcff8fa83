/**
 * Owns the sandbox around a suite with `--sandbox`: no network (`--sandbox-net`: this machine's), a
 * read-only file system but for the checkout and a /tmp of its own, and nothing to be
 * seen of the runner. bubblewrap builds it.
 * Without `--sandbox` a suite may do whatever the runner's user may.
 *
 *   env (deaf to TERM) ── bwrap ── bwrap, pid 1 inside ── env (hears TERM) ── the suite
 *
 * bwrap would die of the TERM that asks the suite to end, and take the suite with it before its
 * grace is over; so bwrap is deaf to it. KILL reaches all, for each dies with its parent.
 */

import { spawnSync } from 'node:child_process';
import { existsSync, realpathSync } from 'node:fs';
import { join } from 'node:path';
import { UsageError } from '../../world/exit.js';
import { noSandbox, type ProcessEnd, statusDescriptor } from './process.js';
import type { Command } from './suite.js';

/** How a runner's sandboxes are built. */
export interface SandboxOptions {
  /** Files that only the runner may read: the token, the key of its certificate. */
  readonly secrets: readonly string[];
  /** Whether suites may use the machine's network. */
  readonly network: boolean;
}

/** What a sandbox must know of what is around it. All paths are real ones. */
export interface Surroundings extends SandboxOptions {
  /** The checkout. Its `.git` can only be read, as the next run's checkout builds upon it. */
  readonly tree: string;
  /** Where the checkout borrows its objects. */
  readonly objects: readonly string[];
  /** The runner's own folders: results of other runs, and other slots' checkouts. */
  readonly covered: readonly string[];
}

/** The order matters: each line may open a hole in, or lay a cover on, those before it. */
const isolation = [
  ...['--ro-bind', '/', '/'],
  ...['--dev', '/dev'],
  ...['--proc', '/proc'],
  ...['--tmpfs', '/tmp'],
  // Where daemons have their sockets: a socket can be talked to even where files are read-only.
  ...['--tmpfs', '/run'],
  ...['--unshare-pid', '--unshare-ipc', '--die-with-parent'],
  // As root: without this it could undo it with mounts.
  ...['--cap-drop', 'ALL'],
];

/** The same command in the sandbox. */
export function sandboxed({ file, args, says }: Command, surroundings: Surroundings): Command {
  const { tree, objects, covered, secrets, network } = surroundings;
  const walls = [
    ...(network ? online() : ['--unshare-net']),
    ...covered.flatMap((folder) => ['--tmpfs', folder]),
    ...['--bind', tree, tree],
    ...['--ro-bind', join(tree, '.git'), join(tree, '.git')],
    ...objects.flatMap((folder) => ['--ro-bind', folder, folder]),
    ...secrets.flatMap((secret) => ['--ro-bind', '/dev/null', secret]),
    ...['--chdir', tree],
  ];
  const status = ['--json-status-fd', String(statusDescriptor)];
  return { file: 'env', args: bubblewrapped([...status, ...walls], [file, ...args]), says };
}

/** Where installers keep what they fetch: a home that can only be read is no place for it. */
const caches = {
  XDG_CACHE_HOME: '/tmp/cache',
  npm_config_cache: '/tmp/cache/npm',
  npm_config_store_dir: '/tmp/cache/pnpm',
  YARN_CACHE_FOLDER: '/tmp/cache/yarn',
  BUN_INSTALL_CACHE_DIR: '/tmp/cache/bun',
  GOMODCACHE: '/tmp/cache/go',
};

/** With names of hosts: who answers for them is often written in a file below /run. */
function online(): string[] {
  const resolver = existsSync(resolverPath) ? realpathSync(resolverPath) : '';
  return [
    ...(resolver.startsWith('/run/') ? ['--ro-bind', resolver, resolver] : []),
    ...Object.entries(caches).flatMap(([name, folder]) => ['--setenv', name, folder]),
  ];
}

const resolverPath = '/etc/resolv.conf';

/**
 * How the suite ended, as bubblewrap's own end and its status (`json-status-fd`) tell: without
 * the suite's exit code in the status it never ran, and bubblewrap's is no verdict on it.
 */
export function endInSandbox(end: ProcessEnd): ProcessEnd {
  const hasRun = end.exitCode === 0 || end.signal !== null || end.status.includes('"exit-code"');
  if (hasRun || end.couldNotStart !== null) return end;
  const error = new Error('bubblewrap could not build the sandbox: its last words are in the log');
  return { ...end, couldNotStart: Object.assign(error, { code: noSandbox }) };
}

/** Throws `UsageError` where no sandbox can be built. */
export function assertSandbox(): void {
  const { status, stderr, error } = spawnSync('env', bubblewrapped(['--unshare-net'], ['true']), {
    encoding: 'utf8',
  });
  if (status === 0) return;
  const why = error?.message ?? stderr.trim().split('\n').at(-1);
  throw new UsageError(
    `--sandbox needs bubblewrap, a kernel that allows it namespaces, and GNU env (${why}): ` +
      'install it ("apt install bubblewrap"), or leave --sandbox out.',
  );
}

function bubblewrapped(place: readonly string[], command: readonly string[]): string[] {
  const inside = ['env', '--default-signal=TERM', ...command];
  return ['--ignore-signal=TERM', 'bwrap', ...isolation, ...place, '--', ...inside];
}
