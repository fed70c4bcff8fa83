/**
 * Owns the way of one report from its file to a reader: opened as a plain file of a bounded size or not
 * at all, read in pieces as long as there is time, its bytes made text by the encoding that
 * it names. What is wrong with it is a sentence, and never an error.
 */

import { constants, open } from 'node:fs/promises';
import { join } from 'node:path';
import { TextDecoder } from 'node:util';
import type { Format, ReportFile } from './find.js';
import { junitReader } from './junit.js';
import { fileBytesMax } from './limits.js';
import { tapReader } from './tap.js';
import { type Mask, type Reader, ReportError, type TestCase } from './test-case.js';

const pieceBytes = 64 * 1_024;

const readers = { junit: junitReader, tap: tapReader } as const;

/** No link is followed, and nobody is waited for at a pipe. */
const flags = constants.O_RDONLY | constants.O_NOFOLLOW | constants.O_NONBLOCK;

export interface Checkout {
  readonly folder: string;
  /** All the names by which what ran in it may call that folder. */
  readonly roots: readonly string[];
  readonly mask: Mask;
}

export interface Patience {
  readonly bytesMax: number;
  /** As `performance.now` has it. */
  readonly untilMs: number;
}

export interface ReadReport {
  /** Bytes that were read. */
  readonly bytes: number;
  /** What is wrong with it, as half a sentence; null: nothing. */
  readonly trouble: string | null;
}

/** Hands all tests of the report to `take`, as far as it can be read. */
export async function readReport(
  { folder, roots, mask }: Checkout,
  { path, format }: ReportFile,
  { bytesMax, untilMs }: Patience,
  take: (test: TestCase) => void,
): Promise<ReadReport> {
  let bytes = 0;
  try {
    const file = await open(join(folder, path), flags);
    try {
      const status = await file.stat();
      if (!status.isFile()) return { bytes, trouble: 'is no file' };
      if (status.size > Math.min(fileBytesMax, bytesMax)) return { bytes, trouble: tooLarge };
      const report = reading(format, readers[format](take, roots, mask));
      const piece = Buffer.alloc(pieceBytes);
      for (;;) {
        const { bytesRead } = await file.read(piece, 0, pieceBytes, bytes);
        bytes += bytesRead;
        if (bytesRead === 0) break;
        if (performance.now() > untilMs) throw new ReportError('takes too long to be read');
        report.write(piece.subarray(0, bytesRead));
      }
      report.end();
      return { bytes, trouble: null };
    } finally {
      await file.close();
    }
  } catch (error) {
    return { bytes, trouble: troubleOf(error) };
  }
}

const tooLarge = `is larger than ${fileBytesMax / 1_024 / 1_024} MiB, or than what is left of a job's`;

function troubleOf(error: unknown): string {
  if (error instanceof ReportError) return error.message;
  const { code } = error as NodeJS.ErrnoException;
  // An error without a code is our own.
  if (code === undefined) throw error;
  return code === 'ELOOP' ? 'is a link' : `cannot be read (${code})`;
}

/** Bytes to text, by the encoding that the first of them show: UTF-8, where they show none. */
export function reading(format: Format, reader: Reader) {
  let decoder: TextDecoder | null = null;
  return {
    write: (bytes: Uint8Array) => {
      decoder ??= decoderFor(format, bytes);
      reader.write(decoder.decode(bytes, { stream: true }));
    },
    end: () => {
      reader.write(decoder?.decode() ?? '');
      reader.end();
    },
  };
}

/** An XML declaration is ASCII in most encodings, and short. */
const declarationBytes = 200;

function decoderFor(format: Format, bytes: Uint8Array): TextDecoder {
  const [first, second] = bytes;
  if (first === 0xff && second === 0xfe) return new TextDecoder('utf-16le');
  if (first === 0xfe && second === 0xff) return new TextDecoder('utf-16be');
  const beginning = Buffer.from(bytes.subarray(0, declarationBytes)).toString('latin1');
  const [, label = 'utf-8'] = /^<\?xml[^>]*?encoding=["']([\w.:-]{1,40})["']/.exec(beginning) ?? [];
  try {
    // What claims to be UTF-16 and could be read so far is not.
    return new TextDecoder(format === 'tap' || /^utf-?16/i.test(label) ? 'utf-8' : label);
  } catch {
    throw new ReportError(`is in the encoding ${label}, which nobody here knows`);
  }
}
