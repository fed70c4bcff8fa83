/**
 * Owns the keys of a lecture: a number chooses a process, and what follows is done to it, as in `trivet up`.
 */

import type { Signal } from '@preact/signals';
import type { CommitKind, LabDocument, LabProcess } from '../../../record/lab.js';
import { type Key, useKeys } from '../keys.js';
import { announced, notice } from '../page.js';
import { wished } from './lab-wish.js';

/** Capitals, so that nobody pushes by accident. */
export const commitKeys: Readonly<Record<CommitKind, string>> = {
  green: 'G',
  red: 'E',
  slow: 'S',
  hanging: 'H',
  poison: 'P',
};

/** As many as have a digit. */
const chosenMost = 9;

export function useLabKeys(lab: LabDocument, chosen: Signal<string | null>): void {
  const one = lab.processes.find(({ name }) => name === chosen.value);
  const to = (does: (process: LabProcess) => void) => () => {
    if (one === undefined) refuse('Choose a process first, by its number');
    else does(one);
  };
  const line = (state: 'hold' | 'swallow') =>
    to(({ name }) => {
      const is = lab.lines.find(({ process }) => process === name)?.state;
      void wished({ do: 'line', process: name, state: is === state ? 'clear' : state });
    });
  const choose = (at: number) => () => {
    const { name } = lab.processes[at] ?? {};
    if (name === undefined) return;
    chosen.value = name;
    announced.value = `${name} is chosen`;
  };
  const keys: Key[] = [
    ...Array.from({ length: chosenMost }, (_, at) => ({
      ...{ key: String(at + 1), does: 'lab: choose a process', call: choose(at) },
    })),
    { key: 'k', does: 'lab: kill it', call: to(({ name }) => void wished(deed('kill', name))) },
    {
      ...{ key: 'z', does: 'lab: freeze it, or thaw it' },
      call: to(
        ({ name, state }) => void wished(deed(state === 'frozen' ? 'thaw' : 'freeze', name)),
      ),
    },
    {
      key: 'r',
      does: 'lab: restart it',
      call: to(({ name }) => void wished(deed('restart', name))),
    },
    { key: 'w', does: 'lab: its line swallows all, or is clear again', call: line('swallow') },
    { key: 'o', does: 'lab: its line holds all, or is clear again', call: line('hold') },
    { key: 'u', does: 'lab: cut its line', call: to(({ name }) => void wished(cut(name))) },
    {
      key: 'd',
      does: 'lab: deliver the next held message',
      call: () => deliver(lab, chosen.value),
    },
    { key: 'n', does: 'lab: the scenario goes on', call: () => void wished({ do: 'next' }) },
    ...Object.entries(commitKeys).map(([what, key]) => ({
      ...{ key, does: `lab: push a ${what} commit` },
      call: () => void wished({ do: 'commit', what: what as CommitKind }),
    })),
  ];
  useKeys(keys);
}

function deed(does: 'kill' | 'freeze' | 'thaw' | 'restart', process: string) {
  return { do: does, process } as const;
}

function cut(process: string) {
  return { do: 'cut', process } as const;
}

/** Of the chosen one, or of whoever's waits longest. */
function deliver({ lines }: LabDocument, chosen: string | null): void {
  const waiting = lines.filter(({ held }) => held.length > 0);
  const oldest = waiting.sort((one, other) => (one.held[0]?.id ?? 0) - (other.held[0]?.id ?? 0));
  const line = waiting.find(({ process }) => process === chosen) ?? oldest[0];
  if (line === undefined) refuse('Nothing is held');
  else void wished({ do: 'deliver', process: line.process });
}

function refuse(says: string): void {
  notice.value = { isDone: false, status: 409, says };
  announced.value = says;
}
