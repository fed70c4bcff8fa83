/**
 * Owns what is done to one process of a lab, or to its line, where that can be: a process that is dead is not
 * frozen, and what is not held is not delivered. Throws a `Refusal` that says why not.
 */

import { isApart, type LabAction, type LineState, type ProcessAction } from '../record/lab.js';
import { dispatcher } from '../record/record.js';
import type { Processes } from './processes.js';
import type { WireProxy } from './proxy.js';
import { Refusal } from './refusal.js';

type LineAction = Extract<LabAction, { readonly do: 'line' | 'cut' | 'deliver' }>;

/** What is to be told of a line. */
export interface LineChange {
  readonly process: string;
  readonly says: string;
  /** Whether runs may be lost of it. */
  readonly isHarm: boolean;
}

export function actOnProcess(processes: Processes, action: ProcessAction, name: string): void {
  const managed = processes.all.get(name);
  if (managed === undefined) throw new Refusal(`There is no process "${name}"`);
  const { state } = managed;
  if (action !== 'restart' && state === 'dead') throw new Refusal(`${name} is dead`);
  if (action === 'freeze' && state === 'frozen') throw new Refusal(`${name} is frozen already`);
  if (action === 'thaw' && state !== 'frozen') throw new Refusal(`${name} is not frozen`);
  const isTooEarly = name !== dispatcher && processes.port === 0;
  if (action === 'restart' && isTooEarly) throw new Refusal('The dispatcher comes first');
  managed[action]();
}

/** Answers what changed; null: nothing. */
export function actOnLine({ proxies }: Processes, action: LineAction): LineChange | null {
  const { process } = action;
  const proxy = proxies.get(process);
  if (proxy === undefined) throw new Refusal(`"${process}" has no line to the dispatcher`);
  switch (action.do) {
    case 'line':
      return set(proxy, action.state);
    case 'cut':
      proxy.cut();
      return {
        ...{ process, isHarm: true },
        says: `the connections of ${process} are cut; it may open others`,
      };
    case 'deliver':
      deliver(proxy, action.id);
      return null;
  }
}

const lineSentences: Readonly<Record<LineState, string>> = {
  clear: 'lets everything through',
  delay: 'delays each message by a second',
  slice: 'passes the beginning of each message byte by byte',
  swallow: 'swallows everything, as a network that fell apart',
  hold: 'holds messages, to be delivered by hand',
};

function set(proxy: WireProxy, state: LineState): LineChange | null {
  const { process } = proxy;
  if (proxy.state === state) return null;
  proxy.set(state);
  const says = `the line of ${process} ${lineSentences[state]}`;
  return { process, says, isHarm: isApart(state) };
}

function deliver(proxy: WireProxy, id: number | undefined): void {
  const { process, state } = proxy;
  if (state !== 'hold') throw new Refusal(`The line of ${process} holds nothing back`);
  if (proxy.deliver(id)) return;
  const isNext = 'Only the first message of a direction can be delivered';
  throw new Refusal(id === undefined ? `Nothing waits at ${process}` : isNext);
}
