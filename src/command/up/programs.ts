/**
 * Owns how the three processes are started, and how that is written in a shell.
 */

import { join, relative } from 'node:path';
import { home } from '../../world/home.js';
import type { Signal } from './events.js';
import type { UpProcess } from './processes.js';

/** The words of a command, before its flags. */
type Programs = Readonly<Record<UpProcess['program'], readonly string[]>>;

const launcher = (name: string) => join(home, name);

export const launchers: Programs = {
  dispatcher: [process.execPath, launcher('dispatcher.js')],
  runner: [process.execPath, launcher('test-runner.js')],
  observer: [process.execPath, launcher('observer.js')],
};

/** What that process is told on its command line. */
export function flagsOf(
  { name, program }: Pick<UpProcess, 'name' | 'program'>,
  port: number,
  repos: readonly string[],
): string[] {
  if (program === 'dispatcher') return ['--port', String(port)];
  const named = program === 'runner' ? ['--name', name] : [];
  return ['--dispatcher-server', `localhost:${port}`, ...named, ...repos];
}

/** As one would type it here. */
export function spelled(words: readonly string[]): string {
  return `$ ${words.map(asTyped).join(' ')}`;
}

function asTyped(word: string): string {
  if (word === process.execPath) return 'node';
  const near = word.startsWith('/') ? relative(process.cwd(), word) || '.' : word;
  const text = near.startsWith('../..') ? word : near;
  return /^[\w./:=@+-]+$/.test(text) ? text : `'${text.replaceAll("'", "'\\''")}'`;
}

const kills = { SIGTERM: '', SIGKILL: '-9 ', SIGSTOP: '-STOP ', SIGCONT: '-CONT ' };

/** The signal, as one would send it from a shell. */
export function spelledSignal(signal: Signal, pid: number): string {
  return `$ kill ${kills[signal]}${pid}`;
}
