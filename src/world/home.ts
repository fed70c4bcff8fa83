/**
 * Owns where Trivet itself lies, and its modules that are started on their own: as threads, or as
 * programs. The sources are many files, what is built of them are few (scripts/build.ts), so no
 * module can tell from where it lies itself what lies beside it.
 */

import { existsSync } from 'node:fs';
import { dirname, extname, join } from 'node:path';

/** The folder of our package.json. */
export const home = packageAround(import.meta.dirname);

/** `.ts`, as tests and scripts run us, or `.js`, as the launchers do. */
const extension = extname(import.meta.filename);

export const isBuilt = extension === '.js';

/** The file of the module `test-runner/reports/worker`, from where we run ourselves. */
export function moduleFile(name: string): string {
  return join(home, isBuilt ? 'dist' : 'src', `${name}${extension}`);
}

function packageAround(folder: string): string {
  return existsSync(join(folder, 'package.json')) ? folder : packageAround(dirname(folder));
}
