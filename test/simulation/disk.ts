/**
 * Owns the simulated disk of one machine, which outlives its processes. A SIGKILL costs it
 * nothing; a power cut costs every file what was not synced, from some byte on, and every folder
 * the names that were given, changed or removed since it was synced: some of them, in any order.
 */

import { dirname } from 'node:path';
import type { Disk, How, OpenFile } from '../../src/world/disk.js';
import type { Life } from './life.js';
import type { Random } from './random.js';
import type { Timeline } from './timeline.js';

interface Inode {
  bytes: Buffer;
  size: number;
  syncedSize: number;
}

/**
 * What a disk says that does not do its work: nothing finds room; nothing below a folder whose rights
 * were changed can be reached by its name; nothing works at all.
 */
export type Refusal = 'ENOSPC' | 'EACCES' | 'EIO';

export class SimulatedDisk {
  readonly #timeline: Timeline;
  readonly #random: Random;
  readonly #files = new Map<string, Inode>();
  /** The names as they would be after a power cut at the least. */
  readonly #synced = new Map<string, Inode>();
  /** What it says at present; null: all is well. */
  refusal: Refusal | null = null;
  /** Files that its processes hold open; a process's death closes its own. */
  openFiles = 0;

  constructor(timeline: Timeline, random: Random) {
    this.#timeline = timeline;
    this.#random = random;
  }

  /** Whether no file can be found by its name. */
  get isOutOfReach(): boolean {
    return this.refusal === 'EACCES' || this.refusal === 'EIO';
  }

  /** As a process sees it. */
  seenBy(life: Life): Disk {
    let mine = 0;
    life.whenDead(() => {
      this.openFiles -= mine;
    });
    const count = (by: number) => {
      if (!life.isAlive) return;
      mine += by;
      this.openFiles += by;
    };
    return {
      makeFolder: () => {
        this.#reach(life);
        life.step();
      },
      list: (folder) => {
        this.#reach(life);
        return this.list(folder);
      },
      sizeOf: (path) => {
        this.#reach(life);
        return this.#files.get(path)?.size ?? null;
      },
      open: (path, how) => this.#open(life, path, how, count),
      remove: (path) => {
        this.#reach(life);
        if (life.step()) this.#files.delete(path);
      },
      discard: async (path) => {
        this.#reach(life);
        if (life.step()) this.#files.delete(path);
      },
      isLinked: (path, as) => {
        this.#reach(life);
        const inode = this.#files.get(path);
        return inode !== undefined && inode === this.#files.get(as);
      },
      link: (path, as) => {
        this.#reach(life);
        const inode = this.#known(path, life);
        if (inode === this.#files.get(as)) return;
        this.#makeRoom(life);
        if (life.step()) this.#files.set(as, inode);
        life.step();
      },
      readText: (path) => {
        this.#reach(life);
        return this.read(path)?.toString() ?? null;
      },
      writeText: (path, text) => {
        this.#reach(life);
        this.#makeRoom(life);
        const bytes = Buffer.from(text);
        const inode = { bytes, size: bytes.length, syncedSize: bytes.length };
        if (life.step()) this.#files.set(path, inode);
        if (life.step()) this.#keepNames(this.#namesIn(dirname(path)));
        life.step();
      },
      syncNames: (folder) => this.#syncNames(life, folder),
      syncNamesNow: (folder) => {
        this.#reach(life);
        if (life.step()) this.#keepNames(this.#namesIn(folder));
      },
    };
  }

  /** What is in a file, to whoever looks at the disk from outside; null where it is not there. */
  read(path: string): Buffer | null {
    const inode = this.#files.get(path);
    return inode === undefined ? null : inode.bytes.subarray(0, inode.size);
  }

  /** What a power cut would leave of a file at least. */
  readSynced(path: string): Buffer | null {
    const inode = this.#synced.get(path);
    return inode === undefined ? null : inode.bytes.subarray(0, inode.syncedSize);
  }

  list(folder: string): string[] {
    const inside = [...this.#files.keys()].filter((path) => dirname(path) === folder);
    return inside.map((path) => path.slice(folder.length + 1));
  }

  /** What lies below that folder, to be put back some day. */
  copyOf(folder: string): ReadonlyMap<string, Buffer> {
    const inside = [...this.#files].filter(([path]) => path.startsWith(`${folder}/`));
    return new Map(
      inside.map(([path, { bytes, size }]) => [path, Buffer.from(bytes.subarray(0, size))]),
    );
  }

  /** From now on, just that lies below that folder, and all of it is synced. */
  putBack(folder: string, copy: ReadonlyMap<string, Buffer>): void {
    for (const names of [this.#files, this.#synced]) {
      for (const path of names.keys()) if (path.startsWith(`${folder}/`)) names.delete(path);
    }
    for (const [path, bytes] of copy) {
      const { length } = bytes;
      const inode = { bytes: Buffer.from(bytes), size: length, syncedSize: length };
      for (const names of [this.#files, this.#synced]) names.set(path, inode);
    }
  }

  /** Of what was not synced, nobody knows how much is left. */
  cutPower(): void {
    const names = new Set([...this.#files.keys(), ...this.#synced.keys()]);
    for (const name of names) {
      const synced = this.#synced.get(name);
      const isLost = this.#files.get(name) !== synced && this.#random.perMille(500);
      if (isLost) rename(this.#files, name, synced);
      rename(this.#synced, name, this.#files.get(name));
    }
    for (const inode of new Set(this.#files.values())) {
      const unsynced = inode.size - inode.syncedSize;
      inode.size = inode.syncedSize + this.#random.below(unsynced + 1);
      inode.syncedSize = inode.size;
    }
  }

  #open(life: Life, path: string, how: How, count: (by: number) => void): OpenFile {
    this.#reach(life);
    if (how === 'append-new' && this.#files.has(path)) {
      throw Object.assign(new Error(`EEXIST ${path}`), { code: 'EEXIST' });
    }
    if (how !== 'read' && !this.#files.has(path)) {
      this.#makeRoom(life);
      const inode = { bytes: Buffer.alloc(0), size: 0, syncedSize: 0 };
      if (life.step()) this.#files.set(path, inode);
    }
    const inode = this.#files.get(path) ?? { bytes: Buffer.alloc(0), size: 0, syncedSize: 0 };
    let isOpen = true;
    count(1);
    const used = () => {
      if (!isOpen && life.isAlive) throw new Error(`${path} is used after it was closed`);
    };
    const use = () => {
      used();
      this.#refuse(life, 'EIO');
    };
    return {
      get size() {
        return inode.size;
      },
      read: (into, offset) => {
        use();
        return inode.bytes.copy(into, 0, Math.min(offset, inode.size), inode.size);
      },
      write: (bytes, offset) => {
        use();
        this.#makeRoom(life);
        return life.step() ? this.#write(inode, bytes, offset) : bytes.length;
      },
      sync: () => {
        used();
        return this.#sync(life, inode);
      },
      close: () => {
        used();
        isOpen = false;
        count(-1);
      },
    };
  }

  /** The system may take fewer bytes than it is offered. */
  #write(inode: Inode, bytes: Uint8Array, offset: number): number {
    if (offset > inode.size) throw new Error('a hole was written into a log');
    const taken =
      bytes.length > 1 && this.#random.perMille(20)
        ? this.#random.between(1, bytes.length)
        : bytes.length;
    const size = Math.max(inode.size, offset + taken);
    if (size > inode.bytes.length) {
      const grown = Buffer.alloc(Math.max(2 * size, 256));
      inode.bytes.copy(grown, 0, 0, inode.size);
      inode.bytes = grown;
    }
    inode.bytes.set(bytes.subarray(0, taken), offset);
    inode.size = size;
    return taken;
  }

  #sync(life: Life, inode: Inode): Promise<void> {
    const { size } = inode;
    return new Promise((resolve, reject) => {
      this.#timeline.after(this.#random.between(0, 4), () => {
        if (!life.step()) return;
        if (this.refusal === 'EIO') return life.hear(() => reject(refused('EIO')));
        inode.syncedSize = Math.max(inode.syncedSize, size);
        life.hear(resolve);
      });
    });
  }

  #syncNames(life: Life, folder: string): Promise<void> {
    const names = this.#namesIn(folder);
    return new Promise((resolve, reject) => {
      this.#timeline.after(this.#random.between(0, 4), () => {
        if (!life.step()) return;
        const { refusal, isOutOfReach } = this;
        if (isOutOfReach && refusal !== null) return life.hear(() => reject(refused(refusal)));
        this.#keepNames(names);
        life.hear(resolve);
      });
    });
  }

  /** All names in a folder that are or were, with what they stand for now; undefined: nothing. */
  #namesIn(folder: string): [name: string, inode: Inode | undefined][] {
    const names = new Set([...this.#files.keys(), ...this.#synced.keys()]);
    const inside = [...names].filter((name) => dirname(name) === folder);
    return inside.map((name) => [name, this.#files.get(name)]);
  }

  #keepNames(names: readonly [name: string, inode: Inode | undefined][]): void {
    for (const [name, inode] of names) rename(this.#synced, name, inode);
  }

  #makeRoom(life: Life): void {
    this.#refuse(life, 'ENOSPC');
  }

  /** What has a name is looked for by it. */
  #reach(life: Life): void {
    this.#refuse(life, 'EACCES');
    this.#refuse(life, 'EIO');
  }

  #refuse(life: Life, refusal: Refusal): void {
    if (this.refusal === refusal && life.isAlive) throw refused(refusal);
  }

  #known(path: string, life: Life): Inode {
    const inode = this.#files.get(path);
    if (inode === undefined && life.isAlive) throw new Error(`ENOENT ${path}`);
    return inode ?? { bytes: Buffer.alloc(0), size: 0, syncedSize: 0 };
  }
}

function refused(code: Refusal): Error {
  return Object.assign(new Error(`${code}: ${refusals[code]}`), { code });
}

const refusals = {
  ENOSPC: 'no space left on device',
  EACCES: 'permission denied',
  EIO: 'i/o error',
} as const;

function rename(names: Map<string, Inode>, name: string, inode: Inode | undefined): void {
  if (inode === undefined) names.delete(name);
  else names.set(name, inode);
}
