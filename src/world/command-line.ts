/**
 * Owns what the three command lines have in common: strict flags, each also an environment
 * variable `TRIVET_…`, or from a file (config-file.ts), `--help` with defaults, and exit code 2 with one sentence for bad input.
 * Never knows what a process does with its flags; its `options.ts` declares them as a table.
 */

import yargs, { type InferredOptionTypes, type Options } from 'yargs';
import { peerNamePattern } from '../protocol/ids.js';
import { readConfigFile } from './config-file.js';
import { withHint } from './did-you-mean.js';
import { UsageError } from './exit.js';
import { dispatcherAddress, hostNames, wireName } from './flag-values.js';
import { ownVersion } from './version.js';

type Flags = Readonly<Record<string, Options>>;

export interface CommandLine<F extends Flags> {
  /** `dispatcher.js` */
  readonly script: string;
  /** One sentence for the head of `--help`. */
  readonly purpose: string;
  readonly flags: F;
  /** What the one argument `<repo>` is; null where there is none. */
  readonly repo: string | null;
}

/** The flags that every process has. */
const commonFlags = {
  config: {
    type: 'string',
    describe: 'JSON file with flags, which SIGHUP reads anew: {"log-level": "debug"}',
  },
  'token-file': {
    type: 'string',
    describe: 'file with the secret that all share; or the secret in TRIVET_TOKEN',
  },
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

/** What `readCommandLine` answers: every flag, read, and the argument (empty where none is). */
export type Read<F extends Flags> = InferredOptionTypes<F & typeof commonFlags> & {
  readonly repo: string;
};

/** Reads flags, environment and file; null where `--help` was asked for and printed. */
export function readCommandLine<F extends Flags>(
  { script, purpose, flags, repo }: CommandLine<F>,
  argv: readonly string[],
): Read<F> | null {
  const all: Flags = { ...flags, ...commonFlags };
  const spelled = [...fromEnvironment(all), ...argv];
  assertYesOrNo(all, spelled);
  const synopsis = `node ${script} [flags]${repo === null ? '' : ' <repo>'}\n\n${purpose}`;
  const parsed = yargs()
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
    .command(`$0${repo === null ? '' : ' [repo]'}`, synopsis, (command) =>
      repo === null ? command : command.positional('repo', { type: 'string', describe: repo }),
    )
    .options(Object.fromEntries(Object.entries(all).map(([name, flag]) => [name, strict(flag)])))
    // What was typed, or is in the environment, wins over it.
    .config('config', commonFlags.config.describe, (path) => readConfigFile(path, all))
    .strict()
    .usage(synopsis)
    .scriptName(`node ${script}`)
    .wrap(80)
    .version('version', 'show the version and exit', ownVersion())
    .help('help', 'show this and exit')
    .exitProcess(false)
    .fail((message, error) => {
      if (error instanceof UsageError) throw error;
      throw new UsageError(withHint(message ?? error.message, Object.keys(all), spelled));
    })
    .epilogue(
      'Every flag is also an environment variable: --log-level is TRIVET_LOG_LEVEL.\n' +
        'Times are 500ms, 10s, 5m or 2h; a number alone counts seconds.',
    )
    .parseSync(spelled) as unknown as Read<F> & { help?: boolean; version?: boolean; _: string[] };
  if (parsed.help === true || parsed.version === true) return null;
  const [surplus] = parsed._;
  if (surplus !== undefined) throw new UsageError(`What is "${surplus}" for? Leave it out.`);
  if (repo !== null && !parsed.repo) {
    throw new UsageError(`Which repository? Name ${repo}: node ${script} <repo>.`);
  }
  const empty = Object.entries(parsed).find(([, value]) => value === '')?.[0];
  if (empty !== undefined) throw new UsageError(`--${empty} is empty: name a value.`);
  return parsed;
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
    const value = process.env[`TRIVET_${flag.toUpperCase().replaceAll('-', '_')}`];
    return value === undefined || value === '' ? [] : [`--${flag}=${value}`];
  });
}
