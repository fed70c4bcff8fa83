/**
 * Owns which files of a checkout are reports that a workflow names, and of which format each is.
 */

import { entriesMax, globbedFiles } from '../globbed-files.js';
import { filesMax } from './limits.js';

export const formats = ['junit', 'tap'] as const;

export type Format = (typeof formats)[number];

/** Globs of each format. */
export type Wanted = { readonly [F in Format]: readonly string[] };

export interface ReportFile {
  /** Within the checkout. */
  readonly path: string;
  readonly format: Format;
}

export interface Found {
  readonly files: readonly ReportFile[];
  /** Why there may be more than these; null: these are all. */
  readonly cutShort: string | null;
}

/** In alphabetical order of their folders. Rejects where the checkout itself cannot be read. */
export async function findReports(folder: string, wanted: Wanted): Promise<Found> {
  const globs = formats.flatMap((format) => wanted[format]);
  const { files, cutShort } = await globbedFiles(folder, globs, filesMax);
  // A glob that stands for both is the first one's.
  const formatOf = (glob: string) =>
    formats.find((format) => wanted[format].includes(glob)) ?? formats[0];
  return {
    files: files.map(({ path, glob }) => ({ path, format: formatOf(glob) })),
    cutShort: cutShort === null ? null : whyCutShort[cutShort],
  };
}

const whyCutShort = {
  entries: `only ${entriesMax} files were looked at`,
  files: `only the first ${filesMax} reports are read`,
} as const;
