/**
 * Owns what the three command lines have in common: strict flags, each also an environment
 * variable `TRIVET_…`, `--help` with defaults, and exit code 2 with one sentence for bad input.
 * Never knows a process's own flags; its `options.ts` declares them.
 */

import yargs, { type Argv } from 'yargs';

/** Bad input or a world that does not fit: one sentence that says what to do. Exit code 2. */
export class UsageError extends Error {
  override readonly name = 'UsageError';
}

export const exitCodes = { fine: 0, red: 1, usage: 2, aborted: 3 } as const;

/** A parser with the house's rules and the two flags that all processes share. */
export function commandLine(script: string, synopsis: string, width = 80) {
  return yargs()
    .scriptName(`node ${script}`)
    .usage(synopsis)
    .env('TRIVET')
    .parserConfiguration({
      'duplicate-arguments-array': false,
      'greedy-arrays': false,
      'parse-positional-numbers': false,
    })
    .strict()
    .wrap(width)
    .version(false)
    .help('help', 'show this and exit')
    .option('log-level', {
      choices: ['trace', 'debug', 'info', 'warn', 'error', 'fatal', 'silent'] as const,
      default: 'info' as const,
      describe: 'how much is told',
    })
    .option('log-format', {
      choices: ['story', 'json'] as const,
      default: 'story' as const,
      describe: 'sentences for people, or a JSON object a line',
    })
    .exitProcess(false)
    .fail((message, error) => {
      throw error instanceof UsageError ? error : new UsageError(`${message ?? error.message}`);
    })
    .epilogue('Every flag is also an environment variable: --log-level is TRIVET_LOG_LEVEL.');
}

/** Parses; answers null where `--help` was asked for and printed. */
export function parse<Options>(parser: Argv<Options>, argv: readonly string[]): Options | null {
  const parsed = parser.parseSync([...argv]) as Options & { help?: boolean };
  return parsed.help === true ? null : parsed;
}

/** Reads `500ms`, `1s`, `1.5m`, `2h` (a bare number counts seconds) as milliseconds. */
export function duration(flag: string): (text: string | number) => number {
  return (text) => {
    const match = /^([0-9]+(?:\.[0-9]+)?)(ms|s|m|h)?$/.exec(String(text));
    const unitMs = { ms: 1, s: 1_000, m: 60_000, h: 3_600_000 };
    const value = Number(match?.[1]) * unitMs[(match?.[2] ?? 's') as keyof typeof unitMs];
    if (match === null || value < 1) {
      throw new UsageError(`--${flag} is a time such as 500ms, 2s, 10m or 1h, not "${text}".`);
    }
    return Math.round(value);
  };
}

/** Reads a port: 0 to 65535. */
export function port(flag: string): (text: string | number) => number {
  return (text) => {
    const value = /^[0-9]{1,5}$/.test(String(text)) ? Number(text) : Number.NaN;
    if (!(value <= 65_535)) {
      throw new UsageError(`--${flag} is a number from 0 to 65535 (0: any free), not "${text}".`);
    }
    return value;
  };
}

/** Runs a process's `main`; a `UsageError` becomes its sentence on standard error and code 2. */
export async function run(main: (argv: readonly string[]) => Promise<void>): Promise<void> {
  try {
    await main(process.argv.slice(2));
  } catch (error) {
    if (!(error instanceof UsageError)) throw error;
    process.stderr.write(`${error.message}\nTry --help.\n`);
    process.exit(exitCodes.usage);
  }
}
