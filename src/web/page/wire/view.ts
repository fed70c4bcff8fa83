/**
 * Owns what one sees of a recording: which of its records have room, how the axis runs, the moment that one
 * looks at. The parts of the page read its signals; nothing else is shared between them.
 * Invariant: the axis has as many records as the model.
 */

import { computed, type ReadonlySignal, type Signal, signal } from '@preact/signals';
import { Axis, type AxisMode, axisModes, type Room } from '../../../record/axis.js';
import { asksFor, everything, type Filter, isHeartbeat, keeps } from '../../../record/filter.js';
import type { LabDocument } from '../../../record/lab.js';
import { type Lane, Model } from '../../../record/model.js';
import type { WireHeader, WireRecord } from '../../../record/record.js';
import type { WorldDocument } from '../../../record/world.js';
import * as playback from './playback.js';
import { follows, nextShown } from './steps.js';

export class View {
  readonly model: Signal<Model | null> = signal(null);
  /** Counts what came and what was laid out anew: who draws records reads it. */
  readonly laid = signal(0);
  /** Counts how often all was laid out anew: what was seen is elsewhere by then. */
  readonly arranged = signal(0);
  readonly playback: Signal<playback.Playback> = signal({ ...playback.atRest, mode: 'live' });
  readonly mode: Signal<AxisMode> = signal('steps');
  readonly zoom = signal(1);
  readonly showsBeats = signal(false);
  /** Which records have room at all. */
  readonly filter: Signal<Filter> = signal(everything);
  /** What is wrong with what somebody typed. */
  readonly filterFault = signal('');
  /** The commit whose way is followed; the rest is dimmed. */
  readonly followed: Signal<string | null> = signal(null);
  readonly hovered: Signal<number | null> = signal(null);
  /** `n` of records. */
  readonly bookmarks: Signal<readonly number[]> = signal([]);
  readonly isTable = signal(false);
  readonly showsBytes = signal(false);
  /** What a lab, or a simulated world, tells of itself. */
  readonly lab: Signal<LabDocument | null> = signal(null);
  readonly world: Signal<WorldDocument | null> = signal(null);
  /** Records that the buffer no longer had: from and to. */
  readonly missed: Signal<readonly [number, number] | null> = signal(null);
  readonly moment: ReadonlySignal<number> = computed(() => this.playback.value.index);
  readonly going: ReadonlySignal<playback.Playback['mode']> = computed(
    () => this.playback.value.mode,
  );
  axis = new Axis('steps');
  /** How many have a row, and how many the filter leaves out. */
  shown = 0;
  hidden = 0;
  /** Whether more comes. */
  isLive: boolean;
  /** Our clock when the record began, as far as its quickest messages tell. */
  #beganMs = Number.POSITIVE_INFINITY;

  constructor(isLive: boolean) {
    this.isLive = isLive;
  }

  begin(header: WireHeader, isLive: boolean): void {
    this.isLive = isLive;
    // Of a recording nobody is there to be touched.
    if (!isLive) this.lab.value = this.world.value = null;
    this.#beganMs = Number.POSITIVE_INFINITY;
    this.model.value = new Model(header);
    this.missed.value = null;
    this.followed.value = null;
    this.bookmarks.value = [];
    this.playback.value = { ...playback.atRest, mode: isLive ? 'live' : 'paused' };
    this.layOut();
  }

  /** Whether another commit is followed than that one; of none: it is of no commit. */
  isDim(commit: string | undefined): boolean {
    return this.followed.value !== null && this.followed.value !== commit;
  }

  take(records: readonly WireRecord[]): void {
    const model = this.model.value;
    const last = records.at(-1);
    if (model === null || last === undefined) return;
    for (const record of records) {
      model.append(record);
      this.#append(record);
    }
    this.#beganMs = Math.min(this.#beganMs, performance.now() - last.atUs / 1_000);
    this.laid.value += 1;
    if (this.playback.value.mode === 'live') this.advance(0);
  }

  /** All anew: after another axis, another filter. */
  layOut(): void {
    this.axis = new Axis(this.mode.value, this.zoom.value);
    this.shown = this.hidden = 0;
    for (const record of this.model.value?.records ?? []) this.#append(record);
    this.laid.value += 1;
    this.arranged.value += 1;
  }

  #append(record: WireRecord): void {
    const room = this.roomOf(record);
    if (room === 'row') this.shown += 1;
    if (room === 'none' && isEvent(record)) this.hidden += 1;
    this.axis.append(record.atUs, room);
  }

  roomOf(record: WireRecord): Room {
    if (record.kind === 'message') {
      if (!keeps(this.filter.value, record)) return 'none';
      return isHeartbeat(record) && !this.showsHeartbeats ? 'tick' : 'row';
    }
    if (record.kind === 'change') return keeps(this.filter.value, record) ? 'row' : 'none';
    const message = this.messageOf(record);
    return message !== null && this.roomOf(message) === 'row' ? 'step' : 'none';
  }

  /** As arrows: wanted by a key, or asked for by name. */
  get showsHeartbeats(): boolean {
    const filter = this.filter.value;
    const isAsked = asksFor(filter, 'verb', 'ping', 'pong') || asksFor(filter, 'kind', 'heartbeat');
    return isAsked || this.showsBeats.value;
  }

  choose(filter: Filter): void {
    this.filter.value = filter;
    this.layOut();
  }

  /** Whose lines are drawn: who is left out by name has none. */
  get lanes(): readonly Lane[] {
    const { terms } = this.filter.value;
    const ofProcess: readonly string[] = ['process', 'runner', 'observer'];
    const isOut = ({ name }: Lane) =>
      terms.some((one) => one.isExcluded && one.value === name && ofProcess.includes(one.field));
    return (this.model.value?.lanes ?? []).filter((lane) => !isOut(lane));
  }

  /** The message that came or was lost, where this record says so. */
  messageOf(record: WireRecord): WireRecord | null {
    if (record.kind === 'message') return record;
    if (record.kind === 'change') return null;
    const index = this.model.value?.indexOf(record.message) ?? null;
    return index === null ? null : (this.record(index) ?? null);
  }

  record(index: number): WireRecord | undefined {
    return this.model.value?.records[index];
  }

  get track(): playback.Track {
    const { axis } = this;
    const endUs = axis.atUs(axis.count - 1);
    return {
      count: axis.count,
      endUs: this.isLive ? Math.max(endUs, (performance.now() - this.#beganMs) * 1_000) : endUs,
      isLive: this.isLive,
      atUs: (index) => axis.atUs(index),
      indexAtTime: (atUs) => axis.indexAtTime(atUs),
    };
  }

  advance(passedMs: number): void {
    this.playback.value = playback.advanced(this.playback.value, passedMs, this.track);
  }

  toggle(): void {
    this.playback.value = playback.toggled(this.playback.value, this.track);
  }

  goLive(): void {
    this.playback.value = playback.live(this.playback.value, this.track);
  }

  pause(): void {
    this.playback.value = { ...this.playback.value, mode: 'paused' };
  }

  changeSpeed(steps: number): void {
    this.playback.value = playback.atSpeed(this.playback.value, steps);
  }

  goTo(index: number | null): void {
    if (index === null || this.axis.count === 0) return;
    this.playback.value = playback.pausedAt(this.playback.value, index, this.track);
  }

  /** To the next that is shown, or the one before; of one process only, where that is wanted. */
  step(by: 1 | -1, { along = false } = {}): void {
    const here = this.record(this.moment.value);
    const isWanted = along && here !== undefined ? follows(here) : () => true;
    this.goTo(nextShown(this, this.moment.value, by, isWanted));
  }

  changeAxis(mode?: AxisMode): void {
    const next = axisModes[(axisModes.indexOf(this.mode.value) + 1) % axisModes.length];
    this.mode.value = mode ?? next ?? 'steps';
    this.layOut();
  }

  changeZoom(by: number): void {
    this.zoom.value = Math.min(64, Math.max(1 / 16, this.zoom.value * by));
    this.layOut();
  }

  foldBeats(): void {
    this.showsBeats.value = !this.showsBeats.value;
    this.layOut();
  }

  /** The commit of that record, or nobody's where it is followed already. */
  follow(commit: string | null): void {
    this.followed.value = this.followed.value === commit ? null : commit;
  }

  bookmark(): void {
    const n = this.record(this.moment.value)?.n;
    if (n === undefined) return;
    const { value } = this.bookmarks;
    this.bookmarks.value = value.includes(n)
      ? value.filter((one) => one !== n)
      : [...value, n].sort((one, other) => one - other);
  }
}

/** Arrivals are a part of their messages. */
function isEvent({ kind }: WireRecord): boolean {
  return kind === 'message' || kind === 'change';
}
