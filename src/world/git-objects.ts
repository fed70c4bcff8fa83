/**
 * Owns a git that stays and reads objects by name: what every push waits for costs no fork of its own.
 * Never holds more of an object than the asker wants, however long it is.
 *
 *   we ── names, a line each ──> git cat-file --batch-check    id, type, size
 *   we ── ids ────────────────> git cat-file --batch           the same, and the bytes
 */

import { type ChildProcessWithoutNullStreams, spawn } from 'node:child_process';
import { GitFault, gitNotFound } from './git.js';
import { gitEnvironment, gitSettings } from './git-environment.js';
import { signalGroup } from './process-tree.js';

export interface ObjectInfo {
  readonly id: string;
  readonly type: string;
  readonly size: number;
}

export interface ObjectsOptions {
  /** A git that says nothing for so long is ended. */
  readonly silenceMs?: number;
  readonly stop?: AbortSignal;
}

export class GitObjects {
  readonly #check: Conversation;
  readonly #read: Conversation;

  constructor(folder: string, options: ObjectsOptions) {
    this.#check = new Conversation(folder, ['--batch-check', '--follow-symlinks'], options);
    this.#read = new Conversation(folder, ['--batch'], options);
    options.stop?.addEventListener('abort', () => this.close());
  }

  /** What each name (an id, `<commit>:<path>`) names; null: nothing, or nothing in this repository. */
  async look(names: readonly string[]): Promise<readonly (ObjectInfo | null)[]> {
    return Promise.all(names.map((name) => this.#check.ask(name, takeInfo)));
  }

  /** The bytes of an object; null where there is none. Ask first how many they are. */
  read(id: string): Promise<Buffer | null> {
    return this.#read.ask(id, takeBytes);
  }

  close(): void {
    this.#check.end();
    this.#read.end();
  }
}

/** Whatever is read here is near. */
const silenceMsDefault = 30_000;

/** Where an answer is not whole yet, so many bytes are needed before it is worth another look. */
interface NotWhole {
  readonly needs: number;
}

/** Takes an answer from the bytes that came. */
type Take<Answer> = (
  bytes: Buffer,
) => { readonly answer: Answer; readonly length: number } | NotWhole;

interface Question {
  /** Answers how many bytes were the answer. */
  readonly take: (bytes: Buffer) => { readonly length: number } | NotWhole;
  readonly reject: (error: Error) => void;
}

class Conversation {
  readonly #folder: string;
  readonly #flags: readonly string[];
  readonly #options: ObjectsOptions;
  #git: ChildProcessWithoutNullStreams | null = null;
  #questions: Question[] = [];
  #bytes: Buffer[] = [];
  #heldBytes = 0;
  /** Before there are so many, the next answer is not whole. */
  #neededBytes = 0;
  #silence: NodeJS.Timeout | undefined;

  constructor(folder: string, flags: readonly string[], options: ObjectsOptions) {
    this.#folder = folder;
    this.#flags = flags;
    this.#options = options;
  }

  ask<Answer>(name: string, take: Take<Answer>): Promise<Answer> {
    if (name.includes('\n')) return Promise.reject(new Error('a name holds a line break'));
    return new Promise((resolve, reject) => {
      this.#git ??= this.#start();
      this.#questions.push({
        take: (bytes) => {
          const taken = take(bytes);
          if ('answer' in taken) resolve(taken.answer);
          return taken;
        },
        reject,
      });
      this.#expectAnswer(this.#git);
      this.#git.stdin?.write(`${name}\n`);
    });
  }

  end(): void {
    const git = this.#git;
    if (git === null) return;
    if (git.pid !== undefined) signalGroup(git.pid, 'SIGTERM');
    this.#lose(git, new GitFault('git was ended'));
  }

  #start(): ChildProcessWithoutNullStreams {
    const guards = gitSettings().flatMap((setting) => ['-c', setting]);
    const git = spawn('git', [...guards, 'cat-file', ...this.#flags], {
      cwd: this.#folder,
      env: gitEnvironment(),
      stdio: ['pipe', 'pipe', 'pipe'],
      detached: true,
    });
    git.once('error', (error) => this.#lose(git, whyNotStarted(error)));
    git.once('close', () => this.#lose(git, new GitFault('git ended while it read objects')));
    // Without descriptors it has not even pipes, whatever its type says.
    if (git.pid === undefined) return git;
    git.stdout.on('data', (bytes: Buffer) => this.#hear(git, bytes));
    git.stderr.resume();
    git.stdin.on('error', () => {});
    return git;
  }

  #hear(git: ChildProcessWithoutNullStreams, bytes: Buffer): void {
    if (this.#git !== git) return;
    this.#bytes.push(bytes);
    this.#heldBytes += bytes.length;
    // Put together once: a long object comes in hundreds of pieces.
    if (this.#heldBytes >= this.#neededBytes) this.#takeAll();
    this.#expectAnswer(git);
  }

  #takeAll(): void {
    const [first = Buffer.alloc(0)] = this.#bytes;
    let held = this.#bytes.length === 1 ? first : Buffer.concat(this.#bytes);
    this.#neededBytes = 0;
    while (this.#neededBytes === 0 && this.#questions.length > 0) {
      const taken = this.#questions[0]?.take(held) ?? { length: 0 };
      if ('needs' in taken) this.#neededBytes = taken.needs;
      else {
        held = held.subarray(taken.length);
        this.#questions.shift();
      }
    }
    this.#bytes = held.length === 0 ? [] : [held];
    this.#heldBytes = held.length;
  }

  #expectAnswer(git: ChildProcessWithoutNullStreams): void {
    clearTimeout(this.#silence);
    const isBusy = this.#questions.length > 0;
    for (const handle of [git, git.stdin, git.stdout, git.stderr] as unknown as Refable[]) {
      if (isBusy) handle?.ref?.();
      else handle?.unref?.();
    }
    if (!isBusy) return;
    const { silenceMs = silenceMsDefault } = this.#options;
    this.#silence = setTimeout(() => {
      if (git.pid !== undefined) signalGroup(git.pid, 'SIGKILL');
      const says = `git has said nothing for ${silenceMs / 1_000} s`;
      this.#lose(git, new GitFault(says, true));
    }, silenceMs);
  }

  #lose(git: ChildProcessWithoutNullStreams, error: Error): void {
    if (this.#git !== git) return;
    clearTimeout(this.#silence);
    this.#git = null;
    this.#bytes = [];
    this.#heldBytes = 0;
    this.#neededBytes = 0;
    const asked = this.#questions;
    this.#questions = [];
    for (const { reject } of asked) reject(error);
  }
}

/** Child and pipes all have these, which node's types of pipes leave out. */
interface Refable {
  ref?(): void;
  unref?(): void;
}

function whyNotStarted(error: NodeJS.ErrnoException): GitFault {
  return new GitFault(error.code === 'ENOENT' ? gitNotFound : error.message);
}

const lineFeed = 0x0a;

/** `<id> <type> <size>`, or `<name> missing`; of a link that leads nowhere, `dangling <bytes>` and those. */
function takeInfo(bytes: Buffer) {
  const end = bytes.indexOf(lineFeed);
  if (end === -1) return { needs: bytes.length + 1 };
  const line = bytes.toString('utf8', 0, end);
  const [, id, type, size] = /^([0-9a-f]{40,64}) (\w+) (\d+)$/.exec(line) ?? [];
  if (id !== undefined && type !== undefined) {
    return { answer: { id, type, size: Number(size) }, length: end + 1 };
  }
  const [, rest] = /^(?:dangling|loop|notdir|symlink) (\d+)$/.exec(line) ?? [];
  const length = end + 1 + (rest === undefined ? 0 : Number(rest) + 1);
  return bytes.length < length ? { needs: length } : { answer: null, length };
}

/** The same line, then the bytes and a line feed. */
function takeBytes(bytes: Buffer) {
  const end = bytes.indexOf(lineFeed);
  if (end === -1) return { needs: bytes.length + 1 };
  const [, size] = /^[0-9a-f]{40,64} \w+ (\d+)$/.exec(bytes.toString('utf8', 0, end)) ?? [];
  if (size === undefined) return { answer: null, length: end + 1 };
  const length = end + 1 + Number(size) + 1;
  if (bytes.length < length) return { needs: length };
  // A copy: what is kept of it must not keep its neighbours.
  return { answer: Buffer.from(bytes.subarray(end + 1, length - 1)), length };
}
