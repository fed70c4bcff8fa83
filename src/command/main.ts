/**
 * Owns `trivet`, the command for people at a terminal: which subcommand was meant. Each has a file
 * of its own, that answers with an exit code.
 */

import { nearest } from '../protocol/nearest.js';
import { exitCodes, run, UsageError } from '../world/exit.js';
import { ownVersion } from '../world/version.js';
import { convertFile } from './convert.js';
import { lint } from './lint.js';
import { plan } from './plan.js';
import { runWorkTree } from './run.js';
import { secret } from './secret.js';

interface Command {
  readonly says: string;
  readonly start: (argv: readonly string[]) => Promise<number>;
}

const commands: Readonly<Record<string, Command>> = {
  lint: { says: 'checks workflow files and explains what is wrong with them', start: lint },
  run: {
    says: 'runs the workflows of the work tree here, without a dispatcher',
    start: runWorkTree,
  },
  plan: { says: 'draws the jobs and steps that the work tree has for a commit', start: plan },
  convert: { says: 'writes a .drone.yml in the language of .trivet.yml', start: convertFile },
  secret: { says: 'sets, lists and removes what steps name by from_secret', start: secret },
};

// Whoever read the beginning, as `head` does, may have had enough.
process.stdout.on('error', () => process.exit(exitCodes.fine));

await run(async ([name = '--help', ...argv]) => {
  if (name === '--version') return void process.stdout.write(`${ownVersion()}\n`);
  if (name === '--help') return void process.stdout.write(help());
  const command = Object.hasOwn(commands, name) ? commands[name] : undefined;
  if (command === undefined) {
    const meant = nearest(name, Object.keys(commands));
    const hint = meant === null ? '.' : `: did you mean "${meant}"?`;
    throw new UsageError(`There is no command "${name}"${hint}`);
  }
  process.exitCode = await command.start(argv);
});

function help(): string {
  const lines = Object.entries(commands).map(([name, { says }]) => `  ${name.padEnd(9)}${says}`);
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
