/**
 * Owns by which name each end of a message goes in the record: as the pool calls who is in it, and
 * `visitor` for whoever asks something over a connection of its own; those who ask at the same time
 * are told apart.
 */

import { isIP } from 'node:net';
import { calledAt } from '../core/classic.js';
import type { Job } from '../core/job.js';
import type { Tapped } from './publication.js';

/** What is looked up of those who are there. */
export interface Known {
  /** What the pool calls it. */
  readonly peerCalled: (key: string) => string | undefined;
  readonly jobOfRun: (run: string) => Job | undefined;
  /** The runner that has the classic run of that commit. */
  readonly classicRunnerOf: (commit: string) => string | undefined;
}

/** Told apart; further ones share the last line. */
const visitorsMax = 8;

/** Requests whose answer is awaited; who leaves without one is forgotten by and by. */
const askingMax = 1_000;

/** Their answer goes on as long as somebody reads, and is not in the record. */
const streamed = ['log', 'wire', 'hello'];

interface Asking {
  readonly name: string;
  readonly commit: string | undefined;
}

export class WireNames {
  readonly #known: Known;
  /** By connection. */
  readonly #asking = new Map<string, Asking>();
  /** By place: whose it is. */
  readonly #visitors: string[] = [];

  constructor(known: Known) {
    this.#known = known;
  }

  /** Who is at the other end. */
  peerOf(tapped: Tapped): string {
    const { connection, peer, direction } = tapped;
    const inPool = this.#known.peerCalled(connection) ?? this.#known.peerCalled(`classic ${peer}`);
    if (inPool !== undefined) return inPool;
    // A session's first words are said before the pool has it.
    if (connection.startsWith('s') || connection.startsWith('dialled')) return peer;
    return direction === 'in' ? this.#asks(tapped) : this.#isAnswered(tapped);
  }

  /** Which commit it is about, as far as that is known. */
  commitOf({ connection, fields }: Tapped): string | undefined {
    const { commit } = fields;
    if (typeof commit === 'string') return commit;
    const run = runOf(fields);
    const ofRun = run === undefined ? undefined : this.#known.jobOfRun(run)?.commit;
    return ofRun ?? this.#asking.get(connection)?.commit;
  }

  #asks(tapped: Tapped): string {
    const { connection, verb, fields } = tapped;
    const known = this.#asking.get(connection)?.name;
    const name = nameIn(tapped, this.#known) ?? known ?? this.#visitor(connection);
    if (streamed.includes(verb)) this.#forget(connection);
    else {
      const commit = typeof fields['commit'] === 'string' ? fields['commit'] : undefined;
      this.#asking.set(connection, { name, commit });
      const [oldest] = this.#asking.keys();
      if (this.#asking.size > askingMax && oldest !== undefined) this.#forget(oldest);
    }
    return name;
  }

  #isAnswered({ connection }: Tapped): string {
    const name = this.#asking.get(connection)?.name ?? 'visitor';
    this.#forget(connection);
    return name;
  }

  #visitor(connection: string): string {
    const free = this.#visitors.indexOf('');
    const place = Math.min(free < 0 ? this.#visitors.length : free, visitorsMax - 1);
    this.#visitors[place] = connection;
    return place === 0 ? 'visitor' : `visitor ${place + 1}`;
  }

  #forget(connection: string): void {
    this.#asking.delete(connection);
    const place = this.#visitors.indexOf(connection);
    if (place >= 0) this.#visitors[place] = '';
  }
}

export function runOf({ run, log }: Tapped['fields']): string | undefined {
  if (typeof run === 'string') return run;
  return typeof log === 'string' ? log.split('.')[0] : undefined;
}

/** Of those who introduce themselves, and of classic runners, which come over ever new connections. */
function nameIn({ verb, fields, peer }: Tapped, known: Known): string | undefined {
  const { host, port, commit } = fields;
  if (verb === 'hello') return isIP(peer) === 0 ? peer : undefined;
  if (verb === 'register' && typeof host === 'string' && typeof port === 'number') {
    return calledAt({ host, port });
  }
  const isResult = (verb === 'results' || verb === 'result') && typeof commit === 'string';
  return isResult ? known.classicRunnerOf(commit) : undefined;
}
