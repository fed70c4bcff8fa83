/**
 * Owns the dispatcher's flags, their defaults and units.
 */

import { resolve } from 'node:path';
import { isLoopback } from '../protocol/address.js';
import { commandLine, duration, parse, port, UsageError } from '../world/command-line.js';

export type Options = NonNullable<ReturnType<typeof readOptions>>;

/** Reads the command line; null where `--help` was printed. Throws `UsageError`. */
export function readOptions(argv: readonly string[]) {
  const parser = commandLine('dispatcher.js', '$0 [flags]\n\nKeeps the queue and the runners.')
    .option('host', { type: 'string', default: 'localhost', describe: 'address to listen on' })
    .option('port', {
      coerce: port('port'),
      default: '8888',
      describe: 'port to listen on; 0 takes any free one',
    })
    .option('data', {
      type: 'string',
      default: '.trivet',
      describe: 'folder for the store and the logs',
    })
    .option('results', {
      type: 'string',
      default: 'test_results',
      describe: "folder with a file per commit: its suite's output",
    })
    .option('dialect', {
      choices: ['classic', 'py3'] as const,
      default: 'classic' as const,
      describe: 'what classic peers are told: OK, or ok as the Python 3 port says',
    })
    .option('classic-run-max', {
      coerce: duration('classic-run-max'),
      default: '60m',
      describe: 'how long a classic runner, which cannot be stopped, may take',
    })
    .demandCommand(0, 0, '', 'The dispatcher takes no arguments, only flags.');
  const options = parse(parser, argv);
  if (options === null) return null;
  if (!isLoopback(options.host)) {
    throw new UsageError(
      `--host ${options.host} would let anyone on the network in, and tokens are not there yet: ` +
        'stay on localhost, and bring others in through ssh -L 8888:localhost:8888.',
    );
  }
  return {
    host: options.host,
    port: options.port,
    data: resolve(options.data),
    results: resolve(options.results),
    dialect: options.dialect,
    classicRunMaxMs: options['classic-run-max'],
    logLevel: options['log-level'],
    logFormat: options['log-format'],
  };
}
