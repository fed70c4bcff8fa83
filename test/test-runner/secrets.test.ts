/**
 * A run's secrets as real steps see them, and as nobody else does: not the dispatcher, not the disk.
 */

import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { eventually } from '../support/eventually.js';
import { temporaryFolder } from '../support/git.js';
import { runnerAtWork } from '../support/runners-at-work.js';
import { workFor } from '../support/works.js';

const knows = ['offer', 'steps'];
const secrets = { token: 't0p-s3cret/+value', key: 'first line\nsecond line\n' };

/** Runs the steps of that file; the report is not acknowledged, so that the runner keeps all it has. */
async function ran(text: string, withheld: Record<string, string> = {}) {
  const { dispatcher, commit, state } = await runnerAtWork({ command: null }, knows);
  dispatcher.records = false;
  const run = dispatcher.runtest(commit, 'a change', workFor(text), { secrets, withheld });
  const report = await eventually('a report', () => dispatcher.reports.get(run));
  const heard = JSON.stringify(dispatcher.heard, (_, value) =>
    value?.type === 'Buffer' ? Buffer.from(value.data).toString('latin1') : value,
  );
  return { report, heard, state, log: (step: number) => dispatcher.log(run, step).toString() };
}

test('steps get what they name, and whatever they print of it is masked', async () => {
  const { report, log, heard, state } = await ran(`
    steps:
      print:
        environment: { TOKEN: { from_secret: TOKEN }, KEY: { from_secret: key } }
        commands:
          - test "$(printf '%s' "$TOKEN" | wc -c)" = 17
          - echo "<$TOKEN>"
          - printf '%s' "$(printf '%s' "$TOKEN" | head -c 5)"; printf '%s' "$TOKEN" | tail -c +6; echo
          - echo "$KEY" | sed 's/^/> /'
          - printf 'user:%s' "$TOKEN" | base64
          - printf '%s' "$TOKEN" >&2
      tell:
        settings: { chat: { key: { from_secret: token } } }
        commands: ['echo $PLUGIN_CHAT', 'exit 3']
  `);
  expect(log(1)).toMatch(/\n<\*{8}>\n/);
  expect(log(1)).toMatch(/\n\*{8}\n/);
  expect(log(1)).toContain('\n> ********\n> ********\n');
  expect(log(1)).toMatch(/\ndXNlcj\S{0,2}\*{8}\S{0,3}\n/);
  expect(log(1).endsWith('********')).toBe(true);
  expect(log(2)).toContain('\n{"key":"********"}\n');
  expect(report.exitCode).toBe(3);
  const kept = readdirSync(join(state, 'slots', '1', 'runs')).map((name) =>
    readFileSync(join(state, 'slots', '1', 'runs', name), 'latin1'),
  );
  expect(kept.length).toBe(4);
  for (const text of [heard, ...kept]) {
    expect(text).not.toMatch(/t0p-s3|3cret|\+value|first line|second line|dDBwLX/);
  }
});

test('a step that names what is withheld is errored, and says why; others go on', async () => {
  const { report } = await ran(
    `
    steps:
      deploy:
        environment: { KEY: { from_secret: Other } }
        commands: [echo never]
        failure: ignore
      test: { commands: [echo fine] }
  `,
    { other: 'it is for main only, and this is dev' },
  );
  expect(report.end).toBe('passed');
  expect(report.steps?.map(({ state, reason }) => [state, reason])).toEqual([
    ['errored', 'the secret "Other" is not given: it is for main only, and this is dev'],
    ['passed', ''],
  ]);
});

test('what is no secret is heard of while the step goes on', async () => {
  const gate = join(temporaryFolder(), 'gate');
  const { dispatcher, commit } = await runnerAtWork({ command: null }, knows);
  const work = workFor(`
    steps:
      wait: { commands: ['echo is ready', 'until test -e ${gate}; do :; done', 'echo t0p'] }
  `);
  const run = dispatcher.runtest(commit, 'a change', work, { secrets });
  await eventually('the line is there', () => dispatcher.log(run, 1).includes('is ready\n'));
  writeFileSync(gate, '');
  await eventually('a report', () => dispatcher.reports.get(run));
  expect(dispatcher.log(run, 1).toString()).toMatch(/t0p\n$/);
});
