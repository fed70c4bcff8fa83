/**
 * Owns what can be read from an index of git's own, as version 2 of its format has it. Starts no
 * process, and believes what it reads: an index that a suite has touched is thrown away before.
 */

import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Clone } from '../../world/clone.js';

export class GitIndex {
  readonly #bytes: Buffer;
  readonly #idBytes: number;

  constructor(bytes: Buffer, format: Clone['format']) {
    this.#bytes = bytes;
    this.#idBytes = format === 'sha256' ? 32 : 20;
  }

  /** How many files it names. */
  get size(): number {
    return this.#bytes.readUInt32BE(8);
  }

  /** The paths of all `.gitattributes`, each with the id of its contents. */
  attributes(): Map<string, string> {
    const found = new Map<string, string>();
    // Most commits have none, and no entry needs to be looked at.
    if (!this.#bytes.includes(attributes)) return found;
    for (const { idAt, idEnd, pathAt, pathEnd } of this.#entries()) {
      if (!endsWithAttributes(this.#bytes, pathAt, pathEnd)) continue;
      const id = this.#bytes.toString('hex', idAt, idEnd);
      found.set(this.#bytes.toString('utf8', pathAt, pathEnd), id);
    }
    return found;
  }

  /** Whether it names other repositories' commits: submodules, or what looks like one. */
  hasGitlinks(): boolean {
    for (const { mode } of this.#entries()) if (mode === gitlinkMode) return true;
    return false;
  }

  /** All paths, which may hold any bytes, a character each. */
  paths(): Set<string> {
    const paths = new Set<string>();
    for (const { pathAt, pathEnd } of this.#entries()) {
      paths.add(this.#bytes.toString('latin1', pathAt, pathEnd));
    }
    return paths;
  }

  *#entries(): Generator<Entry> {
    for (let entry = 0, at = headerBytes; entry < this.size; entry += 1) {
      const idAt = at + statBytes;
      const idEnd = idAt + this.#idBytes;
      const isExtended = (this.#bytes.readUInt16BE(idEnd) & extendedFlag) !== 0;
      const pathAt = idEnd + (isExtended ? 4 : 2);
      const pathEnd = this.#bytes.indexOf(0, pathAt);
      yield { mode: this.#bytes.readUInt32BE(at + modeAt), idAt, idEnd, pathAt, pathEnd };
      // Padded with one to eight zeros.
      at += (pathEnd - at + 8) & ~7;
    }
  }
}

/** Null where there is none. */
export function readIndex(tree: string, format: Clone['format']): GitIndex | null {
  const path = join(tree, '.git', 'index');
  return existsSync(path) ? new GitIndex(readFileSync(path), format) : null;
}

const attributes = '.gitattributes';
const gitlinkMode = 0o160000;
const headerBytes = 12;
/** Times, device, inode, mode, owner, group and size. */
const statBytes = 40;
const modeAt = 24;
const extendedFlag = 0x4000;

/** Where an entry's parts lie. */
interface Entry {
  readonly mode: number;
  readonly idAt: number;
  readonly idEnd: number;
  readonly pathAt: number;
  readonly pathEnd: number;
}

function endsWithAttributes(bytes: Buffer, start: number, end: number): boolean {
  const at = end - attributes.length;
  if (at < start || bytes.toString('latin1', at, end) !== attributes) return false;
  return at === start || bytes[at - 1] === 0x2f;
}
