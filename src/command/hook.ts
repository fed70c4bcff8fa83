/**
 * Owns `trivet hook install`: the hook of a repository that makes the observers look at once, whenever
 * something is pushed to it or committed in it. What stands in a hook already stays there, and a hook
 * that is no shell script is left alone.
 */

import { chmodSync, writeFileSync } from 'node:fs';
import { dirname, join, resolve } from 'node:path';
import { formatAddress } from '../protocol/address.js';
import { type Clone, openClone } from '../world/clone.js';
import { exitCodes, UsageError } from '../world/exit.js';
import { makeFolder, readIfThere } from '../world/files.js';
import { readFlags } from '../world/flags.js';
import { gitIn } from '../world/git.js';
import { home } from '../world/home.js';
import { type DispatcherRead, dispatcherFlags } from './asking.js';
import { printJson } from './shown/printing.js';

const flags = {
  ...dispatcherFlags,
  'post-receive': {
    type: 'boolean',
    default: false,
    describe: 'after each push to it (default: of a bare repository)',
  },
  'post-commit': {
    type: 'boolean',
    default: false,
    describe: 'after each commit in it (default: of any other)',
  },
  json: { type: 'boolean', default: false, describe: 'what was done as JSON, for programs' },
} as const;

interface Read extends DispatcherRead {
  readonly repo?: string;
  readonly 'post-receive': boolean;
  readonly 'post-commit': boolean;
  readonly json: boolean;
}

type Kind = 'post-receive' | 'post-commit';

/** Answers the exit code. */
export async function hook([action = '', ...argv]: readonly string[]): Promise<number> {
  const isHelp = action === '--help';
  if (!isHelp && action !== 'install') {
    throw new UsageError('trivet hook install: that is what there is.');
  }
  const read = readFlags(
    {
      program: 'trivet hook install',
      purpose: 'Makes the observers look whenever something is pushed or committed.',
      flags,
      argument: {
        name: 'repo',
        describe: 'default: the one here',
        isMany: false,
        isOptional: true,
      },
    },
    isHelp ? ['--help'] : argv,
  ) as Read | null;
  if (read === null) return exitCodes.fine;
  if (read['token-file'] === undefined && process.env['TRIVET_TOKEN']) {
    throw new UsageError('A hook does not have your TRIVET_TOKEN: name a file with --token-file.');
  }
  const clone = await openClone(read.repo ?? '.');
  const path = join(await hooksFolder(clone), kindFor(read, clone));
  const before = readIfThere(path);
  const after = withBlock(before, block(read), path);
  if (after !== before) writeHook(path, after);
  const how = before === null ? 'written' : after === before ? 'as it was' : 'extended';
  if (read.json) printJson({ path, how });
  else process.stdout.write(`${path}: ${how}\n`);
  return exitCodes.fine;
}

function kindFor(read: Read, { path, gitDir }: Clone): Kind {
  const { 'post-receive': isReceive, 'post-commit': isCommit } = read;
  if (isReceive && isCommit) throw new UsageError('One hook at a time: which one?');
  if (isReceive || isCommit) return isReceive ? 'post-receive' : 'post-commit';
  return path === gitDir ? 'post-receive' : 'post-commit';
}

/** Where git looks for hooks: in the git folder that all work trees share, or where it is told to. */
async function hooksFolder({ path }: Clone): Promise<string> {
  const git = gitIn(path);
  const said = await git(['config', '--show-scope', '--type=path', '--get-all', 'core.hooksPath']);
  // Ours, which keeps git from running any, is of the scope `command`.
  const theirs = said.split('\n').filter((line) => line !== '' && !line.startsWith('command\t'));
  const common = resolve(path, (await git(['rev-parse', '--git-common-dir'])).trimEnd());
  const told = theirs.at(-1)?.split('\t')[1];
  if (told === undefined) return join(common, 'hooks');
  const folder = resolve(path, told);
  if (folder.startsWith(`${path}/`) || folder.startsWith(`${common}/`)) return folder;
  throw new UsageError(
    `Hooks of this repository lie in ${folder} (core.hooksPath), and may be those of others as well: ` +
      `put this line there yourself:\n${pollLine({})}`,
  );
}

const [begin, end] = ['# trivet: begin', '# trivet: end'];

function block(read: Read): string {
  const says = '# Makes the observers of Trivet look now; "trivet hook install" wrote it.';
  return `${begin}\n${says}\n${pollLine(read)}\n${end}\n`;
}

/** In the background, so that nobody waits for it; and nothing that goes wrong is anybody's trouble. */
function pollLine(read: Partial<DispatcherRead>): string {
  const { 'dispatcher-server': address } = read;
  const program = join(home, 'trivet.js');
  const files = (['token-file', 'tls-ca', 'tls-cert', 'tls-key'] as const).flatMap((flag) => {
    const file = read[flag];
    return file === undefined ? [] : [`--${flag}`, resolve(file)];
  });
  const server = address === undefined ? [] : ['--dispatcher-server', formatAddress(address)];
  const words = [process.execPath, program, 'poll', ...server, ...files].map(quoted);
  return `${words.join(' ')} </dev/null >/dev/null 2>&1 &`;
}

function quoted(word: string): string {
  return /^[\w./:=@+-]+$/.test(word) ? word : `'${word.replaceAll("'", "'\\''")}'`;
}

/** Ours goes first: whatever stands there may end the script. Throws `UsageError`. */
function withBlock(before: string | null, ours: string, path: string): string {
  if (before === null || before.trim() === '') return `#!/bin/sh\n${ours}`;
  const at = before.indexOf(`${begin}\n`);
  const endAt = before.indexOf(`${end}\n`, at);
  if (at !== -1 && endAt !== -1) {
    return before.slice(0, at) + ours + before.slice(endAt + end.length + 1);
  }
  const [first = ''] = before.split('\n', 1);
  if (!/^#!.*\b(?:sh|bash|dash|zsh|ksh)\b/.test(first)) {
    throw new UsageError(
      `${path} is there already, and is no shell script: let it run this by itself:\n${ours}`,
    );
  }
  return `${first}\n${ours}${before.slice(first.length + 1)}`;
}

function writeHook(path: string, text: string): void {
  makeFolder(dirname(path));
  // Into the file that is there: it may be a link, and its permissions are its owner's.
  writeFileSync(path, text);
  chmodSync(path, 0o755);
}
