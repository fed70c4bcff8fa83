/**
 * Owns the secrets while the dispatcher lives: few and small, opened at the start and held in memory,
 * so that no run waits for them. On disk they are sealed, and their key lies elsewhere (key-file.ts).
 * Invariants: what it holds is on disk; and whatever happens to the key, nothing that we do makes a
 * sealed value harder to open, and the dispatcher goes on.
 */

import { secretsMax } from '../../protocol/limits.js';
import { UsageError } from '../../world/exit.js';
import type { Tell } from '../../world/story.js';
import { isForWaiting } from '../store/no-room.js';
import type { SealedSecret, SealedSecrets } from '../store/sealed.js';
import type { KeyFile } from './key-file.js';
import type { Scope } from './scope.js';
import { seal, unseal } from './sealing.js';

/** A secret as it is held. */
export interface Held extends Scope {
  /** Null: it cannot be opened. */
  readonly value: string | null;
}

type Which = Pick<Scope, 'repository' | 'name'>;

/** Where the key is. A simulated world brings its own. */
type Key = Pick<KeyFile, 'path' | 'read' | 'make' | 'isExposed'>;

export class Vault {
  readonly #store: SealedSecrets;
  readonly #keyFile: Key;
  readonly #held = new Map<string, Held>();
  #trouble: string | null = null;
  /** One change after the other. */
  #changed: Promise<unknown> = Promise.resolve();

  private constructor(store: SealedSecrets, keyFile: Key) {
    this.#store = store;
    this.#keyFile = keyFile;
  }

  static async open(store: SealedSecrets, keyFile: Key): Promise<Vault> {
    const vault = new Vault(store, keyFile);
    await vault.reopen();
    return vault;
  }

  /** Why values cannot be opened, and what to do; null where all can be. */
  get trouble(): string | null {
    return this.#trouble;
  }

  /** Says what is wrong with the key: a warning, as all that needs no secret goes on. */
  tellOfTrouble(tell: Tell): void {
    const { path } = this.#keyFile;
    const exposed = `others on this machine may read the key of the secrets: chmod 600 ${path}`;
    if (this.#keyFile.isExposed()) {
      tell({ event: 'key-exposed', level: 'warn', file: path, msg: exposed });
    }
    if (this.#trouble === null) return;
    tell({ event: 'secrets-closed', level: 'warn', file: path, msg: this.#trouble });
  }

  /** All of them, by repository and name. */
  all(): readonly Held[] {
    return [...this.#held.values()].toSorted((a, b) => (placeOf(a) < placeOf(b) ? -1 : 1));
  }

  get(which: Which): Held | undefined {
    return this.#held.get(placeOf(which));
  }

  /** Opens all anew: somebody may have put the key back. */
  reopen(): Promise<void> {
    return this.#inTurn(async () => {
      const { trouble, opened } = await this.#openAll();
      this.#trouble = trouble;
      this.#held.clear();
      for (const held of opened) this.#held.set(placeOf(held), held);
    });
  }

  /** Opens all anew, and says what is wrong. What the disk does not give now stays as it was. */
  async reread(tell: Tell): Promise<void> {
    try {
      await this.reopen();
    } catch (error) {
      if (!isForWaiting(error)) throw error;
      const msg =
        `the secrets cannot be read anew (${(error as Error).message}): the former stay in use. ` +
        'Send SIGHUP again once the disk works';
      tell({ event: 'secrets-unreadable', level: 'warn', msg });
      return;
    }
    this.tellOfTrouble(tell);
  }

  /** Keeps it, in place of another of its name. Throws `UsageError`, the reason, where it cannot. */
  set(scope: Scope, value: string): Promise<void> {
    return this.#inTurn(async () => {
      if (this.get(scope) === undefined && this.#held.size >= secretsMax) {
        throw new UsageError(`${secretsMax} secrets are kept already: remove one that is not used`);
      }
      // What was sealed with another key would be closed for good, were there a new one in its place.
      const { trouble } = await this.#openAll(scope);
      if (trouble !== null) throw new UsageError(trouble);
      const sealed = seal(this.#keyFile.read() ?? this.#keyFile.make(), scope, value);
      await this.#store.put({ ...scope, sealed });
      this.#held.set(placeOf(scope), { ...scope, value });
    });
  }

  /** False where there is none of that name. */
  remove(which: Which): Promise<boolean> {
    return this.#inTurn(async () => {
      if (this.get(which) === undefined) return false;
      await this.#store.remove(which);
      return this.#held.delete(placeOf(which));
    });
  }

  /** What is on disk but that one, as it opens with the key as it is now. */
  async #openAll(but?: Which) {
    const all = await this.#store.all();
    const others = all.filter((one) => but === undefined || placeOf(one) !== placeOf(but));
    const { key, fault } = this.#readKey();
    const opened = others.map((one) => open(key, one));
    const closed = opened.filter(({ value }) => value === null);
    const trouble = closed.length > 0 ? this.#explain(closed, fault) : null;
    return { opened, trouble };
  }

  #readKey(): { readonly key: Uint8Array | null; readonly fault: string | null } {
    const { path } = this.#keyFile;
    try {
      const key = this.#keyFile.read();
      return { key, fault: key === null ? `there is no key in ${path}` : null };
    } catch (error) {
      if (!(error instanceof UsageError)) throw error;
      return { key: null, fault: error.message };
    }
  }

  #explain(closed: readonly Held[], fault: string | null): string {
    const { path } = this.#keyFile;
    const names = closed.map(({ name, repository }) => `${name} of ${repository}`).join(', ');
    const why = fault ?? `the key in ${path} is another, or they were changed`;
    return `${names} cannot be opened: ${why}. Put the key back and send SIGHUP, or remove them`;
  }

  #inTurn<Value>(change: () => Promise<Value>): Promise<Value> {
    const changed = this.#changed.then(change);
    // Whoever asked hears of a failure; the next change begins in any case.
    this.#changed = changed.catch(() => {});
    return changed;
  }
}

function open(key: Uint8Array | null, { sealed, ...scope }: SealedSecret): Held {
  return { ...scope, value: key === null ? null : unseal(key, scope, sealed) };
}

/** Neither of the two holds a blank. */
function placeOf({ repository, name }: Which): string {
  return `${repository} ${name}`;
}
