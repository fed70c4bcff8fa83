/**
 * Owns `trivet`, the command for people at a terminal: which subcommand was meant. Each has a file
 * of its own, that answers with an exit code.
 */

import { nearest } from '../protocol/nearest.js';
import { completionKey } from '../world/completion-key.js';
import { exitCodes, run, UsageError } from '../world/exit.js';
import { ownVersion } from '../world/version.js';

export interface Command {
  readonly says: string;
  /** Only what is used is read: some commands are typed often, and one by git at each push. */
  readonly load: () => Promise<(argv: readonly string[]) => Promise<number>>;
}

const commands: Readonly<Record<string, Command>> = {
  up: {
    says: 'runs dispatcher, runners and observer in this terminal',
    load: async () => (await import('./up/up.js')).up,
  },
  lab: {
    says: 'the classroom: all processes, every message on a page, and buttons to break them',
    load: async () => (await import('../lab/lab.js')).lab,
  },
  status: {
    says: 'shows what runs, what waits and why, and what was last',
    load: async () => (await import('./queries.js')).status,
  },
  commits: {
    says: 'lists commits with their verdicts',
    load: async () => (await import('./queries.js')).commits,
  },
  show: {
    says: 'shows the jobs, runs and steps of a commit',
    load: async () => (await import('./queries.js')).show,
  },
  watch: {
    says: 'shows all that goes on, live; or a commit, to its verdict',
    load: async () => (await import('./watch/watch.js')).watch,
  },
  wire: {
    says: 'prints the messages between the processes as they pass, or a recording of them',
    load: async () => (await import('./wire.js')).wire,
  },
  log: {
    says: 'shows the output of a commit, live while it is tested',
    load: async () => (await import('./log.js')).log,
  },
  why: {
    says: 'tells the story of a commit, and what it waits for',
    load: async () => (await import('./why.js')).why,
  },
  open: {
    says: 'opens the page in a browser',
    load: async () => (await import('./open.js')).open,
  },
  cancel: {
    says: 'ends the jobs of a commit',
    load: async () => (await import('./wishes.js')).cancel,
  },
  rerun: {
    says: 'has a commit tested again',
    load: async () => (await import('./wishes.js')).rerun,
  },
  pause: { says: 'leases nothing new', load: async () => (await import('./wishes.js')).pause },
  resume: { says: 'ends a pause', load: async () => (await import('./wishes.js')).resume },
  poll: {
    says: 'makes the observers look now',
    load: async () => (await import('./wishes.js')).poll,
  },
  hook: {
    says: 'makes the observers look at each push or commit',
    load: async () => (await import('./hook.js')).hook,
  },
  secret: {
    says: 'sets, lists and removes what steps name by from_secret',
    load: async () => (await import('./secret.js')).secret,
  },
  run: {
    says: 'runs the workflows of the work tree here, without a dispatcher',
    load: async () => (await import('./run.js')).runWorkTree,
  },
  lint: {
    says: 'checks workflow files and explains what is wrong with them',
    load: async () => (await import('./lint.js')).lint,
  },
  plan: {
    says: 'draws the jobs and steps that the work tree has for a commit',
    load: async () => (await import('./plan.js')).plan,
  },
  convert: {
    says: 'writes a .drone.yml in the language of .trivet.yml',
    load: async () => (await import('./convert.js')).convertFile,
  },
  check: {
    says: 'checks your own runner, observer or dispatcher, stage by stage',
    load: async () => (await import('./check/check.js')).check,
  },
  completion: {
    says: 'prints what makes Tab complete in bash or zsh',
    load: async () => (await import('./completion.js')).completion,
  },
};

// Whoever read the beginning, as `head` does, may have had enough.
process.stdout.on('error', () => process.exit(exitCodes.fine));

await run(async ([name = '--help', ...argv]) => {
  if (name === '--version') return void process.stdout.write(`${ownVersion()}\n`);
  if (name === '--help') return void process.stdout.write(help());
  if (name === `--${completionKey}`) {
    return (await import('./completion.js')).complete(argv, commands);
  }
  const command = Object.hasOwn(commands, name) ? commands[name] : undefined;
  if (command === undefined) {
    const meant = nearest(name, Object.keys(commands));
    const hint = meant === null ? '.' : `: did you mean "${meant}"?`;
    throw new UsageError(`There is no command "${name}"${hint}`);
  }
  const start = await command.load();
  process.exitCode = await start(argv);
});

function help(): string {
  const lines = Object.entries(commands).map(([name, { says }]) => `  ${name.padEnd(12)}${says}`);
  return [
    'trivet <command> [flags]',
    '',
    ...lines,
    '',
    '"trivet <command> --help" says more.',
    `Exit codes: ${exitCodes.fine} fine; ${exitCodes.red} red; ${exitCodes.usage} an error, in a file or in what was typed,`,
    `or no answer; ${exitCodes.aborted} stopped.`,
    '',
  ].join('\n');
}
