/**
 * Owns who is there: runners by session or classic address, observers and spectators. Never journaled:
 * after a restart everybody introduces themselves again.
 * Invariants: a runner is given no more runs than its capacity; whatever changes whether it is free, or
 * rests, is a method here, so that those that are can always be found at once.
 */

import type { Address } from '../../protocol/address.js';
import type { Hello, OfferBody } from '../../protocol/bodies.js';
import type { RunId, SessionId } from '../../protocol/ids.js';
import { FreeRunners } from './free-runners.js';
import { Heartbeats } from './heartbeats.js';
import type { Observer, Peer, PeerKey, Runner, Spectator } from './peers.js';
import { backoffMs } from './rules.js';
import { demandMet, offerOf, repositoriesOf } from './shape.js';

export class Pool {
  readonly free = new FreeRunners();
  readonly heartbeats = new Heartbeats();
  readonly #peers = new Map<PeerKey, Peer>();
  readonly #observers = new Map<PeerKey, Observer>();
  readonly #named = new Map<string, Peer>();
  readonly #holders = new Map<RunId, Runner>();
  readonly #paused = new Set<string>();
  #registrations = 0;

  joinSession(session: SessionId, hello: Hello): Peer {
    const { process, repository, labels, capacity, knows } = hello;
    const name = this.#nameFor(hello);
    const common = { key: session, name, process, repository, ...this.heartbeats.first() };
    const peer: Peer =
      hello.role !== 'runner'
        ? { ...common, role: hello.role, session }
        : {
            ...common,
            ...idle(),
            role: 'runner',
            via: { kind: 'session', session },
            offer: offerOf({
              ...{ repositories: repositoriesOf(hello), labels, knows: demandMet(knows) },
            }),
            capacity,
            rests: knows.includes('rests'),
          };
    return this.#add(peer);
  }

  /** Instead of whoever was there before. `isHere`: it has just registered; else it is looked for. */
  joinClassic(key: PeerKey, name: string, address: Address, isHere: boolean): Runner {
    this.leave(key);
    this.#registrations += 1;
    return this.#add({
      key,
      name,
      repository: null,
      ...this.heartbeats.first(),
      ...idle(),
      role: 'runner',
      via: { kind: 'classic', address, registration: this.#registrations },
      offer: offerOf({ repositories: new Set(), labels: [], knows: 'nothing' }),
      capacity: 1,
      rests: false,
      reconnects: isHere ? null : 0,
    });
  }

  /** Its runs were released before. */
  leave(key: PeerKey): void {
    const peer = this.#peers.get(key);
    if (peer === undefined) return;
    this.#peers.delete(key);
    this.#observers.delete(key);
    this.heartbeats.leave(peer);
    if (this.#named.get(peer.name) === peer) this.#named.delete(peer.name);
    if (peer.role === 'runner') this.drain(peer);
  }

  get(key: PeerKey): Peer | undefined {
    return this.#peers.get(key);
  }

  runner(key: PeerKey): Runner | undefined {
    const peer = this.#peers.get(key);
    return peer?.role === 'runner' ? peer : undefined;
  }

  /** Whether a runner that is called so is here. */
  isHere(name: string): boolean {
    const peer = this.#named.get(name);
    return peer?.role === 'runner' && peer.reconnects === null;
  }

  holderOf(run: RunId): Runner | undefined {
    return this.#holders.get(run);
  }

  get classicCount(): number {
    return this.all().filter((peer) => peer.role === 'runner' && peer.via.kind === 'classic')
      .length;
  }

  all(): Peer[] {
    return [...this.#peers.values()];
  }

  /** Those that are here; a classic runner that went away is not. */
  runners(): Runner[] {
    const here: Runner[] = [];
    for (const peer of this.#peers.values()) {
      if (peer.role === 'runner' && peer.reconnects === null) here.push(peer);
    }
    return here;
  }

  observers(): Observer[] {
    return [...this.#observers.values()];
  }

  spectators(): Spectator[] {
    return this.all().filter((peer): peer is Spectator => peer.role === 'spectator');
  }

  /** `confirmedBy`: the pong that shows that the runner has it; null where it has shown that. */
  take(runner: Runner, run: RunId, confirmedBy: number | null): void {
    runner.runs.add(run);
    // As long as it rested its silence meant nothing.
    this.heartbeats.hear(runner);
    this.heartbeats.place(runner);
    if (confirmedBy !== null) runner.unconfirmed.set(run, confirmedBy);
    this.#holders.set(run, runner);
    this.free.place(runner);
  }

  release(runner: Runner, run: RunId): void {
    if (!runner.runs.delete(run)) return;
    runner.unconfirmed.delete(run);
    this.#holders.delete(run);
    this.heartbeats.place(runner);
    this.free.place(runner);
  }

  /** It is given nothing more. */
  drain(runner: Runner): void {
    runner.draining = true;
    this.free.place(runner);
  }

  /** Whoever is called so is given nothing more, or is again. */
  pause(name: string, isPaused: boolean): void {
    if (isPaused) this.#paused.add(name);
    else this.#paused.delete(name);
    for (const peer of this.#peers.values()) {
      if (peer.role !== 'runner' || peer.name !== name) continue;
      peer.paused = isPaused;
      this.free.place(peer);
    }
  }

  /**
   * It offers something else: answers false where it is the same. With less capacity than runs it is
   * given nothing until there is room.
   */
  renew(runner: Runner, { capacity, labels }: OfferBody): boolean {
    const { repositories, knows } = runner.offer;
    const offer = offerOf({ repositories, labels, knows });
    if (capacity === runner.capacity && offer.key === runner.offer.key) return false;
    runner.capacity = capacity;
    runner.offer = offer;
    this.free.place(runner);
    return true;
  }

  /** It is left alone for a while, and for longer each time in a row. */
  backOff(runner: Runner, nowMs: number): void {
    runner.refusals += 1;
    runner.backsOffUntilMs = nowMs + backoffMs(runner.refusals);
    this.free.place(runner);
  }

  /** Of classic ones: it is looked for from now on, or it is here again. */
  setReconnects(runner: Runner, reconnects: number | null): void {
    runner.reconnects = reconnects;
    this.free.place(runner);
  }

  #add<P extends Peer>(peer: P): P {
    this.#peers.set(peer.key, peer);
    this.#named.set(peer.name, peer);
    this.heartbeats.place(peer);
    if (peer.role === 'observer') this.#observers.set(peer.key, peer);
    if (peer.role === 'runner') {
      peer.paused = this.#paused.has(peer.name);
      this.free.place(peer);
    }
    return peer;
  }

  /** Its former session may not have been heard to end: a process keeps its name. */
  #nameFor({ name: wanted, process }: Hello): string {
    for (let number = 1; ; number += 1) {
      const name = number === 1 ? wanted : `${wanted}-${number}`;
      const other = this.#named.get(name)?.process;
      if (other === undefined || process === undefined || other === process) return name;
    }
  }
}

function idle() {
  return {
    runs: new Set<RunId>(),
    unconfirmed: new Map<RunId, number>(),
    draining: false,
    paused: false,
    backsOffUntilMs: 0,
    refusals: 0,
    reconnects: null,
  };
}
