/**
 * Owns the look at what is to be kept, before it is: how large it is, and whether it holds anything that
 * is no file, folder or link. Follows nothing, changes nothing, and lets others go on in between.
 */

import { lstatSync, readdirSync, type Stats } from 'node:fs';
import { join } from 'node:path';
import { setImmediate as othersFirst } from 'node:timers/promises';
import { mountsIn } from '../checkout/ground.js';

export interface Survey {
  /** On the disk. */
  readonly bytes: number;
  /** Whether a file in it has another name, here or elsewhere, under which it can be changed. */
  readonly hasLinks: boolean;
  /** What cannot be kept, as half a sentence; else null. */
  readonly refused: string | null;
}

export async function survey(path: string): Promise<Survey> {
  try {
    return await look(path);
  } catch (error) {
    // A folder that another user has closed, as a container may.
    return refuse((error as Error).message);
  }
}

async function look(path: string): Promise<Survey> {
  const [mount] = mountsIn(path);
  if (mount !== undefined) return refuse(`something is mounted at ${mount}`);
  let bytes = 0;
  let hasLinks = false;
  const folders: string[] = [];
  const count = (found: Stats, at: string): string | null => {
    bytes += found.blocks * blockBytes;
    if (found.isDirectory()) folders.push(at);
    else if (found.isFile()) hasLinks ||= found.nlink > 1;
    else if (!found.isSymbolicLink()) return `${at.slice(path.length + 1)} is no file`;
    return null;
  };
  count(lstatSync(path), path);
  for (let folder = folders.pop(); folder !== undefined; folder = folders.pop()) {
    await othersFirst();
    for (const name of readdirSync(folder)) {
      const at = join(folder, name);
      const refused = count(lstatSync(at), at);
      if (refused !== null) return refuse(refused);
    }
  }
  return { bytes, hasLinks, refused: null };
}

/** In which `stat` counts, whatever the disk's own are. */
const blockBytes = 512;

function refuse(refused: string): Survey {
  return { bytes: 0, hasLinks: false, refused };
}
