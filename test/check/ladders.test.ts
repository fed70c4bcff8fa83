/**
 * Owns the promise that our own three processes pass every stage that is asked of a student's.
 */

import { expect, test } from 'vitest';
import { ladders } from '../../src/command/check/ladders.js';
import { type Role, roles } from '../../src/command/check/stage.js';
import { climbed } from '../support/climbing.js';

const flags: Readonly<Record<Role, readonly string[]>> = {
  runner: ['--port', '0', '--dispatcher-server', '{dispatcher}', '{repo}'],
  observer: ['--dispatcher-server', '{dispatcher}', '{repo}'],
  dispatcher: ['--port', '{port}', '--data', '{data}', '--results', '{results}'],
};

const folders = { runner: 'test-runner', observer: 'observer', dispatcher: 'dispatcher' };

test.concurrent.each(roles)(
  'our own %s passes all stages of its role',
  { timeout: 240_000 },
  async (role) => {
    const node = [process.execPath, '--import', 'tsx', `src/${folders[role]}/main.ts`];
    const marks = await climbed(role, [...node, ...flags[role]], { withinMs: 60_000 });
    expect(marks).toEqual(ladders[role].map(({ name }) => `${name}: passed`));
  },
);
