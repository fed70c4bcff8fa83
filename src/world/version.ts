/**
 * Owns the question which Trivet this is.
 */

import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { home } from './home.js';

/** As package.json has it. */
export function ownVersion(): string {
  const text = readFileSync(join(home, 'package.json'), 'utf8');
  return (JSON.parse(text) as { version: string }).version;
}
