/**
 * Owns the state of each process, as a strip along its line shows, and what turns one into another. The
 * dispatcher's record and the lab's both keep it: a dispatcher sees who joins and leaves its pool, a lab also
 * whom it has frozen or killed, which counts more than what the dispatcher thinks of that one. Pure.
 * Invariant: a run is in the hands of one process at most.
 *
 *   dead, frozen   whatever else is known of it
 *   silent         its pings stay unanswered, or it lives and has left the pool
 *   draining       it takes nothing new
 *   busy, idle     with runs in hand, without
 */

import type { ProcessRole, ProcessState } from './record.js';

/** What is known of a process by whoever has started it. */
export type Life = 'running' | 'frozen' | 'dead';

interface Known {
  readonly role: ProcessRole;
  life: Life;
  /** Whether the dispatcher has it in its pool, or had it since it was started. */
  pool: 'never' | 'joined' | 'left';
  isDraining: boolean;
  /** It was asked whether it is there, and nothing was heard of it since. */
  isAsked: boolean;
  isSilent: boolean;
  readonly runs: Set<string>;
}

const nothing = { pool: 'never', isDraining: false, isAsked: false, isSilent: false } as const;

export class ProcessStates {
  readonly #known = new Map<string, Known>();
  /** Who has each run. */
  readonly #holders = new Map<string, Known>();

  add(name: string, role: ProcessRole, life: Life = 'running'): void {
    this.remove(name);
    this.#known.set(name, { role, life, ...nothing, runs: new Set() });
  }

  remove(name: string): void {
    const process = this.#known.get(name);
    if (process !== undefined) this.#letGo(process);
    this.#known.delete(name);
  }

  clear(): void {
    this.#known.clear();
    this.#holders.clear();
  }

  roleOf(name: string): ProcessRole | undefined {
    return this.#known.get(name)?.role;
  }

  /** It was started, frozen, thawed or killed. */
  setLife(name: string, life: Life): void {
    const process = this.#known.get(name);
    if (process === undefined) return;
    process.life = life;
    if (life !== 'dead') return;
    Object.assign(process, nothing);
    this.#letGo(process);
  }

  /** It is in the dispatcher's pool. */
  joined(name: string): void {
    const process = this.#known.get(name);
    if (process !== undefined) Object.assign(process, { ...nothing, pool: 'joined' });
  }

  /** It is not any more. Of one that has died and was started again, this is told late. */
  left(name: string): void {
    const process = this.#known.get(name);
    if (process === undefined) return;
    const pool = process.pool === 'never' ? 'never' : 'left';
    Object.assign(process, { ...nothing, pool });
  }

  drains(name: string): void {
    const process = this.#known.get(name);
    if (process !== undefined) process.isDraining = true;
  }

  takes(name: string, run: string): void {
    this.ends(run);
    const process = this.#known.get(name);
    if (process === undefined) return;
    process.runs.add(run);
    this.#holders.set(run, process);
  }

  /** That run is over, wherever it was. */
  ends(run: string): void {
    this.#holders.get(run)?.runs.delete(run);
    this.#holders.delete(run);
  }

  /** A ping goes to it. True: it has not answered the one before, which was not known. */
  asked(name: string): boolean {
    const process = this.#known.get(name);
    if (process === undefined) return false;
    const isNews = process.isAsked && !process.isSilent;
    process.isAsked = true;
    process.isSilent ||= isNews;
    return isNews;
  }

  /** Something came from it. True: it was silent. */
  heard(name: string): boolean {
    const process = this.#known.get(name);
    if (process === undefined) return false;
    const wasSilent = process.isSilent;
    Object.assign(process, { isAsked: false, isSilent: false });
    return wasSilent;
  }

  /** Undefined: nothing is known of it. */
  stateOf(name: string): ProcessState | undefined {
    const process = this.#known.get(name);
    if (process === undefined) return undefined;
    if (process.life !== 'running') return process.life;
    if (process.isSilent || process.pool === 'left') return 'silent';
    if (process.isDraining) return 'draining';
    return process.runs.size > 0 ? 'busy' : 'idle';
  }

  #letGo(process: Known): void {
    for (const run of process.runs) this.#holders.delete(run);
    process.runs.clear();
  }
}
