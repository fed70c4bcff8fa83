/**
 * Owns how tests start our programs as processes of their own: by the launchers, as people do. What these
 * run is built before all tests (built.ts).
 */

import { join } from 'node:path';

export type Program = 'dispatcher' | 'observer' | 'test-runner' | 'trivet';

/** A third of the processor time that starting from the sources takes. */
export function launcher(program: Program): string {
  return join(import.meta.dirname, '../..', `${program}.js`);
}
