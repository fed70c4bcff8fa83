/**
 * Owns the state of each process of the lab, as a strip along its line shows: what the lab itself does to it
 * counts more than what the dispatcher thinks of it. Pure.
 */

import type { ProcessState } from '../record/record.js';

export type Role = 'dispatcher' | 'runner' | 'observer';

interface Known {
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

export class ProcessStates {
  readonly #all = new Map<string, Known>();

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

  setLife(name: string, life: Known['life']): void {
    const known = this.#all.get(name);
    if (known === undefined) return;
    known.life = life;
    if (life !== 'dead') return;
    Object.assign(known, {
      ...{ isKnown: false, wasKnown: false, isDraining: false, pings: 0, isSilent: false },
    });
    known.runs.clear();
  }

  joined(name: string, isKnown: boolean): void {
    const known = this.#all.get(name);
    if (known === undefined) return;
    Object.assign(known, { isKnown, isSilent: false, pings: 0 });
    known.wasKnown ||= isKnown;
  }

  drains(name: string): void {
    const known = this.#all.get(name);
    if (known !== undefined) known.isDraining = true;
  }

  takes(name: string, run: string): void {
    for (const known of this.#all.values()) known.runs.delete(run);
    this.#all.get(name)?.runs.add(run);
  }

  /** That run is over, wherever it was. */
  ends(run: string): void {
    for (const known of this.#all.values()) known.runs.delete(run);
  }

  /** True: it has not answered the ping before, and this was not known. */
  isPinged(name: string): boolean {
    const known = this.#all.get(name);
    if (known === undefined) return false;
    known.pings += 1;
    if (known.pings < 2 || known.isSilent) return false;
    known.isSilent = true;
    return true;
  }

  /** True: it was silent. */
  isHeard(name: string): boolean {
    const known = this.#all.get(name);
    if (known === undefined) return false;
    const wasSilent = known.isSilent;
    Object.assign(known, { pings: 0, isSilent: false });
    return wasSilent;
  }

  stateOf(name: string): ProcessState | undefined {
    const known = this.#all.get(name);
    if (known === undefined) return undefined;
    if (known.life !== 'running') return known.life;
    if (known.role === 'dispatcher') return known.isDraining ? 'draining' : 'idle';
    // It lives, and the dispatcher knows nothing of that any more.
    if (known.isSilent || (known.wasKnown && !known.isKnown)) return 'silent';
    if (known.isDraining) return 'draining';
    return known.runs.size > 0 ? 'busy' : 'idle';
  }
}
