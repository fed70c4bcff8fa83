/**
 * Owns which tests may be skipped because of what this machine lacks: in CI none.
 */

import { assertSandbox } from '../../src/test-runner/sandbox.js';

/** Whether tests of `--sandbox` are run. */
export const mayBuildSandbox = process.env['CI'] !== undefined || canBuildSandbox();

function canBuildSandbox(): boolean {
  try {
    assertSandbox();
    return true;
  } catch {
    return false;
  }
}
