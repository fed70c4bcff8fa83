/**
 * Owns what a runner has to run suites with, for those that nobody has spelled out: a suite that
 * cannot be run here is better told of than tried. Changes nothing.
 */

import { accessSync, constants } from 'node:fs';
import { join } from 'node:path';

export interface Means {
  /** Whether a program of that name would be found. */
  readonly has: (program: string) => boolean;
  /** Whether packages can be fetched. */
  readonly network: boolean;
}

/** By the `PATH` that suites get. */
export function meansIn(path: string, network: boolean): Means {
  const folders = path.split(':').filter((folder) => folder !== '');
  const has = (program: string) => folders.some((folder) => isProgram(join(folder, program)));
  return { has, network };
}

function isProgram(path: string): boolean {
  try {
    accessSync(path, constants.X_OK);
    return true;
  } catch {
    return false;
  }
}
