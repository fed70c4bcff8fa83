/**
 * Owns the dispatcher's flags, their defaults and units.
 */

import { resolve } from 'node:path';
import { isLoopback } from '../protocol/address.js';
import { duration, port, readCommandLine, UsageError } from '../world/command-line.js';

export type Options = NonNullable<ReturnType<typeof readOptions>>;

const flags = {
  host: { type: 'string', default: 'localhost', describe: 'address to listen on' },
  port: { default: '8888', describe: 'port to listen on; 0: any free one', coerce: port('port') },
  data: { type: 'string', default: '.trivet', describe: 'folder for the store and the logs' },
  results: {
    type: 'string',
    default: 'test_results',
    describe: "folder with a file per commit: its suite's output",
  },
  dialect: {
    choices: ['classic', 'py3'] as const,
    default: 'classic' as const,
    describe: 'what classic peers are told: OK, or ok as the Python 3 port says',
  },
  'classic-run-max': {
    default: '60m',
    describe: 'how long a classic runner, which cannot be stopped, may take',
    coerce: duration('classic-run-max'),
  },
} as const;

/** Reads the command line; null where `--help` was printed. Throws `UsageError`. */
export function readOptions(argv: readonly string[]) {
  const purpose = 'Keeps the queue and the runners.';
  const read = readCommandLine({ script: 'dispatcher.js', purpose, flags, repo: null }, argv);
  if (read === null) return null;
  if (!isLoopback(read.host)) {
    throw new UsageError(
      `--host ${read.host} would let anyone on the network in, and tokens are not there yet: ` +
        'stay on localhost, and bring others in through ssh -L 8888:localhost:8888.',
    );
  }
  return {
    host: read.host,
    port: read.port,
    data: resolve(read.data),
    results: resolve(read.results),
    dialect: read.dialect,
    classicRunMaxMs: read['classic-run-max'],
    logLevel: read['log-level'],
    logFormat: read['log-format'],
  };
}
