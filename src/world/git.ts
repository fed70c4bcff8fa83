/**
 * Owns how git is called: one process a call, guarded against what the user's own configuration
 * and environment would have it do (A45). Knows commands, not their purpose.
 * Never passes on a text that could be taken for an option: callers give ids or checked refs.
 */

import { randomUUID } from 'node:crypto';
import { existsSync } from 'node:fs';
import { GitError, type SimpleGit, simpleGit } from 'simple-git';
import { Forker, TooMuchOutput } from './forker.js';
import { carriersOf, signalAll } from './process-tree.js';

/** Runs `git …args` and answers its standard output. Rejects with `GitFault`. */
export type Git = (args: readonly string[]) => Promise<string>;

/** git said no. `message` is its own last words, in one line. */
export class GitFault extends Error {
  override readonly name = 'GitFault';

  /** `isSilence`: git said nothing at all, for too long, and was ended. */
  constructor(
    message: string,
    readonly isSilence = false,
  ) {
    super(message);
  }
}

/** There is no git on this machine, or none on its PATH. */
export const gitNotFound = 'git was not found: install it';

export interface GitOptions {
  /** A command that prints nothing for so long is ended: a remote that hangs. */
  readonly silenceMs?: number;
  /** Lets submodules be cloned from local paths; only where the origin itself is one. */
  readonly allowFileProtocol?: boolean;
  /** Answers a character for each byte, for names of branches, which need not be UTF-8. */
  readonly bytes?: boolean;
  /** Put into the environment of git and so of all that it starts: by these they are found. */
  readonly marks?: Readonly<Record<`TRIVET_${string}`, string>>;
  /** Where objects are read and written instead of the repository's own folder. */
  readonly objects?: string;
}

/** git that can be ended in the midst of a command. */
export interface EndableGit {
  readonly git: Git;
  /** Signals the command under way with its process group; it then rejects. */
  end(signal: 'SIGTERM' | 'SIGKILL'): void;
}

/**
 * git in the folder `path`, by simple-git, which refuses options and settings that would turn it
 * against us: for commands that speak of remotes and of names from outside.
 */
export function gitIn(path: string, options: GitOptions = {}): Git {
  const mark = randomUUID();
  const git = guarded(path, options, mark);
  return async (args) => {
    try {
      // Its listener is its own: such a git serves one command.
      if (options.bytes) return await bytesOf(guarded(path, options, mark), args);
      return await git.raw([...args]);
    } catch (error) {
      if (!(error instanceof GitError)) throw error;
      const [, notStarted] = /^Error: (spawn git \w+)/.exec(error.message) ?? [];
      if (notStarted !== undefined) throw new GitFault(whyNotStarted(notStarted, path));
      if (!error.message.includes('block timeout')) throw new GitFault(lastWords(error.message));
      // simple-git has ended git; the transport that git waited for (ssh) would live on.
      signalAll(carriersOf(`TRIVET_GIT=${mark}`), 'SIGTERM');
      const silenceS = (options.silenceMs ?? 0) / 1_000;
      throw new GitFault(`the remote has said nothing for ${silenceS} s`, true);
    }
  };
}

/**
 * git in the folder `path`, started by a small shell that stays: for the few fixed commands that
 * every push and every job waits for. simple-git would cost a fork from our own size, and another
 * 50 ms of waiting for the output of a command that has none. Ids and globs must be checked ones.
 */
export function swiftGitIn(path: string): Git {
  return endableGitIn(path).git;
}

/** The same, for what may take as long as it likes, while others have the processor first. */
export function patientGitIn(path: string, options: Pick<GitOptions, 'marks'>): Git {
  return endableGitIn(path, options, ['nice', '-n', '19']).git;
}

/** The same, for commands that may take long: a filter may hang, or whatever else git starts. */
export function endableGitIn(
  path: string,
  { marks, objects }: Pick<GitOptions, 'marks' | 'objects'> = {},
  by: readonly string[] = [],
): EndableGit {
  const guards = settings().flatMap((setting) => ['-c', setting]);
  const elsewhere = objects === undefined ? {} : { GIT_OBJECT_DIRECTORY: objects };
  const own = { GIT_TERMINAL_PROMPT: '0', ...marks, ...elsewhere };
  const forker = new Forker(path, { ...environment(), ...own });
  const git: Git = async (args) => {
    const ended = forker.run([...by, 'git', ...guards, ...args]).catch((error: Error) => {
      if (error instanceof TooMuchOutput) throw new GitFault(error.message);
      // Out of descriptors, or killed by whoever: the next command gets a shell of its own.
      throw new GitFault(`git could not be started: ${error.message}`);
    });
    const { exitCode, output, errors } = await ended;
    // The shell's own word for a command that is not there.
    if (exitCode === 127) throw new GitFault(gitNotFound);
    if (exitCode !== 0) throw new GitFault(lastWords(errors));
    return output;
  };
  return { git, end: (signal) => forker.end(signal) };
}

/** simple-git takes all output for UTF-8; one who listens beside it has the bytes. */
async function bytesOf(git: SimpleGit, args: readonly string[]): Promise<string> {
  const chunks: Buffer[] = [];
  git.outputHandler((_, output) => output.on('data', (chunk: Buffer) => chunks.push(chunk)));
  await git.raw([...args]);
  return Buffer.concat(chunks).toString('latin1');
}

function guarded(
  baseDir: string,
  { silenceMs, allowFileProtocol = false, marks }: GitOptions,
  mark: string,
): SimpleGit {
  const git = simpleGit({
    baseDir,
    maxConcurrentProcesses: 16,
    config: settings(allowFileProtocol),
    unsafe: {
      allowUnsafeHooksPath: true,
      allowUnsafeFsMonitor: true,
      allowUnsafeProtocolOverride: allowFileProtocol,
      allowUnsafeSshCommand: true,
    },
    allowEnvironment: [...kept, 'GIT_TERMINAL_PROMPT'],
    ...(silenceMs === undefined ? {} : { timeout: { block: silenceMs } }),
  });
  return git.env({ ...environment(), GIT_TERMINAL_PROMPT: '0', ...marks, TRIVET_GIT: mark });
}

function settings(allowFileProtocol = false): string[] {
  return [
    // Hooks and file-system monitors are programs that a configuration names: none is wanted.
    'core.hooksPath=/dev/null',
    'core.fsmonitor=false',
    'core.quotePath=false',
    // Upkeep ends with its command; in the background it would outlive us and hold locks.
    'gc.autoDetach=false',
    'maintenance.autoDetach=false',
    ...(allowFileProtocol ? ['protocol.file.allow=always'] : []),
  ];
}

/** Of git's own variables, those that say how to reach a remote; a hook's GIT_DIR stays out. */
const kept = ['GIT_SSH_COMMAND', 'GIT_SSL_CAINFO'];

/** Variables that make git start an editor, a pager or a window. */
const programs = /^(?:GIT_.*|.*EDITOR|VISUAL|.*PAGER|.*ASKPASS|PREFIX)$/i;

function environment(): Record<string, string> {
  const entries = Object.entries(process.env).filter(
    (entry): entry is [string, string] =>
      entry[1] !== undefined && (kept.includes(entry[0]) || !programs.test(entry[0])),
  );
  return Object.fromEntries(entries);
}

/** A folder that is gone is the same ENOENT as a git that is not there. */
function whyNotStarted(message: string, path: string): string {
  if (!message.endsWith('ENOENT')) return `git could not be started: ${message}`;
  return existsSync(path) ? gitNotFound : `there is no folder ${path}`;
}

function lastWords(message: string): string {
  const lines = message
    .split('\n')
    .map((line) => line.trim())
    .filter((line) => line !== '');
  return lines.slice(-3).join(' ').slice(0, 400) || 'git failed without a word';
}
