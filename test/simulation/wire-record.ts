/**
 * Owns what is overheard on the simulated network: messages as they leave, as they are taken in, and those
 * that never will be. It only listens: nothing in the world is another for it.
 * Invariant: of each message one arrival is told, or one loss, or neither where the world ends before.
 */

import { Overheard, type Piece, type Side } from '../../src/protocol/overheard.js';
import type { Shown } from '../../src/protocol/shown.js';
import { headBytesMax } from '../../src/record/record.js';
import type { Happened } from '../../src/record/recording.js';

/** One end of a connection, as far as one listens to it. */
export interface Heard {
  readonly host: string;
  readonly peerHost: string;
}

/** Who listens to a network. */
export interface Ears {
  dialled(client: Heard): void;
  joined(client: Heard, server: Heard): void;
  /** So many of these bytes set out. */
  said(end: Heard, bytes: Buffer, carried: number): void;
  /** So many bytes were taken in by the process at that end. */
  heard(end: Heard, bytes: number): void;
  closed(end: Heard): void;
}

interface RecordWriter {
  /** Writes that down; answers its number. */
  readonly write: (happened: Happened) => number;
  readonly nameOf: (host: string) => string;
}

/** What one end says. */
interface Voice {
  /** How much of it was understood so far, set out, and was taken in at the other end. */
  understood: number;
  carried: number;
  taken: number;
  isLost: boolean;
  /** Messages under way, and where in all that is said they end. */
  readonly underWay: { readonly n: number; readonly endsAt: number }[];
}

interface Talk {
  readonly name: string;
  readonly overheard: Overheard;
  readonly asks: Voice;
  readonly answers: Voice;
  /** What was asked, for whoever reads the answer. */
  commit: string | undefined;
}

export class WireEars implements Ears {
  readonly #writer: RecordWriter;
  readonly #talks = new WeakMap<Heard, { readonly talk: Talk; readonly side: Side }>();
  /** Which commit a run tests. */
  readonly #commits = new Map<string, string>();
  #connections = 0;

  constructor(writer: RecordWriter) {
    this.#writer = writer;
  }

  dialled(client: Heard): void {
    this.#connections += 1;
    const name = `c${this.#connections}`;
    const overheard = new Overheard(headBytesMax);
    const talk = { name, overheard, asks: aVoice(), answers: aVoice(), commit: undefined };
    this.#talks.set(client, { talk, side: 'asks' });
  }

  joined(client: Heard, server: Heard): void {
    const known = this.#talks.get(client);
    if (known !== undefined) this.#talks.set(server, { talk: known.talk, side: 'answers' });
  }

  said(end: Heard, bytes: Buffer, carried: number): void {
    const known = this.#talks.get(end);
    if (known === undefined) return;
    const { talk, side } = known;
    const voice = talk[side];
    if (!voice.isLost) voice.carried += carried;
    voice.isLost ||= carried < bytes.length;
    this.#understand(end, talk, side, talk.overheard.hear(side, bytes));
    // What a person types, and what is answered, may have no end of its own: each is written at once.
    if (!talk.overheard.isSession) {
      this.#understand(end, talk, side, talk.overheard.quiet(side));
    }
    if (voice.isLost) this.#drop(voice, voice.carried, 'it was swallowed on its way');
  }

  heard(end: Heard, bytes: number): void {
    const voice = this.#voiceTo(end);
    if (voice === undefined) return;
    voice.taken += bytes;
    while ((voice.underWay[0]?.endsAt ?? Number.POSITIVE_INFINITY) <= voice.taken) {
      const message = voice.underWay.shift()?.n ?? 0;
      this.#writer.write({ kind: 'arrived', message });
    }
  }

  /** What is still under way there finds nobody. */
  closed(end: Heard): void {
    const voice = this.#voiceTo(end);
    if (voice !== undefined) this.#drop(voice, 0, 'its connection was closed before');
  }

  #voiceTo(end: Heard): Voice | undefined {
    const known = this.#talks.get(end);
    if (known === undefined) return undefined;
    return known.side === 'asks' ? known.talk.answers : known.talk.asks;
  }

  #understand(end: Heard, talk: Talk, side: Side, pieces: readonly Piece[]): void {
    const voice = talk[side];
    for (const { bytes, shown } of pieces) {
      voice.understood += bytes.length;
      if (shown === null) continue;
      const n = this.#writer.write({
        kind: 'message',
        from: this.#writer.nameOf(end.host),
        to: this.#writer.nameOf(end.peerHost),
        connection: talk.name,
        ...{ verb: shown.verb, ...this.#about(talk, shown) },
        ...{ bytes: shown.bytes, head: shown.head },
      });
      voice.underWay.push({ n, endsAt: voice.understood });
    }
  }

  #about(talk: Talk, { verb, fields }: Shown): { readonly commit?: string; readonly run?: string } {
    const { run: named, log, commit: told } = fields;
    const run =
      typeof named === 'string' ? named : typeof log === 'string' ? log.split('.')[0] : undefined;
    if (typeof told === 'string' && run !== undefined) this.#commits.set(run, told);
    const ofRun = run === undefined ? undefined : this.#commits.get(run);
    if (typeof told === 'string') talk.commit = told;
    const asked = verb === 'reply' ? talk.commit : undefined;
    const commit = typeof told === 'string' ? told : (ofRun ?? asked);
    return { ...(commit !== undefined && { commit }), ...(run !== undefined && { run }) };
  }

  #drop(voice: Voice, beyond: number, says: string): void {
    const lost = voice.underWay.filter(({ endsAt }) => endsAt > beyond);
    if (lost.length === 0) return;
    voice.underWay.splice(voice.underWay.length - lost.length);
    for (const { n } of lost) this.#writer.write({ kind: 'dropped', message: n, says });
  }
}

function aVoice(): Voice {
  return { understood: 0, carried: 0, taken: 0, isLost: false, underWay: [] };
}
