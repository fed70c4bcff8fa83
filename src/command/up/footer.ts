/**
 * Owns the lines at the bottom of `trivet up`: how each process is, by a mark and a word besides its
 * colour, and what the keys do.
 *
 *   1 dispatcher ●  2 runner-1 ● busy 1a2b3c4  3 runner-2 ✝  4 observer ●
 *   1-4 choose · q finish and leave
 */

import type { Frame } from '../screen/painting.js';
import { type Shade, shaded } from '../screen/shades.js';
import type { Processes, UpProcess } from './processes.js';

export function footer(processes: Processes): Frame {
  const all = processes.all.map((one, at) => described(one, at, at === processes.chosen));
  return [all.join('  '), shaded('dim', keys(processes))];
}

function described(one: UpProcess, at: number, isChosen: boolean): string {
  const { mark, shade, word } = standing(one);
  const title = `${at + 1} ${one.name}`;
  const name = isChosen ? shaded('inverse', title) : shaded(shadeOf(at), title);
  return [name, shaded(shade, mark), ...(word === '' ? [] : [word])].join(' ');
}

function standing({ state, isAlone, tests, isToReturn }: UpProcess): {
  readonly mark: string;
  readonly shade: Shade;
  readonly word: string;
} {
  if (state === 'gone') return { mark: '✝', shade: 'red', word: '' };
  if (state === 'frozen') return { mark: '‖', shade: 'cyan', word: 'frozen' };
  if (state === 'begun') return { mark: '○', shade: 'dim', word: 'starts' };
  const busy = tests.size === 0 ? '' : `busy ${[...tests.values()].join(' ')}`;
  if (isToReturn) return { mark: '●', shade: 'yellow', word: `${busy} ends`.trim() };
  if (isAlone) return { mark: '○', shade: 'yellow', word: busy === '' ? 'waits' : busy };
  return { mark: '●', shade: 'green', word: busy };
}

function keys({ all, chosen, leaving }: Processes): string {
  if (leaving === 'ending') return 'ending all';
  if (leaving === 'draining') return 'finishing what is in hand · q end at once';
  const one = chosen === null ? undefined : all[chosen];
  if (one === undefined) return `1-${Math.min(9, all.length)} choose · q finish and leave`;
  if (one.pid === null) return `${one.name}: r start · q finish and leave`;
  const freeze = one.state === 'frozen' ? 'thaw' : 'freeze';
  return `${one.name} (${one.pid}): r restart · k kill -9 · z ${freeze} · q finish and leave`;
}

const shades = ['cyan', 'blue', 'yellow', 'green'] as const;

/** The colour of a process, above and in the footer. */
export function shadeOf(at: number): Shade {
  return shades[at % shades.length] ?? 'cyan';
}
