/**
 * Owns `trivet secret`: sets, lists and removes what steps name by `from_secret`, by asking the
 * dispatcher. Never shows a value, and takes none from the command line.
 */

import type { Request } from '../protocol/messages.js';
import { type SecretRequest, secretRequest } from '../protocol/secrets.js';
import { isGlob } from '../workflow/glob.js';
import { events } from '../workflow/occasion.js';
import { exitCodes, UsageError } from '../world/exit.js';
import { wireName } from '../world/flag-values.js';
import { type Flags, readFlags } from '../world/flags.js';
import { harmless } from '../world/harmless.js';
import { Dispatcher, type DispatcherRead, dispatcherFlags } from './asking.js';
import { readHidden } from './hidden-input.js';

const ofRepository = {
  ...dispatcherFlags,
  repository: {
    type: 'string',
    describe: 'for runs of that repository alone',
    coerce: wireName('repository'),
  },
} as const;

/** Pull requests are not among them: they may be anybody's. */
const eventsDefault = ['push', 'tag', 'release', 'deployment', 'cron', 'manual'];

const flags = {
  set: {
    ...ofRepository,
    branch: {
      type: 'string',
      default: '',
      defaultDescription: 'all',
      describe: 'only for these: main,release/* (a tag is refs/tags/v1)',
      coerce: toGlobs,
    },
    event: {
      type: 'string',
      default: eventsDefault.join(','),
      describe: `only for these: ${events.join(',')}`,
      coerce: toEvents,
    },
  },
  remove: ofRepository,
  list: dispatcherFlags,
} as const satisfies Record<string, Flags>;

const purposes = {
  set: 'Sets a secret. Its value is asked for, or read from standard input.',
  remove: 'Removes a secret.',
  list: 'Lists secrets: their names and for what they are, never their values.',
};

interface Read extends DispatcherRead {
  readonly name?: string;
  readonly repository?: string;
  readonly branch: readonly string[];
  readonly event: readonly string[];
}

type Action = SecretRequest['action'];

/** Answers the exit code. */
export async function secret([action = '', ...argv]: readonly string[]): Promise<number> {
  if (action === '--help') {
    process.stdout.write(help);
    return exitCodes.fine;
  }
  if (!isAction(action)) throw new UsageError('trivet secret set, list or remove: which one?');
  const name = { name: 'name', describe: 'what steps call it', isMany: false };
  const usage = {
    program: `trivet secret ${action}`,
    purpose: purposes[action],
    flags: flags[action],
    argument: action === 'list' ? null : name,
  };
  const read = readFlags(usage, argv) as Read | null;
  if (read === null) return exitCodes.fine;
  const body = await bodyOf(action, read);
  const request: Request = { verb: 'secret', body };
  const said = await new Dispatcher(read).ask(request);
  const isDone = said.startsWith('OK');
  const text = `${said.trimEnd().split('\n').map(harmless).join('\n')}\n`;
  (isDone ? process.stdout : process.stderr).write(text);
  return isDone ? exitCodes.fine : exitCodes.usage;
}

function isAction(text: string): text is Action {
  return Object.hasOwn(flags, text);
}

/** The value is read last: whoever has typed it shall not hear then that a flag is wrong. */
async function bodyOf(action: Action, read: Read): Promise<SecretRequest> {
  if (action === 'list') return { action };
  const { name, repository, branch: branches, event } = read;
  if (name === undefined) throw new UsageError(`Which one? trivet secret ${action} <name>.`);
  if (repository === undefined) {
    throw new UsageError('Of which repository? Say --repository, as its observer calls it.');
  }
  if (action === 'remove') return checked({ action, name, repository });
  const scope = { action, name, repository, branches, events: event };
  checked({ ...scope, value: 'a value to come' });
  const show = (text: string) => void process.stderr.write(text);
  return checked({ ...scope, value: await readHidden(process.stdin, `${name}: `, show) });
}

function checked(body: unknown): SecretRequest {
  const parsed = secretRequest.safeParse(body);
  if (parsed.success) return parsed.data;
  const [issue] = parsed.error.issues;
  const what = issue?.path[0] === 'value' ? 'The value' : `The ${String(issue?.path[0])}`;
  throw new UsageError(`${what} cannot be used: ${issue?.message}.`);
}

/** Commas, not repetition, so that an environment variable can hold several. */
function toGlobs(text: string): string[] {
  const globs = text.split(',').filter((glob) => glob !== '');
  const wrong = globs.find((glob) => !isGlob(glob));
  if (wrong === undefined) return globs;
  throw new UsageError(`--branch is branches or globs, as in main,release/*, not "${wrong}".`);
}

function toEvents(text: string): string[] {
  const all: readonly string[] = events;
  const named = text.split(',').filter((event) => event !== '');
  const wrong = named.find((event) => !all.includes(event));
  if (wrong === undefined) return named;
  throw new UsageError(`--event is some of ${events.join(',')}, not "${wrong}".`);
}

const help = [
  'trivet secret set <name> --repository <name> [--branch main,…] [--event push,…]',
  'trivet secret list',
  'trivet secret remove <name> --repository <name>',
  '',
  'Steps name a secret by from_secret. "trivet secret set --help" says more.',
  '',
].join('\n');
