/**
 * Owns what can be read from an index of git's own, as version 2 of its format has it. Starts no
 * process, and believes what it reads: an index that a suite has touched is thrown away before.
 */

import { readFileSync } from 'node:fs';
import type { Clone } from '../world/clone.js';

/** The paths of all `.gitattributes` in that index, each with the id of its contents. */
export function attributesIn(index: string, format: Clone['format']): Map<string, string> {
  const found = new Map<string, string>();
  const bytes = readFileSync(index);
  // Most commits have none, and no entry needs to be looked at.
  if (!bytes.includes(attributes)) return found;
  for (const { idAt, idEnd, pathAt, pathEnd } of entriesIn(bytes, format)) {
    if (!endsWithAttributes(bytes, pathAt, pathEnd)) continue;
    found.set(bytes.toString('utf8', pathAt, pathEnd), bytes.toString('hex', idAt, idEnd));
  }
  return found;
}

/** Whether that index names other repositories' commits: submodules, or what looks like one. */
export function hasGitlinks(index: string, format: Clone['format']): boolean {
  for (const { mode } of entriesIn(readFileSync(index), format)) {
    if (mode === gitlinkMode) return true;
  }
  return false;
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

function* entriesIn(bytes: Buffer, format: Clone['format']): Generator<Entry> {
  const idBytes = format === 'sha256' ? 32 : 20;
  const entries = bytes.readUInt32BE(8);
  for (let entry = 0, at = headerBytes; entry < entries; entry += 1) {
    const idAt = at + statBytes;
    const idEnd = idAt + idBytes;
    const isExtended = (bytes.readUInt16BE(idEnd) & extendedFlag) !== 0;
    const pathAt = idEnd + (isExtended ? 4 : 2);
    const pathEnd = bytes.indexOf(0, pathAt);
    yield { mode: bytes.readUInt32BE(at + modeAt), idAt, idEnd, pathAt, pathEnd };
    // Padded with one to eight zeros.
    at += (pathEnd - at + 8) & ~7;
  }
}

function endsWithAttributes(bytes: Buffer, start: number, end: number): boolean {
  const at = end - attributes.length;
  if (at < start || bytes.toString('latin1', at, end) !== attributes) return false;
  return at === start || bytes[at - 1] === 0x2f;
}
