/**
 * Owns the one stream of events that a page has: a browser allows six connections to a port, over all its
 * tabs. It is closed while nobody looks, and goes on where it was.
 */

import { signal } from '@preact/signals';

/** An event of the feed: an entry of the journal, or what else happens. */
export interface Happening {
  readonly kind: string;
  readonly atMs: number;
  readonly repository?: string | null;
  readonly commit?: string;
  readonly job?: number;
  readonly name?: string;
  readonly run?: string;
  readonly [key: string]: unknown;
}

type Hear = (happening: Happening | 'resync') => void;

/** As the page shows it: whether what it says is what is. */
export const connection = signal<'beginning' | 'live' | 'waiting' | 'resting'>(
  document.hidden ? 'resting' : 'beginning',
);

/** A tab that is looked away from is given so long to be looked at again. */
const restsAfterMs = 5_000;

/** A stream that the server turned away is tried again. */
const againAfterMs = 2_000;

const listeners = new Set<Hear>();
let source: EventSource | null = null;
let lastId = '';
let resting: ReturnType<typeof setTimeout> | undefined;

/** Calls for each thing that happens, and for `resync`: some was missed. Answers how to stop. */
export function hear(listener: Hear): () => void {
  listeners.add(listener);
  if (source === null && !document.hidden) open();
  return () => listeners.delete(listener);
}

function open(): void {
  source?.close();
  const query = new URLSearchParams();
  if (lastId !== '') query.set('after', lastId);
  const stream = new EventSource(`/events?${query}`);
  source = stream;
  stream.onopen = () => {
    // What was live meanwhile is not told again.
    if (connection.value !== 'live') tell('resync');
    connection.value = 'live';
  };
  stream.onerror = () => {
    connection.value = 'waiting';
    if (stream.readyState !== EventSource.CLOSED) return;
    setTimeout(() => source === stream && open(), againAfterMs);
  };
  const take = (event: MessageEvent<string>) => {
    if (event.lastEventId !== '') lastId = event.lastEventId;
    tell(JSON.parse(event.data) as Happening);
  };
  stream.addEventListener('entry', take);
  stream.addEventListener('event', take);
  stream.addEventListener('resync', () => tell('resync'));
}

function tell(happening: Happening | 'resync'): void {
  for (const listener of listeners) listener(happening);
}

document.addEventListener('visibilitychange', () => {
  clearTimeout(resting);
  if (document.hidden) {
    resting = setTimeout(() => {
      source?.close();
      source = null;
      connection.value = 'resting';
    }, restsAfterMs);
  } else if (source === null && listeners.size > 0) open();
});
