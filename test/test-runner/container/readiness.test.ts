/**
 * How long others wait for a service, with an engine that does not always answer.
 */

import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import type { Engine } from '../../../src/test-runner/container/engine.js';
import { isUp } from '../../../src/test-runner/container/readiness.js';
import { eventually } from '../../support/eventually.js';
import { temporaryFolder } from '../../support/git.js';
import { handClock } from '../../support/hand-clock.js';

test('a service of which an engine once says nothing is looked at again', async () => {
  const folder = temporaryFolder();
  const name = join(folder, 'engine');
  const clock = handClock();
  const engine = { name, folder, environment: {} } as unknown as Engine;
  const up = isUp(clock, engine, 'db', () => false);
  await eventually('another look', () => (clock.pending > 0 ? true : undefined));
  const state = { Status: 'running', ExitCode: 0, OOMKilled: false, StartedAt: '2026-01-01' };
  const says = JSON.stringify([{ State: state, Config: {} }]);
  writeFileSync(name, `#!/bin/sh\nprintf '%s' '${says}'\n`, { mode: 0o755 });
  clock.pass(1_000);
  expect(await up).toBe(true);
});
