/**
 * Owns how each process of the lab is, as a strip along its line shows: what the lab itself does to it
 * counts more than what the dispatcher thinks of it. Pure.
 */

import type { ProcessState } from '../record/record.js';

export type Role = 'dispatcher' | 'runner' | 'observer';

interface One {
  readonly role: Role;
  life: 'running' | 'frozen' | 'dead';
  /** Whether the dispatcher has it in its pool. */
  isKnown: boolean;
  /** Or had it, since it was started. */
  wasKnown: boolean;
  isDraining: boolean;
  /** Pings since it was last heard. */
  pings: number;
  isSilent: boolean;
  readonly runs: Set<string>;
}

export class Standing {
  readonly #all = new Map<string, One>();

  add(name: string, role: Role): void {
    const nothing = {
      isKnown: false,
      wasKnown: false,
      isDraining: false,
      pings: 0,
      isSilent: false,
    };
    this.#all.set(name, { role, life: 'dead', ...nothing, runs: new Set() });
  }

  clear(): void {
    this.#all.clear();
  }

  roleOf(name: string): Role | undefined {
    return this.#all.get(name)?.role;
  }

  lives(name: string, life: One['life']): void {
    const one = this.#all.get(name);
    if (one === undefined) return;
    one.life = life;
    if (life !== 'dead') return;
    Object.assign(one, {
      ...{ isKnown: false, wasKnown: false, isDraining: false, pings: 0, isSilent: false },
    });
    one.runs.clear();
  }

  joined(name: string, isKnown: boolean): void {
    const one = this.#all.get(name);
    if (one === undefined) return;
    Object.assign(one, { isKnown, isSilent: false, pings: 0 });
    one.wasKnown ||= isKnown;
  }

  drains(name: string): void {
    const one = this.#all.get(name);
    if (one !== undefined) one.isDraining = true;
  }

  takes(name: string, run: string): void {
    for (const one of this.#all.values()) one.runs.delete(run);
    this.#all.get(name)?.runs.add(run);
  }

  /** That run is over, wherever it was. */
  ends(run: string): void {
    for (const one of this.#all.values()) one.runs.delete(run);
  }

  /** True: it has not answered the ping before, and this was not known. */
  isPinged(name: string): boolean {
    const one = this.#all.get(name);
    if (one === undefined) return false;
    one.pings += 1;
    if (one.pings < 2 || one.isSilent) return false;
    one.isSilent = true;
    return true;
  }

  /** True: it was silent. */
  isHeard(name: string): boolean {
    const one = this.#all.get(name);
    if (one === undefined) return false;
    const wasSilent = one.isSilent;
    Object.assign(one, { pings: 0, isSilent: false });
    return wasSilent;
  }

  stateOf(name: string): ProcessState | undefined {
    const one = this.#all.get(name);
    if (one === undefined) return undefined;
    if (one.life !== 'running') return one.life;
    if (one.role === 'dispatcher') return one.isDraining ? 'draining' : 'idle';
    // It lives, and the dispatcher knows nothing of that any more.
    if (one.isSilent || (one.wasKnown && !one.isKnown)) return 'silent';
    if (one.isDraining) return 'draining';
    return one.runs.size > 0 ? 'busy' : 'idle';
  }
}
