/**
 * Owns terminals for tests: a real one, by tmux, in which a program is started, keys are pressed, and
 * what the screen shows is read. Each is closed after the test.
 */

import { execFileSync, spawnSync } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import { onTestFinished } from 'vitest';
import { eventually } from './eventually.js';

/** Whether tests in a terminal are run; in CI none is skipped. */
export const hasTmux =
  process.env['CI'] !== undefined || spawnSync('tmux', ['-V']).error === undefined;

/** Several processes may have to start from their sources first, on a machine that does other things. */
const withinMs = 60_000;

export interface Terminal {
  /** What it shows, without the blanks at the ends of lines. */
  screen(): string;
  /** Waits until the screen shows that; answers all of it. */
  shows(what: string | RegExp): Promise<string>;
  /** Presses keys, as tmux calls them: `q`, `C-c`, `Enter`. */
  press(...keys: string[]): void;
  /** Types a line, and Enter. */
  type(line: string): void;
  resize(columns: number, rows: number): void;
  /** Closes it, as if somebody had closed the window. */
  close(): void;
}

/** A terminal in which a shell stands, as a person has it. */
export function openTerminal(
  cwd: string,
  { columns = 80, rows = 24, environment = {} as Readonly<Record<string, string>> } = {},
): Terminal {
  const socket = `trivet-${randomUUID()}`;
  const ours = Object.entries(process.env).filter(([name]) => !/^(?:TRIVET_|TMUX)/.test(name));
  // The shell writes no history: tests have no home.
  const shell = { LC_ALL: 'C.UTF-8', PS1: '$ ', HISTFILE: '' };
  const env = { ...Object.fromEntries(ours), ...shell, ...environment };
  const tmux = (...args: string[]) =>
    execFileSync('tmux', ['-u', '-L', socket, '-f', '/dev/null', ...args], {
      ...{ cwd, env, encoding: 'utf8' },
    });
  const close = () => void spawnSync('tmux', ['-L', socket, 'kill-server']);
  onTestFinished(close);
  const size = ['-x', String(columns), '-y', String(rows)];
  tmux('new-session', '-d', ...size, 'bash --noprofile --norc -i');
  const screen = () => tmux('capture-pane', '-p');
  return {
    screen,
    shows: async (what) => {
      let last = '';
      const isShown = () => {
        last = screen();
        return typeof what === 'string' ? last.includes(what) : what.test(last);
      };
      await eventually(`the screen shows ${what}`, isShown, withinMs).catch((error) => {
        throw new Error(`${error.message}; it shows:\n${last}`);
      });
      return last;
    },
    press: (...keys) => void tmux('send-keys', ...keys),
    type: (line) => void tmux('send-keys', '-l', `${line}\n`),
    resize: (width, height) =>
      void tmux('resize-window', '-x', String(width), '-y', String(height)),
    close,
  };
}
