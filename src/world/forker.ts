/**
 * Owns a small shell that starts commands for us. A fork copies the page tables of whoever forks:
 * that takes 1 to 4 ms from a node of 70 MB and a tenth of it from `sh`, so what is started for
 * every push and every job is started from there.
 * One command at a time. The shell ends when we do: its standard input closes.
 *
 *   we  ── words ──>  sh  ── fork, cd "$FOLDER" ──>  git
 *       <── output, mark, exit code, errors, mark ──
 */

import { type ChildProcessWithoutNullStreams, spawn } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { signalGroup } from './process-tree.js';

export interface Ended {
  readonly exitCode: number;
  readonly output: string;
  readonly errors: string;
}

interface Order {
  readonly line: string;
  readonly resolve: (ended: Ended) => void;
  readonly reject: (error: Error) => void;
}

/**
 * `sh` reads a byte at a time, so what all lines have in common it has from the start. Output goes
 * straight through; errors are kept back until the command has ended.
 */
const loop = [
  `before='{ errors=$(cd -- "$FOLDER" && '`,
  `after=' 2>&1 >&3 3>&- </dev/null); code=$?; } 3>&1'`,
  'while read -r line',
  'do eval "$before$line$after"',
  `printf '%s%s\\n%s%s' "$MARK" $code "$errors" "$MARK"`,
  'done',
].join('\n');

/** Characters of one command's output: far more than any list of commits, and we still live. */
const outputMax = 128 * 1_024 * 1_024;

/** A command printed more than anybody should read; it was ended. */
export class TooMuchOutput extends Error {
  override readonly name = 'TooMuchOutput';

  constructor() {
    super(`more than ${outputMax} characters of output`);
  }
}

/** A command printed nothing for too long; it was ended. */
export class Silent extends Error {
  override readonly name = 'Silent';
}

export class Forker {
  readonly #folder: string;
  readonly #environment: Readonly<Record<string, string>>;
  readonly #usual: readonly string[];
  readonly #silenceMs: number | null;
  #silence: NodeJS.Timeout | undefined;
  /** Separates what is read; a command would have to guess it. */
  readonly #mark = randomBytes(16).toString('hex');
  #shell: ChildProcessWithoutNullStreams | null = null;
  #read = '';
  #readLast = '';
  #current: Order | null = null;
  readonly #waiting: Order[] = [];

  /**
   * Commands are run in `folder`, which may be removed and made again meanwhile; one that prints
   * nothing for `silenceMs` is ended. `usual` is the program that is mostly run, with the arguments
   * that it always has.
   */
  constructor(
    folder: string,
    environment: Readonly<Record<string, string>>,
    usual: readonly string[],
    silenceMs: number | null = null,
  ) {
    this.#folder = folder;
    this.#environment = environment;
    this.#usual = usual;
    this.#silenceMs = silenceMs;
  }

  /** Runs the usual program with these arguments too. */
  runUsual(words: readonly string[]): Promise<Ended> {
    return this.#order(`"$@" ${words.map(quoted).join(' ')}`);
  }

  /** Runs a program with its arguments. */
  run(words: readonly string[]): Promise<Ended> {
    return this.#order(words.map(quoted).join(' '));
  }

  /** Rejects only where no shell can be had or it was killed. */
  #order(line: string): Promise<Ended> {
    return new Promise((resolve, reject) => {
      this.#waiting.push({ line, resolve, reject });
      this.#next();
    });
  }

  /** Ends the command under way with all of its process group, and the shell; the next has another. */
  end(signal: 'SIGTERM' | 'SIGKILL'): void {
    const shell = this.#shell;
    if (shell?.pid === undefined) return;
    signalGroup(shell.pid, signal);
    // Who left the group may hold the pipes open for ever: those that were killed have no say.
    if (signal === 'SIGKILL') this.#lose(shell, new Error('the shell that starts git was killed'));
  }

  #next(): void {
    if (this.#current !== null) return;
    this.#current = this.#waiting.shift() ?? null;
    if (this.#current === null) {
      this.#keepUsAlive(false);
      return;
    }
    this.#shell ??= this.#start();
    // Not to be had (no descriptors, no memory): `error` follows and rejects the order.
    if (this.#shell.pid === undefined) return;
    this.#keepUsAlive(true);
    this.#expectOutput(this.#shell);
    this.#shell.stdin.write(`${this.#current.line}\n`);
  }

  #expectOutput(shell: ChildProcessWithoutNullStreams): void {
    if (this.#silenceMs === null) return;
    this.#silence = setTimeout(() => this.#endFor(new Silent(), shell), this.#silenceMs);
  }

  #expectNoOutput(): void {
    clearTimeout(this.#silence);
    this.#silence = undefined;
  }

  #endFor(reason: Error, shell: ChildProcessWithoutNullStreams): void {
    if (shell.pid !== undefined) signalGroup(shell.pid, 'SIGKILL');
    this.#lose(shell, reason);
  }

  #start(): ChildProcessWithoutNullStreams {
    const shell = spawn('sh', ['-c', loop, 'sh', ...this.#usual], {
      env: { ...this.#environment, FOLDER: this.#folder, MARK: this.#mark },
      stdio: ['pipe', 'pipe', 'pipe'],
      // A Ctrl-C at the terminal is for us; what is under way here is let finish.
      detached: true,
    });
    shell.once('error', (error) => this.#lose(shell, error));
    shell.once('close', () => this.#lose(shell, new Error('the shell that starts git was ended')));
    // Without descriptors it has not even pipes, whatever its type says.
    if (shell.pid === undefined) return shell;
    shell.stdout.setEncoding('utf8').on('data', (text: string) => this.#hear(shell, text));
    shell.stderr.resume();
    // What cannot be written to it, it cannot run: `close` follows and rejects the order.
    shell.stdin.on('error', () => {});
    return shell;
  }

  #hear(shell: ChildProcessWithoutNullStreams, text: string): void {
    if (this.#shell !== shell) return;
    this.#silence?.refresh();
    this.#read += text;
    this.#readLast = (this.#readLast + text).slice(-this.#mark.length);
    if (this.#read.length > outputMax) this.#endFor(new TooMuchOutput(), shell);
    // All that was read is looked at once, at its end.
    if (this.#readLast !== this.#mark) return;
    const [output, rest, end] = this.#read.split(this.#mark);
    if (output === undefined || rest === undefined || end === undefined) return;
    this.#read = '';
    this.#expectNoOutput();
    const codeEnd = rest.indexOf('\n');
    const exitCode = Number(rest.slice(0, codeEnd));
    this.#current?.resolve({ exitCode, output, errors: rest.slice(codeEnd + 1) });
    this.#current = null;
    this.#next();
  }

  #lose(shell: ChildProcessWithoutNullStreams, error: Error): void {
    if (this.#shell !== shell) return;
    this.#expectNoOutput();
    this.#keepUsAlive(false);
    this.#shell = null;
    this.#read = '';
    this.#current?.reject(error);
    this.#current = null;
    this.#next();
  }

  #keepUsAlive(isBusy: boolean): void {
    if (this.#shell?.pid === undefined) return;
    const { stdin, stdout, stderr } = this.#shell;
    for (const handle of [this.#shell, stdin, stdout, stderr] as unknown as Refable[]) {
      if (isBusy) handle.ref?.();
      else handle.unref?.();
    }
  }
}

/** Child and pipes all have these, which node's types of pipes leave out. */
interface Refable {
  ref?(): void;
  unref?(): void;
}

/** A word as the shell reads it back, whatever it holds; a line break would end the line. */
function quoted(word: string): string {
  if (/[\n\0]/.test(word)) throw new Error('a word of a command holds a line break');
  return `'${word.replaceAll("'", "'\\''")}'`;
}
