/**
 * Owns the terminal while a program of ours has it: single keys instead of lines, no cursor, another
 * screen if that is wanted. Invariant: however the process ends or is stopped, short of SIGKILL, the
 * terminal is given back as it was, and taken again when the process goes on.
 */

import { emitKeypressEvents } from 'node:readline';
import type { Size } from './painting.js';

export interface Terminal {
  size(): Size;
  write(text: string): void;
  /** Gives the terminal back for good. */
  close(): void;
}

export interface Holding {
  /** Whether on a screen of its own, which leaves what was there before as it was. */
  readonly isFull: boolean;
  /** A key: `a`, `/`, `return`, `up`, `ctrl-c`. */
  readonly key: (name: string) => void;
  readonly resized: () => void;
  /** Somebody else had the terminal: nothing is known of what it shows. */
  readonly resumed: () => void;
}

/** Whether somebody sits there, who reads and types. */
export function isInteractive(): boolean {
  return process.stdin.isTTY === true && process.stdout.isTTY === true;
}

const [ownScreen, formerScreen] = ['\u001b[?1049h', '\u001b[?1049l'];
const [noCursor, cursor] = ['\u001b[?25l', '\u001b[?25h'];

/** Takes the terminal; only where `isInteractive`. */
export function holdTerminal({ isFull, key, resized, resumed }: Holding): Terminal {
  const { stdin, stdout } = process;
  let isHeld = false;
  const take = () => {
    if (isHeld) return;
    isHeld = true;
    stdin.setRawMode(true);
    stdin.resume();
    stdout.write(`${isFull ? ownScreen : ''}${noCursor}`);
  };
  const giveBack = () => {
    if (!isHeld) return;
    isHeld = false;
    stdout.write(`${cursor}${isFull ? formerScreen : ''}`);
    // A terminal that was closed has no modes any more.
    if (!stdin.destroyed) stdin.setRawMode(false);
    stdin.pause();
  };
  const goOn = () => {
    take();
    resumed();
  };
  const stop = () => {
    giveBack();
    // As if we did not listen: where no shell could make us go on, the system stops nobody.
    process.off('SIGTSTP', stop);
    process.kill(process.pid, 'SIGTSTP');
    process.on('SIGTSTP', stop);
    goOn();
  };
  const pressed = (text: string | undefined, pressed: Pressed) => {
    const name = nameOf(text, pressed);
    // All that the shell has started with us is stopped, as without our raw mode; npx is, say.
    if (name === 'ctrl-z') process.kill(0, 'SIGTSTP');
    else key(name);
  };
  const listeners = [
    [process, 'exit', giveBack],
    // Before what went wrong is told.
    [process, 'uncaughtExceptionMonitor', giveBack],
    [process, 'SIGTSTP', stop],
    [process, 'SIGCONT', goOn],
    [stdout, 'resize', resized],
    [stdin, 'keypress', pressed],
  ] as const;
  emitKeypressEvents(stdin);
  for (const [source, event, listener] of listeners) source.on(event, listener);
  // A terminal that was closed is told of by SIGHUP.
  stdin.on('error', () => {});
  take();
  return {
    size: () => ({ columns: stdout.columns, rows: stdout.rows }),
    write: (text) => void stdout.write(text),
    close: () => {
      for (const [source, event, listener] of listeners) source.off(event, listener);
      giveBack();
    },
  };
}

/** As node takes the bytes apart that a key sends. */
interface Pressed {
  readonly name?: string;
  readonly ctrl?: boolean;
}

function nameOf(text: string | undefined, { name, ctrl }: Pressed): string {
  if (ctrl === true) return `ctrl-${name}`;
  const isLetter = text !== undefined && /^[^\p{C}]$/u.test(text);
  return isLetter ? text : (name ?? '');
}
