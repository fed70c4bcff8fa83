/**
 * Owns how git is called: one process a call, guarded against what the user's own configuration
 * and environment would have it do (A45). Knows commands, not their purpose.
 * Never passes on a text that could be taken for an option: callers give ids or checked refs.
 */

import { randomUUID } from 'node:crypto';
import { existsSync } from 'node:fs';
import { GitError, type SimpleGit, type SimpleGitOptions, simpleGit } from 'simple-git';
import { type Ended, Forker, Silent, TooMuchOutput } from './forker.js';
import { gitEnvironment, gitSettings, honouredNames, permissions } from './git-environment.js';
import { sentenceOf } from './git-words.js';
import { signalAll, taggedWith } from './process-tree.js';

/** Runs `git …args` and answers its standard output. Rejects with `GitFault`. */
export type Git = (args: readonly string[]) => Promise<string>;

/** The same, for a git that reads these lines from its standard input (`--stdin`). */
export type FedGit = (args: readonly string[], lines: readonly string[]) => Promise<string>;

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
  /** Ends the command under way, and whatever it started. */
  readonly stop?: AbortSignal;
  /** Where objects are read and written instead of the repository's own folder. */
  readonly objects?: string;
  /** What the caller wants set, whatever the settings of the user or of the repository say. */
  readonly settings?: readonly string[];
  /** More of git's own variables. */
  readonly environment?: Readonly<Record<`GIT_${string}`, string>>;
}

/** git that can be ended in the midst of a command. */
export interface EndableGit {
  readonly git: Git;
  /** Another program in the same folder, in the same way. */
  readonly run: Git;
  /** What the last command complained of, though it succeeded perhaps. */
  readonly complaints: () => string;
  /** Signals the command under way with its process group; it then rejects. */
  end(signal: 'SIGTERM' | 'SIGKILL'): void;
}

/**
 * git in the folder `path`, by simple-git, which refuses options and settings that would turn it
 * against us: for commands that speak of remotes and of names from outside.
 */
export function gitIn(path: string, options: GitOptions = {}): Git {
  const mark = markUntil(options.stop);
  const git = guarded(path, options, mark);
  // A listener to one command's output is that command's own: such a git serves no other.
  const run = (args: readonly string[]) =>
    options.bytes ? bytesOf(guarded(path, options, mark), args) : git.raw([...args]);
  return (args) => run(args).catch((error) => refuse(error, path, options, mark));
}

/** git that is told by its standard input what to look at, as arguments are limited in number. */
export function fedGitIn(path: string, options: GitOptions = {}): FedGit {
  const mark = markUntil(options.stop);
  return (args, lines) => {
    const input = () => `${lines.join('\n')}\n`;
    const git = guarded(path, options, mark, { input });
    return git.raw([...args]).catch((error) => refuse(error, path, options, mark));
  };
}

function refuse(error: unknown, path: string, options: GitOptions, mark: string): never {
  if (!(error instanceof GitError)) throw error;
  const [, notStarted] = /^Error: (spawn git \w+)/.exec(error.message) ?? [];
  if (notStarted !== undefined) throw new GitFault(whyNotStarted(notStarted, path));
  if (!error.message.includes('block timeout')) throw new GitFault(sentenceOf(error.message));
  endTagged(mark);
  throw silent(options.silenceMs);
}

/** simple-git ends its git, but the transport that git waits for (ssh) would live on. */
function markUntil(stop?: AbortSignal): string {
  const mark = randomUUID();
  stop?.addEventListener('abort', () => endTagged(mark));
  return mark;
}

function endTagged(mark: string): void {
  signalAll(taggedWith(`TRIVET_GIT=${mark}`), 'SIGTERM');
}

function silent(silenceMs = 0): GitFault {
  return new GitFault(`the remote has said nothing for ${silenceMs / 1_000} s`, true);
}

/**
 * git in the folder `path`, started by a small shell that stays: for the few fixed commands that
 * every push and every job waits for. simple-git would cost a fork from our own size, and another
 * 50 ms of waiting for the output of a command that has none. Ids and globs must be checked ones.
 */
export function swiftGitIn(
  path: string,
  options: Pick<GitOptions, 'silenceMs' | 'stop'> = {},
): Git {
  return endableGitIn(path, options).git;
}

/** The same, for what may take as long as it likes, while others have the processor first. */
export function patientGitIn(path: string, options: Pick<GitOptions, 'marks' | 'stop'>): Git {
  return endableGitIn(path, options, ['nice', '-n', '19']).git;
}

/** The same, for commands that may take long: a filter may hang, or whatever else git starts. */
export function endableGitIn(
  path: string,
  options: Omit<GitOptions, 'allowFileProtocol' | 'bytes'> = {},
  by: readonly string[] = [],
): EndableGit {
  const { marks, objects, silenceMs, stop, settings = [], environment } = options;
  const guards = [...gitSettings(), ...settings].flatMap((setting) => ['-c', setting]);
  const elsewhere = objects === undefined ? {} : { GIT_OBJECT_DIRECTORY: objects };
  const own = { ...environment, ...marks, ...elsewhere };
  const usual = [...by, 'git', ...guards];
  const forker = new Forker(path, { ...gitEnvironment(), ...own }, usual, silenceMs);
  stop?.addEventListener('abort', () => forker.end('SIGTERM'));
  let complaints = '';
  const outputOf = async (ended: Promise<Ended>) => {
    const { exitCode, output, errors } = await ended.catch((error: Error) => {
      if (error instanceof Silent) throw silent(silenceMs);
      if (error instanceof TooMuchOutput) throw new GitFault(error.message);
      // Out of descriptors, or killed by whoever: the next command gets a shell of its own.
      throw new GitFault(`git could not be started: ${error.message}`);
    });
    complaints = errors;
    // The shell's own word for a command that is not there.
    if (exitCode === 127) throw new GitFault(gitNotFound);
    if (exitCode !== 0) throw new GitFault(sentenceOf(errors));
    return output;
  };
  const git: Git = (args) => outputOf(forker.runUsual(args));
  const run: Git = (words) => outputOf(forker.run(words));
  return { git, run, complaints: () => complaints, end: (signal) => forker.end(signal) };
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
  { silenceMs, allowFileProtocol = false, marks, stop, settings = [], environment }: GitOptions,
  mark: string,
  more: Partial<SimpleGitOptions> = {},
): SimpleGit {
  const git = simpleGit({
    ...more,
    baseDir,
    maxConcurrentProcesses: 16,
    config: [...gitSettings(allowFileProtocol), ...settings],
    unsafe: permissions(),
    allowEnvironment: [
      ...honouredNames(),
      'GIT_TERMINAL_PROMPT',
      ...Object.keys(environment ?? {}),
    ],
    // What was printed before the fault is not what it says.
    errors: (error, { exitCode, stdErr }) =>
      exitCode && stdErr.length > 0 ? Buffer.concat(stdErr) : error,
    ...(stop === undefined ? {} : { abort: stop }),
    ...(silenceMs === undefined ? {} : { timeout: { block: silenceMs } }),
  });
  return git.env({ ...gitEnvironment(), ...environment, ...marks, TRIVET_GIT: mark });
}

/** A folder that is gone is the same ENOENT as a git that is not there. */
function whyNotStarted(message: string, path: string): string {
  if (!message.endsWith('ENOENT')) return `git could not be started: ${message}`;
  return existsSync(path) ? gitNotFound : `there is no folder ${path}`;
}
