/**
 * Owns the simulated network: hosts, who listens where, what lies between two of them.
 * Never touches a byte; a connection's two ends do.
 */

import type { Address } from '../../src/protocol/address.js';
import type { Connection, ConnectionHandler, Listener, Network } from '../../src/world/network.js';
import { End, type Hub, tcpPatienceMs } from './end.js';
import type { Life } from './life.js';
import type { Random } from './random.js';
import type { Timeline } from './timeline.js';
import type { NetworkFaults } from './way.js';
import type { Ears } from './wire-record.js';

export const noFaults: NetworkFaults = {
  refused: 0,
  sliced: 0,
  cut: 0,
  halfOpen: 0,
  stalled: 0,
  stallMs: 0,
  latencyMsMax: 2,
};

export class SimulatedNetwork implements Hub {
  faults: NetworkFaults = { ...noFaults };
  /** Every connection end that is not closed. */
  readonly ends = new Set<End>();
  /** Hosts whose machines take little at once. */
  readonly narrow = new Set<string>();
  readonly timeline: Timeline;
  readonly random: Random;
  /** Counts a fault that happened. */
  readonly suffered: (fault: string) => void;
  /** Who writes down what is said; null where nobody does. */
  readonly ears: Ears | null;
  readonly #listeners = new Map<string, { life: Life; accept: Accept }>();
  readonly #parted = new Map<string, number>();
  #ports = 40_000;

  constructor(
    timeline: Timeline,
    random: Random,
    suffered: (fault: string) => void,
    ears: Ears | null = null,
  ) {
    this.timeline = timeline;
    this.random = random;
    this.suffered = suffered;
    this.ears = ears;
  }

  /** As a process on that host sees it. */
  seenBy(life: Life, host: string): Network {
    return {
      listen: (address, accept) => this.#listen(life, { ...address, host }, accept),
      connect: (address, handle) => this.#connect(life, host, address, handle),
    };
  }

  /** Nothing passes between two hosts for so long; what was sent meanwhile arrives after. */
  part(one: string, other: string, forMs: number): void {
    this.#parted.set(pair(one, other), this.timeline.nowMs + forMs);
  }

  /** That machine sleeps for so long: nothing reaches it, and it says nothing. */
  sleep(host: string, others: readonly string[], forMs: number): void {
    for (const other of others) if (other !== host) this.part(host, other, forMs);
  }

  /** What is said to that machine, and by it, arrives so much later. */
  holdUp(host: string, forMs: number): void {
    for (const end of this.ends) {
      if (end.host === host || end.peerHost === host) end.holdUp(forMs);
    }
  }

  /** That machine is off: no end of its connections says goodbye. */
  cutPower(host: string): void {
    for (const end of [...this.ends]) if (end.host === host) end.fallSilent();
  }

  /** All partitions are over. */
  heal(): void {
    this.faults = { ...noFaults };
    this.#parted.clear();
  }

  /** Milliseconds until something sent now would arrive. */
  travelMs(from: string, to: string): number {
    const { latencyMsMax, stalled, stallMs } = this.faults;
    let travelMs = this.random.between(0, latencyMsMax);
    if (this.random.perMille(stalled)) {
      this.suffered('delayed');
      travelMs += this.random.between(1, stallMs);
    }
    const partedMs = (this.#parted.get(pair(from, to)) ?? 0) - this.timeline.nowMs;
    return Math.max(0, partedMs) + travelMs;
  }

  isParted(from: string, to: string): boolean {
    return (this.#parted.get(pair(from, to)) ?? 0) > this.timeline.nowMs;
  }

  #listen(life: Life, { host, port }: Address, accept: Accept): Promise<Listener> {
    return new Promise((resolve, reject) => {
      const bound = port === 0 ? this.#freePort() : port;
      const key = `${host}:${bound}`;
      if (this.#listeners.has(key)) {
        reject(Object.assign(new Error(`${key} is in use`), { code: 'EADDRINUSE' }));
        return;
      }
      if (!life.step()) return;
      const entry = { life, accept };
      const close = () => {
        if (this.#listeners.get(key) === entry) this.#listeners.delete(key);
      };
      this.#listeners.set(key, entry);
      life.whenDead(close);
      resolve({ address: { host, port: bound }, close });
    });
  }

  #connect(life: Life, host: string, to: Address, handle: ConnectionHandler): Connection {
    const client = new End(this, life, host, to.host);
    this.ears?.dialled(client);
    client.handler = handle;
    if (!life.step()) return client;
    // The kernel itself says no: nothing of the other process's is needed for that.
    const refuse = (reason: string) => client.close(reason);
    if (this.isParted(host, to.host)) {
      this.timeline.after(tcpPatienceMs, () => {
        if (client.peer === null) refuse('failed (ETIMEDOUT)');
      });
    }
    this.timeline.after(this.travelMs(host, to.host), () => {
      if (client.isClosed) return;
      const listener = this.#listeners.get(`${to.host}:${to.port}`);
      if (listener === undefined) return refuse('refused the connection');
      if (this.random.perMille(this.faults.refused)) {
        this.suffered('refused');
        return refuse('refused the connection');
      }
      const isSliced = this.random.perMille(this.faults.sliced);
      if (isSliced) this.suffered('sliced');
      const server = new End(this, listener.life, to.host, host);
      server.remoteHost = host;
      client.join(server, isSliced);
      this.ears?.joined(client, server);
      // The kernel accepts, and keeps what the client sends, however long its process stands still.
      if (listener.life.isFrozen) this.suffered('waited in the backlog');
      listener.life.hear(() => {
        if (!server.isClosed) server.handler = listener.accept(server);
      });
      this.timeline.after(this.travelMs(to.host, host), () => client.open(to.host));
    });
    return client;
  }

  #freePort(): number {
    this.#ports += 1;
    return this.#ports;
  }
}

type Accept = (connection: Connection) => ConnectionHandler;

function pair(one: string, other: string): string {
  return one < other ? `${one} ${other}` : `${other} ${one}`;
}
