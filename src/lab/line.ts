/**
 * Owns what lies between a process and the dispatcher: a proxy on loopback that overhears all that passes,
 * and can cut, delay, slice, swallow and hold it. Never listens beyond loopback.
 * What was swallowed is gone for good: connections with such a gap end when the line is mended.
 */

import { once } from 'node:events';
import * as net from 'node:net';
import { Overheard } from '../protocol/overheard.js';
import type { HeldMessage, LineState } from '../record/lab.js';
import { headBytesMax } from '../record/record.js';
import type { Clock } from '../world/clock.js';
import type { Chronicle } from './chronicle.js';
import { Way } from './way.js';

interface Pair {
  readonly sockets: readonly [net.Socket, net.Socket];
  readonly ways: readonly [Way, Way];
}

/** Who opens connections, to whom, and where that one listens by now. */
export interface Door {
  readonly from: string;
  readonly to: string;
  readonly target: () => number;
}

export class Line {
  readonly process: string;
  readonly #chronicle: Chronicle;
  readonly #clock: Clock;
  readonly #servers: net.Server[] = [];
  readonly #pairs = new Set<Pair>();
  #state: LineState = 'clear';
  #connections = 0;

  constructor(process: string, chronicle: Chronicle, clock: Clock) {
    this.process = process;
    this.#chronicle = chronicle;
    this.#clock = clock;
  }

  get state(): LineState {
    return this.#state;
  }

  /** Oldest first. */
  get held(): HeldMessage[] {
    if (this.#state !== 'hold') return [];
    const all = [...this.#pairs].flatMap(({ ways }) => ways.flatMap((way) => way.held));
    return all.sort((one, other) => one.id - other.id);
  }

  /** Listens on any free port, which it answers, for connections of that kind. */
  async open(door: Door): Promise<number> {
    const server = net.createServer({ allowHalfOpen: true, noDelay: true });
    server.on('connection', (socket) => this.#connect(socket, door));
    server.listen(0, '127.0.0.1');
    await once(server, 'listening');
    this.#servers.push(server);
    return (server.address() as net.AddressInfo).port;
  }

  set(state: LineState): void {
    const wasDeaf = this.#state === 'swallow' && state !== 'swallow';
    this.#state = state;
    for (const pair of this.#pairs) {
      const hasGap = pair.ways.some((way) => way.hasGap);
      if (wasDeaf && hasGap) this.#end(pair, 'its line was mended too late for it');
      else for (const way of pair.ways) way.changed();
    }
  }

  /** Ends every connection at once, with whatever was under way. */
  cut(): void {
    for (const pair of this.#pairs) this.#end(pair, 'its line was cut');
  }

  /** The message of that number, or the one that is held longest; false: it is not the next of its direction. */
  deliver(id: number | undefined): boolean {
    const ways = [...this.#pairs].flatMap((pair) => pair.ways);
    const wanted = id ?? this.held[0]?.id;
    const way = ways.find(({ held: [first] }) => first !== undefined && first.id === wanted);
    way?.deliver();
    return way !== undefined;
  }

  close(): void {
    this.cut();
    for (const server of this.#servers) server.close();
  }

  #connect(client: net.Socket, { from, to, target }: Door): void {
    const server = net.connect({ port: target(), host: '127.0.0.1', allowHalfOpen: true });
    server.setNoDelay(true);
    this.#connections += 1;
    const connection = `${this.process}#${this.#connections}`;
    const heard = new Overheard(headBytesMax);
    const about = {
      ...{ state: () => this.#state, chronicle: this.#chronicle, clock: this.#clock },
    };
    const asks = { source: client, sink: server, from, to, connection };
    const answers = { source: server, sink: client, from: to, to: from, connection };
    const ways = [
      new Way(asks, [heard, 'asks'], about),
      new Way(answers, [heard, 'answers'], about),
    ] as const;
    const pair: Pair = { sockets: [client, server], ways };
    this.#pairs.add(pair);
    // What a closed one was still to get never arrives; what it has sent still does.
    client.on('close', () => this.#closed(pair, ways[1]));
    server.on('close', () => this.#closed(pair, ways[0]));
  }

  #closed(pair: Pair, toIt: Way): void {
    toIt.close('nobody is there any more');
    if (pair.sockets.every((socket) => socket.destroyed)) this.#pairs.delete(pair);
  }

  #end(pair: Pair, says: string): void {
    this.#pairs.delete(pair);
    for (const way of pair.ways) way.close(says);
    for (const socket of pair.sockets) socket.resetAndDestroy();
  }
}
