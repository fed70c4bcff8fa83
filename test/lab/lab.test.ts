/** The lab as a command, with real processes. */

import { readdirSync } from 'node:fs';
import { expect, test, vi } from 'vitest';
import { taggedWith } from '../../src/world/process-tree.js';
import { eventually } from '../support/eventually.js';
import { temporaryFolder } from '../support/git.js';
import { patienceMs, startLab } from '../support/labs.js';
import { startWeb } from '../support/web.js';

vi.setConfig({ testTimeout: 4 * patienceMs });

test('what is asked is done, or refused with a sentence, and other sites ask in vain', async () => {
  const lab = await startLab('--runners', '1');
  const elsewhere = await lab.request(
    { do: 'kill', process: 'ada' },
    { Origin: 'http://evil.example' },
  );
  expect(elsewhere.status).toBe(403);
  expect((await lab.request({ do: 'explode' })).status).toBe(400);
  const refusal = await lab.request({ do: 'thaw', process: 'ada' });
  expect([refusal.status, await refusal.text()]).toEqual([409, '{"error":"ada is not frozen"}']);
  expect((await lab.document()).processes.map(({ state }) => state)).toEqual(
    Array(3).fill('running'),
  );

  // The line of the only runner is held: its commit waits until its messages are delivered by hand.
  await lab.act({ do: 'line', process: 'ada', state: 'hold' });
  const { n } = await lab.changes('line');
  await lab.act({ do: 'commit', what: 'green' });
  await lab.changes('leased', n);
  await lab.until('a message is held', async () => {
    const { lines } = await lab.document();
    return lines.find(({ process }) => process === 'ada')?.held[0];
  });
  await lab.act({ do: 'deliver', process: 'ada' });
  await lab.act({ do: 'line', process: 'ada', state: 'clear' });
  await lab.changes('verdict', n);
  expect((await lab.document()).laws.filter(({ broken }) => broken !== null)).toEqual([]);
});

test.each(['SIGINT', 'SIGKILL'] as const)(
  'ended by %s, it leaves nothing behind',
  async (signal) => {
    const lab = await startLab('--runners', '1');
    const folders = () => readdirSync(lab.temporary);
    expect(folders()).toEqual([expect.stringMatching(/^trivet-lab-/)]);
    const { length } = await lab.records();
    await lab.act({ do: 'commit', what: 'hanging' });
    await lab.changes('leased', length);
    await lab.act({ do: 'freeze', process: 'ada' });
    lab.child.kill(signal);
    await lab.ended;
    const [name = '', value = ''] = lab.mark.split('=');
    const mark = `${name}=${value}` as `TRIVET_${string}=${string}`;
    await eventually('all are gone', () => taggedWith(mark).length === 0, patienceMs);
    await eventually('so is the folder', () => folders().length === 0, patienceMs);
  },
);

test('a dispatcher has no such buttons', async () => {
  const { ask } = await startWeb({ folder: temporaryFolder() });
  expect((await ask('/api/lab')).status).toBe(404);
  expect((await ask('/api/lab', { body: { do: 'next' } })).status).toBe(404);
});

test('the other pages of a lab show its own dispatcher, and nothing where that is dead', async () => {
  const { site, ...lab } = await startLab('--runners', '1');
  const answer = await fetch(`${site}/api/runners`);
  const { runners } = (await answer.json()) as { runners: { name: string }[] };
  expect(runners.map(({ name }) => name)).toEqual(['ada']);
  expect((await fetch(`${site}/commits`)).status).toBe(200);
  await lab.act({ do: 'kill', process: 'dispatcher' });
  await lab.until('nobody answers', async () => {
    const { status } = await fetch(`${site}/api/runners`);
    return status === 503 ? status : undefined;
  });
});
