/**
 * Owns the live source: server-sent events of the record, gathered until the browser paints next. It is
 * closed while nobody looks, and goes on where it was.
 * Invariant: between two resets records come in order, and none twice.
 */

import type { LabDocument } from '../../../record/lab.js';
import { isKnown, type WireHeader, type WireRecord } from '../../../record/record.js';
import type { WorldDocument } from '../../../record/world.js';
import { connection } from '../live.js';

export interface Listener {
  /** All is begun anew, with this. */
  readonly begin: (header: WireHeader) => void;
  readonly take: (records: readonly WireRecord[]) => void;
  /** These are gone: the buffer held no more. */
  readonly missed: (from: number, to: number) => void;
  /** What else a lab tells of itself, or a simulated world. */
  readonly lab: (document: LabDocument) => void;
  readonly world: (document: WorldDocument) => void;
}

/** A tab that is looked away from is given so long to be looked at again. */
const restsAfterMs = 5_000;

/** A stream that the server turned away is tried again. */
const againAfterMs = 2_000;

export class WireStream {
  readonly #listener: Listener;
  #source: EventSource | null = null;
  #begun: WireHeader | null = null;
  #lastN = 0;
  #gathered: WireRecord[] = [];
  #frame = 0;
  #resting: ReturnType<typeof setTimeout> | undefined;
  #again: ReturnType<typeof setTimeout> | undefined;

  constructor(listener: Listener) {
    this.#listener = listener;
  }

  /** Answers how to stop. */
  follow(): () => void {
    const look = () => this.#look();
    document.addEventListener('visibilitychange', look);
    // What nobody sees is not painted, and would only gather.
    if (!document.hidden) this.#open();
    return () => {
      document.removeEventListener('visibilitychange', look);
      clearTimeout(this.#resting);
      cancelAnimationFrame(this.#frame);
      this.#close();
    };
  }

  #open(): void {
    this.#close();
    // Of which recording that is: another one begins anew by itself.
    const of = this.#begun === null ? '' : `-${this.#begun.startedAtMs}`;
    const source = new EventSource(`/api/wire/live?after=${this.#lastN}${of}`);
    this.#source = source;
    source.onopen = () => {
      connection.value = 'live';
    };
    source.onerror = () => {
      connection.value = 'waiting';
      // The browser itself would ask again for what it asked at first.
      source.close();
      if (this.#source !== source) return;
      this.#source = null;
      clearTimeout(this.#again);
      this.#again = setTimeout(() => {
        if (!document.hidden) this.#open();
      }, againAfterMs);
    };
    const on = (kind: string, take: (data: string) => void) =>
      source.addEventListener(kind, (event: MessageEvent<string>) => take(event.data));
    on('header', (data) => this.#header(JSON.parse(data)));
    on('reset', () => this.#reset());
    on('record', (data) => this.#record(JSON.parse(data)));
    on('missed', (data) => {
      const { from, to } = JSON.parse(data);
      this.#flush();
      this.#lastN = to;
      this.#listener.missed(from, to);
    });
    on('lab', (data) => this.#listener.lab(JSON.parse(data)));
    on('world', (data) => this.#listener.world(JSON.parse(data)));
  }

  /** The same again where one goes on with it. */
  #header(header: WireHeader): void {
    const isSame = this.#begun?.startedAtMs === header.startedAtMs;
    if (isSame && this.#begun?.title === header.title) return;
    this.#reset();
    this.#begun = header;
    this.#listener.begin(header);
  }

  #reset(): void {
    this.#gathered = [];
    this.#begun = null;
    this.#lastN = 0;
  }

  #record(record: WireRecord): void {
    if (record.n <= this.#lastN) return;
    this.#lastN = record.n;
    // A dispatcher may be newer than a page that was loaded before.
    if (!isKnown(record)) return;
    this.#gathered.push(record);
    if (this.#frame === 0) this.#frame = requestAnimationFrame(() => this.#flush());
  }

  #flush(): void {
    cancelAnimationFrame(this.#frame);
    this.#frame = 0;
    if (this.#gathered.length === 0) return;
    const records = this.#gathered;
    this.#gathered = [];
    this.#listener.take(records);
  }

  #look(): void {
    clearTimeout(this.#resting);
    if (document.hidden) {
      this.#resting = setTimeout(() => {
        this.#close();
        connection.value = 'resting';
      }, restsAfterMs);
    } else if (this.#source === null) this.#open();
  }

  #close(): void {
    clearTimeout(this.#again);
    this.#source?.close();
    this.#source = null;
  }
}
