/**
 * Owns what Tab completes in bash and zsh: names of commands, their flags, and where a commit is meant
 * branches and tags. Their script, which is yargs', asks us at each Tab.
 */

import yargs from 'yargs';
import { filterFields } from '../record/filter.js';
import { completionKey } from '../world/completion-key.js';
import { exitCodes, UsageError } from '../world/exit.js';
import { readFlags } from '../world/flags.js';
import { gitIn } from '../world/git.js';
import type { Command } from './main.js';

/** The commands whose argument is a commit. */
const ofCommits = ['log', 'why', 'show', 'watch', 'open', 'cancel', 'rerun'];

/** Those that have commands of their own. */
const actions: Readonly<Record<string, readonly string[]>> = {
  secret: ['set', 'list', 'remove'],
  hook: ['install'],
  check: ['runner', 'observer', 'dispatcher'],
};

/** What a filter of the wire may ask for. */
const filterWords = Object.keys(filterFields).map((field) => `${field}:`);

const shells = ['bash', 'zsh'];

/** Prints the script. Answers the exit code. */
export async function completion(argv: readonly string[]): Promise<number> {
  const read = readFlags(
    {
      program: 'trivet completion',
      purpose:
        'Prints what makes Tab complete: eval "$(trivet completion)" in ~/.bashrc or ~/.zshrc.',
      flags: {},
      argument: { name: 'shell', describe: 'bash or zsh', isMany: false, isOptional: true },
    },
    argv,
  ) as { readonly shell?: string } | null;
  if (read === null) return exitCodes.fine;
  const { shell = process.env['SHELL']?.endsWith('zsh') === true ? 'zsh' : 'bash' } = read;
  if (!shells.includes(shell)) throw new UsageError(`bash or zsh, not "${shell}".`);
  // yargs looks there for which one is meant.
  process.env['SHELL'] = shell;
  delete process.env['ZSH_NAME'];
  yargs().scriptName('trivet').showCompletionScript();
  return exitCodes.fine;
}

/** Prints what may stand instead of the last of these words, a line each. */
export async function complete(
  [, name = '', ...rest]: readonly string[],
  commands: Readonly<Record<string, Command>>,
): Promise<void> {
  const command = Object.hasOwn(commands, name) ? commands[name] : undefined;
  const current = rest.at(-1);
  if (current === undefined) print(beginningWith(name, Object.keys(commands)));
  else if (command !== undefined && current.startsWith('-')) {
    const [action, others] = name in actions ? [rest.slice(0, 1), rest.slice(1)] : [[], rest];
    const start = await command.load();
    await start([...action, `--${completionKey}`, `trivet ${name}`, ...others]);
  } else if (name === 'wire') print(beginningWith(current, filterWords));
  else if (ofCommits.includes(name)) print(beginningWith(current, await refs()));
  else if (rest.length === 1) print(beginningWith(current, actions[name] ?? []));
}

async function refs(): Promise<string[]> {
  const args = ['for-each-ref', '--format=%(refname:short)', 'refs/heads', 'refs/tags'];
  // Not in a clone there are none.
  const listed = await gitIn('.')(args).catch(() => '');
  return ['HEAD', ...listed.split('\n').filter((ref) => ref !== '')];
}

function beginningWith(text: string, words: readonly string[]): string[] {
  return words.filter((word) => word.startsWith(text));
}

function print(words: readonly string[]): void {
  for (const word of words) process.stdout.write(`${word}\n`);
}
