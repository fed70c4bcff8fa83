/**
 * Owns the keys of this page: those of a presenter's hand, and of a keyboard alone.
 */

import { causeOf, consequenceOf } from '../../../record/causes.js';
import { type Key, useKeys } from '../keys.js';
import { announced } from '../page.js';
import { sentenceOf } from './moment.js';
import type { View } from './view.js';

export function useWireKeys(view: View): void {
  const said = (act: () => void) => () => {
    act();
    const record = view.record(view.moment.value);
    if (record !== undefined) announced.value = sentenceOf(record, view.model.value);
  };
  const back = said(() => view.step(-1));
  const on = said(() => view.step(1));
  const alongBack = said(() => view.step(-1, { along: true }));
  const alongOn = said(() => view.step(1, { along: true }));
  const toCause = said(() => tied(view, causeOf));
  const toConsequence = said(() => tied(view, consequenceOf));
  const toggle = () => view.toggle();
  const keys: Key[] = [
    { key: ' ', does: 'pause, or play from here', call: toggle },
    { key: '.', does: "pause, or play (a presenter's remote)", call: toggle },
    { key: 'ArrowRight', does: 'one step on', call: on },
    { key: 'ArrowLeft', does: 'one step back', call: back },
    { key: 'ArrowDown', does: 'one step on', call: on },
    { key: 'ArrowUp', does: 'one step back', call: back },
    { key: 'ArrowRight', held: 'Shift', does: 'on, along one process', call: alongOn },
    { key: 'ArrowLeft', held: 'Shift', does: 'back, along one process', call: alongBack },
    { key: 'ArrowDown', held: 'Shift', does: 'on, along one process', call: alongOn },
    { key: 'ArrowUp', held: 'Shift', does: 'back, along one process', call: alongBack },
    { key: 'ArrowLeft', held: 'Control', does: 'to what led to it', call: toCause },
    { key: 'ArrowUp', held: 'Control', does: 'to what led to it', call: toCause },
    { key: 'ArrowRight', held: 'Control', does: 'to what it led to', call: toConsequence },
    { key: 'ArrowDown', held: 'Control', does: 'to what it led to', call: toConsequence },
    { key: 'Home', does: 'to the beginning', call: said(() => view.goTo(0)) },
    { key: 'End', does: 'to the end', call: said(() => view.goTo(view.axis.count - 1)) },
    { key: 'l', does: 'live: follow the newest', call: () => view.isLive && view.goLive() },
    { key: '[', does: 'slower', call: () => view.changeSpeed(-1) },
    { key: ']', does: 'faster', call: () => view.changeSpeed(1) },
    { key: 'x', does: 'another axis: steps, between, time', call: () => view.changeAxis() },
    { key: '+', does: 'nearer', call: () => view.changeZoom(Math.SQRT2) },
    { key: '-', does: 'farther', call: () => view.changeZoom(Math.SQRT1_2) },
    { key: 'h', does: 'heartbeats as arrows, or as ticks', call: () => view.foldBeats() },
    { key: 'b', does: 'bookmark the moment, or forget it', call: () => view.bookmark() },
    { key: 'f', does: 'follow the commit of the moment', call: () => followMoment(view) },
    { key: 'c', does: 'copy a link to the moment', call: () => void copyLink(view) },
    { key: 'Escape', does: 'follow no commit', call: () => view.follow(null) },
  ];
  useKeys(keys);
}

function tied(view: View, leads: typeof causeOf): void {
  const model = view.model.value;
  const index = model === null ? null : leads(model, view.moment.value);
  if (index === null) announced.value = 'Nothing that is known';
  else view.goTo(index);
}

function followMoment(view: View): void {
  const record = view.record(view.moment.value);
  const commit =
    record?.kind === 'message' || record?.kind === 'change' ? record.commit : undefined;
  if (commit !== undefined) view.follow(commit);
}

async function copyLink(view: View): Promise<void> {
  const record = view.record(view.moment.value);
  if (record === undefined) return;
  const { origin, pathname, search } = location;
  history.replaceState(null, '', `${pathname}${search}#n=${record.n}`);
  try {
    await navigator.clipboard.writeText(`${origin}${pathname}${search}#n=${record.n}`);
    announced.value = `The link to record ${record.n} is copied`;
  } catch {
    announced.value = `The link to record ${record.n} is in the address bar`;
  }
}
