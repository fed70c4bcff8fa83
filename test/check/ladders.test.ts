/**
 * Owns the promise that our own three processes pass every stage that is asked of a student's.
 */

import { join } from 'node:path';
import { expect, test } from 'vitest';
import { ladders } from '../../src/command/check/ladders.js';
import { type Role, roles } from '../../src/command/check/stage.js';
import { climbed } from '../support/climbing.js';
import { compiled } from '../support/compiled.js';

const folder = compiled();

const commands: Readonly<Record<Role, readonly string[]>> = {
  runner: ['test-runner.js', '--port', '0', '--dispatcher-server', '{dispatcher}', '{repo}'],
  observer: ['observer.js', '--dispatcher-server', '{dispatcher}', '{repo}'],
  dispatcher: ['dispatcher.js', '--port', '{port}', '--data', '{data}', '--results', '{results}'],
};

test.concurrent.each(roles)(
  'our own %s passes all stages of its role',
  { timeout: 240_000 },
  async (role) => {
    const [script = '', ...flags] = commands[role];
    const words = [process.execPath, join(folder, script), ...flags];
    const marks = await climbed(role, words, { withinMs: 60_000 });
    expect(marks).toEqual(ladders[role].map(({ name }) => `${name}: passed`));
  },
);
