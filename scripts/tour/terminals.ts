/**
 * Owns where the tour is walked: a folder with Trivet's in it, as a clone of one's own is, and what is
 * another on each machine. Pages say `8888`, `/home/ada` and `pkill -f 'name ada'`; here these are a
 * port that is free, a temporary folder, and the one process of that name that was started here.
 */

import { mkdirSync, mkdtempSync, readdirSync, realpathSync, rmSync, symlinkSync } from 'node:fs';
import { hostname, tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { portToKeep } from '../../test/support/ports.js';
import { Terminal } from './terminal.js';

const root = fileURLToPath(new URL('../..', import.meta.url));

/** What a walk leaves behind, and is not to begin with. */
const left = ['.trivet', 'test_results', '.git'];

/** So that each walk has the same commits. */
const author = {
  GIT_AUTHOR_NAME: 'Ada',
  GIT_AUTHOR_EMAIL: 'ada@example.org',
  GIT_AUTHOR_DATE: '2026-01-01T09:00:00Z',
  GIT_COMMITTER_NAME: 'Ada',
  GIT_COMMITTER_EMAIL: 'ada@example.org',
  GIT_COMMITTER_DATE: '2026-01-01T09:00:00Z',
};

/** `nc -N localhost 8888`, which not every machine has: sends what it is given, prints what comes. */
const netcat = `
nc() {
  node -e '
    const socket = require("node:net").connect(process.argv[2], process.argv[1]);
    process.stdin.pipe(socket).pipe(process.stdout);
  ' "$2" "$3"
}
`;

export class Terminals {
  readonly #home = realpathSync(mkdtempSync(join(tmpdir(), 'trivet-tour-')));
  readonly #clone = join(this.#home, 'trivet');
  readonly #terminals = new Map<string, Terminal>();
  readonly #port: number;
  readonly #pace: number;
  readonly #startedAtMs = Date.now();

  /** `pace`: how many seconds a second of the suite takes. */
  static async open(pace: number): Promise<Terminals> {
    return new Terminals(await portToKeep(), pace);
  }

  private constructor(port: number, pace: number) {
    this.#port = port;
    this.#pace = pace;
    mkdirSync(this.#clone);
    for (const name of readdirSync(root)) {
      if (!left.includes(name)) symlinkSync(join(root, name), join(this.#clone, name));
    }
  }

  terminal(name: string): Terminal {
    const before = this.#terminals.get(name);
    if (before !== undefined) return before;
    const terminal = new Terminal(this.#clone, this.#environment(name));
    this.#terminals.set(name, terminal);
    return terminal;
  }

  /** As this machine has to be told it. `goesOn`: it is to be the terminal's process itself. */
  script(command: string, goesOn: boolean): string {
    const here = command
      .replaceAll('8888', String(this.#port))
      .replace(/\bpkill (\S+) -f '(.+?)'/, (_, signal, words) => {
        return `kill ${signal} ${this.#pidOf(words)}`;
      })
      .replaceAll('npx ', './node_modules/.bin/');
    return goesOn ? `exec ${here}` : netcat + here;
  }

  /** As a page shows them. That a busy machine made the dispatcher wait is none of its business. */
  shown(lines: readonly string[]): string[] {
    return lines
      .filter((line) => !line.includes('stood still'))
      .map((line) => this.#asOnPage(line));
  }

  #asOnPage(line: string): string {
    return line
      .replaceAll(this.#home, '/home/ada')
      .replaceAll(String(this.#port), '8888')
      .replaceAll(hostname(), 'desk')
      .replace(/^\d{4}-\d\d-\d\d (\d\d):(\d\d):(\d\d) /, (_, ...parts) => {
        return `${this.#clockAt(parts.slice(0, 3).map(Number))} `;
      });
  }

  async close(): Promise<void> {
    await Promise.all([...this.#terminals.values()].map((terminal) => terminal.close()));
    rmSync(this.#home, { recursive: true, force: true });
  }

  /** Each walk begins at nine. */
  #clockAt([hours = 0, minutes = 0, seconds = 0]: readonly number[]): string {
    const began = new Date(this.#startedAtMs).setHours(0, 0, 0, 0);
    const atMs = began + ((hours * 60 + minutes) * 60 + seconds) * 1_000;
    const sinceMs = Math.max(0, atMs - Math.floor(this.#startedAtMs / 1_000) * 1_000);
    return new Date(sinceMs + 9 * 3_600_000).toISOString().slice(11, 19);
  }

  #pidOf(words: string): number {
    const running = [...this.#terminals.values()].filter(({ pid }) => pid !== undefined);
    const pid = running.find(({ command }) => command.includes(words))?.pid;
    if (pid === undefined) throw new Error(`nothing runs here that is called: ${words}`);
    return pid;
  }

  #environment(terminal: string): NodeJS.ProcessEnv {
    const ours = Object.entries(process.env).filter(([name]) => !/^(?:TRIVET|GIT)_/.test(name));
    return {
      ...Object.fromEntries(ours),
      ...author,
      HOME: this.#home,
      NO_COLOR: '1',
      PACE: String(this.#pace),
      TRIVET_PORT: terminal === '1' ? String(this.#port) : '0',
      TRIVET_DISPATCHER_SERVER: `localhost:${this.#port}`,
      // Else a runner has its checkouts where those of the machine's owner are.
      ...(terminal === '3' ? {} : { TRIVET_STATE: join(this.#home, 'state', terminal) }),
    };
  }
}
