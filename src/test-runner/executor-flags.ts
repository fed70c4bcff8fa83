/**
 * Owns what of the command line says what does the runs: processes of this machine, the same in a
 * sandbox, or containers; and which of it contradict each other.
 */

import type { Options as Flag } from 'yargs';
import { UsageError } from '../world/exit.js';
import { containerFlags } from './container/flags.js';

const executorKinds = ['shell', 'sandbox', 'container'] as const;

export type ExecutorKind = (typeof executorKinds)[number];

export const executorFlags = {
  executor: {
    choices: executorKinds,
    defaultDescription: 'shell',
    describe: 'what runs the steps: a shell, that in a sandbox, or containers',
  },
  sandbox: {
    type: 'boolean',
    default: false,
    describe: '--executor sandbox: no network, read-only files but the checkout (bubblewrap)',
  },
  'sandbox-net': {
    type: 'boolean',
    default: false,
    describe: 'with --sandbox: let suites use the network, to install packages say',
  },
  ...containerFlags,
} as const satisfies Readonly<Record<string, Flag>>;

/** `--sandbox` is how it was spelled while there were no containers. */
export function executorOf(read: ExecutorFlags): ExecutorKind {
  const { executor, sandbox, command } = read;
  const kind = executor ?? (sandbox ? 'sandbox' : 'shell');
  if (sandbox && kind !== 'sandbox') {
    throw new UsageError(
      `--sandbox is --executor sandbox, and not --executor ${kind}: leave it out.`,
    );
  }
  if (kind === 'container' && command !== undefined) {
    throw new UsageError(
      '--command runs on this machine, and --executor container runs nothing there: leave one out.',
    );
  }
  if (read['sandbox-net'] && kind !== 'sandbox') {
    throw new UsageError('--sandbox-net opens the network to a sandbox: name --sandbox as well.');
  }
  return kind;
}

interface ExecutorFlags {
  readonly executor: ExecutorKind | undefined;
  readonly sandbox: boolean;
  readonly 'sandbox-net': boolean;
  readonly command: string | undefined;
}
