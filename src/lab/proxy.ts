/**
 * Owns the line between a process and the dispatcher, as the page calls it: a proxy on loopback that overhears
 * all that passes, and can cut, delay, slice, swallow and hold it. Never listens beyond loopback.
 * What was swallowed is gone for good: connections with such a gap end when the line is mended.
 */

import { once } from 'node:events';
import * as net from 'node:net';
import { Overheard } from '../protocol/overheard.js';
import type { HeldMessage, LineState } from '../record/lab.js';
import { headBytesMax } from '../record/record.js';
import type { Clock } from '../world/clock.js';
import { ProxiedDirection } from './proxied-direction.js';
import type { LabRecorder } from './recorder.js';

interface ProxiedConnection {
  readonly sockets: readonly [net.Socket, net.Socket];
  readonly directions: readonly [ProxiedDirection, ProxiedDirection];
}

/** Who opens connections, to whom, and where that one listens by now. */
export interface Route {
  readonly from: string;
  readonly to: string;
  readonly target: () => number;
}

export class WireProxy {
  readonly process: string;
  readonly #recorder: LabRecorder;
  readonly #clock: Clock;
  readonly #servers: net.Server[] = [];
  readonly #connections = new Set<ProxiedConnection>();
  #state: LineState = 'clear';
  #opened = 0;

  constructor(process: string, recorder: LabRecorder, clock: Clock) {
    this.process = process;
    this.#recorder = recorder;
    this.#clock = clock;
  }

  get state(): LineState {
    return this.#state;
  }

  /** Oldest first. */
  get held(): HeldMessage[] {
    if (this.#state !== 'hold') return [];
    const all = [...this.#connections].flatMap(({ directions }) =>
      directions.flatMap((direction) => direction.held),
    );
    return all.sort((one, other) => one.id - other.id);
  }

  /** Listens on any free port, which it answers, for connections of that kind. */
  async open(route: Route): Promise<number> {
    const server = net.createServer({ allowHalfOpen: true, noDelay: true });
    server.on('connection', (socket) => this.#connect(socket, route));
    server.listen(0, '127.0.0.1');
    await once(server, 'listening');
    this.#servers.push(server);
    return (server.address() as net.AddressInfo).port;
  }

  set(state: LineState): void {
    const wasDeaf = this.#state === 'swallow' && state !== 'swallow';
    this.#state = state;
    for (const proxied of this.#connections) {
      const hasGap = proxied.directions.some((direction) => direction.hasGap);
      if (wasDeaf && hasGap) this.#end(proxied, 'its line was mended too late for it');
      else for (const direction of proxied.directions) direction.changed();
    }
  }

  /** Ends every connection at once, with whatever was under direction. */
  cut(): void {
    for (const proxied of this.#connections) this.#end(proxied, 'its line was cut');
  }

  /** The message of that number, or the one that is held longest; false: it is not the next of its direction. */
  deliver(id: number | undefined): boolean {
    const directions = [...this.#connections].flatMap((proxied) => proxied.directions);
    const wanted = id ?? this.held[0]?.id;
    const direction = directions.find(
      ({ held: [first] }) => first !== undefined && first.id === wanted,
    );
    direction?.deliver();
    return direction !== undefined;
  }

  close(): void {
    this.cut();
    for (const server of this.#servers) server.close();
  }

  #connect(client: net.Socket, { from, to, target }: Route): void {
    const server = net.connect({ port: target(), host: '127.0.0.1', allowHalfOpen: true });
    server.setNoDelay(true);
    this.#opened += 1;
    const connection = `${this.process}#${this.#opened}`;
    const heard = new Overheard(headBytesMax);
    const about = {
      ...{ state: () => this.#state, recorder: this.#recorder, clock: this.#clock },
    };
    const asks = { source: client, sink: server, from, to, connection };
    const answers = { source: server, sink: client, from: to, to: from, connection };
    const directions = [
      new ProxiedDirection(asks, [heard, 'asks'], about),
      new ProxiedDirection(answers, [heard, 'answers'], about),
    ] as const;
    const proxied: ProxiedConnection = { sockets: [client, server], directions };
    this.#connections.add(proxied);
    // What a closed one was still to get never arrives; what it has sent still does.
    client.on('close', () => this.#closed(proxied, directions[1]));
    server.on('close', () => this.#closed(proxied, directions[0]));
  }

  #closed(proxied: ProxiedConnection, toIt: ProxiedDirection): void {
    toIt.close('nobody is there any more');
    if (proxied.sockets.every((socket) => socket.destroyed)) this.#connections.delete(proxied);
  }

  #end(proxied: ProxiedConnection, says: string): void {
    this.#connections.delete(proxied);
    for (const direction of proxied.directions) direction.close(says);
    for (const socket of proxied.sockets) socket.resetAndDestroy();
  }
}
