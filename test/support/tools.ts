/**
 * Owns which tests may be skipped because of what this machine lacks: in CI none.
 */

import { spawnSync } from 'node:child_process';
import { assertSandbox } from '../../src/test-runner/suite/sandbox.js';

/** Whether tests of `--sandbox` are run. */
export const mayBuildSandbox = process.env['CI'] !== undefined || canBuildSandbox();

/** Whether tests are run of what people ask `sqlite3`. */
export const hasSqlite =
  process.env['CI'] !== undefined || spawnSync('sqlite3', ['-version']).error === undefined;

/** Whether units are shown to `systemd-analyze`. */
export const hasSystemd =
  process.env['CI'] !== undefined ||
  spawnSync('systemd-analyze', ['--version']).error === undefined;

function canBuildSandbox(): boolean {
  try {
    assertSandbox();
    return true;
  } catch {
    return false;
  }
}
