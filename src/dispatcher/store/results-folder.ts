/**
 * Owns the public names of what suites printed: a file a commit, and one for each job where it has
 * several. Never a log's own name. These are links or copies: whoever reads one sees the old text or the
 * new one, whole.
 */

import { createHash } from 'node:crypto';
import { join } from 'node:path';
import type { Commit } from '../../protocol/ids.js';
import type { Disk } from '../../world/disk.js';

/** A part of a copy: what stands above it, and how its bytes are had. */
interface Text {
  readonly heading: string;
  /** Fills `into` from `offset` on; answers how many bytes there were. */
  readonly read: (offset: number, into: Buffer) => number;
}

const lineFeed = 0x0a;

/** Copied at once: a millisecond's work. */
const pieceBytes = 1_024 * 1_024;

/** The rest of what a file's name may hold is the commit's. */
const apartBytesMax = 150;

/**
 * What tells the results of one commit apart, as a part of a file's name: a repository's name, a
 * job's, or both. A `~` stands between, which neither can hold, so that no two have the same; of what
 * is too long a digest tells the rest.
 */
export function apartBy(...names: readonly string[]): string {
  const whole = names.join('~');
  if (Buffer.byteLength(whole) <= apartBytesMax) return whole;
  const digest = createHash('sha256').update(whole).digest('hex').slice(0, 12);
  const beginning = Buffer.from(whole).subarray(0, apartBytesMax - digest.length - 4);
  // A character that was cut in two is left out.
  return `${beginning.toString('utf8').replace(/\ufffd$/, '')}~${digest}`;
}

export class ResultsFolder {
  readonly #folder: string;
  readonly #disk: Disk;

  constructor(folder: string, disk: Disk) {
    disk.makeFolder(folder);
    this.#folder = folder;
    this.#disk = disk;
  }

  /** Makes `<commit>`, or apart from others `<commit>.<apart>` (see `apartBy`), be that file. */
  link(path: string, commit: Commit, apart: string | null): void {
    // People clear it away, as they may: it holds copies.
    this.#disk.makeFolder(this.#folder);
    this.#disk.link(path, this.#path(commit, apart));
  }

  /** Makes it be these texts, one behind the other. */
  async copy(
    texts: readonly Text[],
    commit: Commit,
    apart: string | null,
    breathe: () => Promise<void>,
  ): Promise<void> {
    this.#disk.makeFolder(this.#folder);
    const draft = this.#path(commit, `${apart ?? ''}~draft`);
    this.#disk.remove(draft);
    await this.#write(draft, texts, breathe);
    this.#disk.link(draft, this.#path(commit, apart));
    this.#disk.remove(draft);
  }

  has(commit: Commit, apart: string | null): boolean {
    return this.#disk.sizeOf(this.#path(commit, apart)) !== null;
  }

  /** Returns once the names are on disk. */
  sync(): void {
    this.#disk.syncNamesNow(this.#folder);
  }

  /** Removes that name where it is that file's; of one that `isCopied`, nobody can tell but by its name. */
  async discard(
    path: string,
    commit: Commit,
    apart: string | null,
    isCopied: boolean,
  ): Promise<void> {
    const published = this.#path(commit, apart);
    if (isCopied || this.#disk.isLinked(path, published)) await this.#disk.discard(published);
  }

  async #write(path: string, texts: readonly Text[], breathe: () => Promise<void>): Promise<void> {
    const file = this.#disk.open(path, 'write');
    const piece = Buffer.allocUnsafe(pieceBytes);
    let size = 0;
    let isMidLine = false;
    const write = (bytes: Uint8Array) => {
      for (let left = bytes; left.byteLength > 0; ) {
        const written = file.write(left, size);
        size += written;
        left = left.subarray(written);
      }
      if (bytes.byteLength > 0) isMidLine = bytes[bytes.byteLength - 1] !== lineFeed;
    };
    try {
      for (const { heading, read } of texts) {
        write(Buffer.from(isMidLine && heading !== '' ? `\n${heading}` : heading));
        for (let offset = 0, count = 1; count > 0; offset += count) {
          count = read(offset, piece);
          write(piece.subarray(0, count));
          if (count === pieceBytes) await breathe();
        }
      }
      await file.sync();
    } finally {
      file.close();
    }
  }

  #path(commit: Commit, apart: string | null): string {
    return join(this.#folder, `${commit}${apart === null ? '' : `.${apart}`}`);
  }
}
