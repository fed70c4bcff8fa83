/**
 * Owns the promise that our own three processes pass every stage that is asked of a student's.
 */

import { expect, test } from 'vitest';
import { ladders } from '../../src/command/check/ladders.js';
import { type Role, roles } from '../../src/command/check/stage.js';
import { climbed } from '../support/climbing.js';
import { launcher } from '../support/launchers.js';

const commands: Readonly<Record<Role, readonly string[]>> = {
  runner: [launcher('test-runner'), '--port', '0', '--dispatcher-server', '{dispatcher}', '{repo}'],
  observer: [launcher('observer'), '--dispatcher-server', '{dispatcher}', '{repo}'],
  dispatcher: [
    launcher('dispatcher'),
    '--port',
    '{port}',
    '--data',
    '{data}',
    '--results',
    '{results}',
  ],
};

test.concurrent.each(roles)(
  'our own %s passes all stages of its role',
  { timeout: 240_000 },
  async (role) => {
    const words = [process.execPath, ...commands[role]];
    const marks = await climbed(role, words, { withinMs: 60_000 });
    expect(marks).toEqual(ladders[role].map(({ name }) => `${name}: passed`));
  },
);
