/**
 * Owns how a command line is read: strict flags, each also an environment variable `TRIVET_…`, or
 * from the file that `--config` names where there is that flag (config-file.ts), `--help`
 * with defaults, and exit code 2 with one sentence for bad input.
 */

import yargs, { type Options } from 'yargs';
import { completionKey } from './completion-key.js';
import { readConfigFile } from './config-file.js';
import { withHint } from './did-you-mean.js';
import { UsageError } from './exit.js';
import { ownVersion } from './version.js';

export type Flags = Readonly<Record<string, Options>>;

export interface Usage {
  /** `node observer.js`, `trivet lint` */
  readonly program: string;
  /** One sentence for the head of `--help`. */
  readonly purpose: string;
  readonly flags: Flags;
  /** What may stand besides the flags. */
  readonly argument: {
    readonly name: string;
    readonly describe: string;
    readonly isMany: boolean;
    /** Whether something is meant where it is left out. */
    readonly isOptional?: boolean;
  } | null;
}

/**
 * Reads flags, environment and file; null where `--help`, or what to type next, was asked for and
 * printed. What it answers is as the flags' table says: the caller gives it that type.
 */
export function readFlags(
  { program, purpose, flags, argument }: Usage,
  argv: readonly string[],
): unknown {
  const spelled = [...fromEnvironment(flags), ...argv];
  assertYesOrNo(flags, spelled);
  const one = argument?.isMany === false ? argument : null;
  const shown = one === null ? ` [${argument?.name}...]` : positional(one);
  const described = argument?.isMany === true && argument.describe !== '';
  const what = described ? `\n\n${argument.name}: ${argument.describe}` : '';
  const synopsis = `${program} [flags]${argument === null ? '' : shown}\n\n${purpose}${what}`;
  const example = 'log-level' in flags ? 'log-level' : (Object.keys(flags)[0] ?? 'help');
  const parser = yargs()
    .parserConfiguration({
      // The environment comes first, so that what was typed wins.
      'duplicate-arguments-array': false,
      'parse-positional-numbers': false,
      // `--data.x=1` and `--no-data` would make a text an object and `false`.
      'dot-notation': false,
      'boolean-negation': false,
      // Each flag once, by the name that it is typed by.
      'camel-case-expansion': false,
    })
    .command(`$0${one === null ? '' : ` [${one.name}]`}`, synopsis, (command) =>
      one === null
        ? command
        : command.positional(one.name, { type: 'string', describe: one.describe }),
    )
    .options(Object.fromEntries(Object.entries(flags).map(([name, flag]) => [name, strict(flag)])))
    .usage(synopsis)
    .scriptName(program)
    .wrap(80)
    // As all that we say, and as `withHint` reads it.
    .locale('en')
    .version('version', 'show the version and exit', ownVersion())
    .help('help', 'show this and exit')
    .exitProcess(false)
    .fail((message, error) => {
      if (error instanceof UsageError) throw error;
      throw new UsageError(withHint(message ?? error.message, Object.keys(flags), spelled));
    })
    .epilogue(
      `Every flag is also an environment variable: --${example} is ${variableOf(example)}.\n` +
        'Times are 500ms, 10s, 5m or 2h; a number alone counts seconds.',
    );
  // yargs does not know that there may be several.
  if (argument?.isMany === true) parser.strictOptions();
  else parser.strict();
  // What was typed, or is in the environment, wins over it.
  if ('config' in flags) {
    parser.config('config', flags['config']?.describe, (path) => readConfigFile(path, flags));
  }
  const parsed = parser.parseSync(spelled);
  if (parsed['help'] === true || parsed['version'] === true || completionKey in parsed) return null;
  const [surplus] = argument?.isMany === true ? [] : parsed._;
  if (surplus !== undefined) throw new UsageError(`What is "${surplus}" for? Leave it out.`);
  const empty = Object.entries(parsed).find(([, value]) => value === '')?.[0];
  if (empty !== undefined) throw new UsageError(`--${empty} is empty: name a value.`);
  return argument?.isMany === true ? { ...parsed, [argument.name]: parsed._ } : parsed;
}

function positional({ name, isOptional = false }: NonNullable<Usage['argument']>): string {
  return isOptional ? ` [${name}]` : ` <${name}>`;
}

function strict(flag: Options): Options {
  return flag.type === 'boolean' ? flag : { ...flag, requiresArg: true };
}

/** yargs takes whatever is not `true` for no: `TRIVET_SANDBOX=1` would leave the sandbox out. */
function assertYesOrNo(flags: Flags, spelled: readonly string[]): void {
  for (const text of spelled) {
    const [, flag = '', value = ''] = /^--([^=]+)=(.*)$/s.exec(text) ?? [];
    if (flags[flag]?.type !== 'boolean' || value === 'true' || value === 'false') continue;
    throw new UsageError(`--${flag} is true or false, not "${value}".`);
  }
}

/** `TRIVET_LOG_LEVEL=debug` as `--log-level=debug`; variables of other processes are not ours. */
function fromEnvironment(flags: Flags): string[] {
  return Object.keys(flags).flatMap((flag) => {
    const value = process.env[variableOf(flag)];
    return value === undefined || value === '' ? [] : [`--${flag}=${value}`];
  });
}

function variableOf(flag: string): string {
  return `TRIVET_${flag.toUpperCase().replaceAll('-', '_')}`;
}
