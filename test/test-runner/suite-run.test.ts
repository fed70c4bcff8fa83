/**
 * One run in one slot, with real git and real children, as the dispatcher gets to see it.
 */

import { existsSync, mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import type { Commit } from '../../src/protocol/ids.js';
import { processesThat, worksIn } from '../../src/world/process-tree.js';
import { eventually } from '../support/eventually.js';
import { temporaryFolder } from '../support/git.js';
import { fixture, runnerAtWork, tagged } from '../support/runners-at-work.js';

test('stdout and stderr stay in order, and no way of opening them loses a byte', async () => {
  const { dispatcher, commit } = await runnerAtWork({ command: fixture('speaks-twice.sh') });
  const { log } = await dispatcher.verdict(commit);
  expect(log).toBe('one\ntwo\nthree\nfour\nfive\n');
});

test('binary output arrives byte for byte', async () => {
  const { dispatcher, commit } = await runnerAtWork({ command: fixture('prints-binary.sh') });
  const { log } = await dispatcher.verdict(commit);
  expect(log).toBe('a\0b\xff\xfe\xc3:\r\n');
});

test('the suite sees its commit and its run, but none of our settings', async () => {
  const { dispatcher, commit } = await runnerAtWork({
    command: 'env',
    environment: { PATH: process.env['PATH'] ?? '', TRIVET_TOKEN: 'secret', GIT_DIR: '/elsewhere' },
  });
  const { run, log } = await dispatcher.verdict(commit);
  const lines = log.split('\n');
  for (const line of [
    'CI=true',
    `CI_COMMIT_SHA=${commit}`,
    'CI_COMMIT_REF=refs/heads/main',
    'CI_COMMIT_BRANCH=main',
    'CI_COMMIT_MESSAGE=a change',
    'CI_COMMIT_AUTHOR=Ada',
    `TRIVET_RUN=${run}`,
    'TRIVET_RUN_NUMBER=1',
    'TRIVET_REPOSITORY=demo',
  ]) {
    expect(lines).toContain(line);
  }
  expect(log).not.toMatch(/secret|elsewhere/);
});

test('A28: a commit without a suite is errored, with the sentence in its log', async () => {
  const { dispatcher, commit } = await runnerAtWork({ command: null });
  const { report, log } = await dispatcher.verdict(commit);
  expect(report).toMatchObject({ end: 'errored', exitCode: null });
  expect(log).toBe(`${report.reason}.\n`);
  expect((await dispatcher.verdict(commit)).report.end).toBe('errored');
});

test.each([
  ['python3', 'test_a.py', 'Ran 0 tests in 0.000s\\n\\nOK\\n', 0],
  ['python3', 'test_a.py', 'Ran 0 tests in 0.000s\\n\\nNO TESTS RAN\\n', 5],
  ['python3', 'pytest.ini', '== no tests ran in 0.01s ==\\n', 5],
  ['go', 'go.mod', '?   \\tdemo\\t[no test files]\\nok  \\tb\\t0.1s [no tests to run]\\n', 0],
  ['cargo', 'Cargo.toml', 'running 0 tests\\n\\ntest result: ok. 0 passed\\n', 0],
])('a guessed suite that ran no test is not green: %s, for %s', async (tool, file, says, code) => {
  const bin = temporaryFolder();
  writeFileSync(join(bin, tool), `#!/bin/sh\nprintf '${says}'\nexit ${code}\n`, { mode: 0o755 });
  const environment = { PATH: `${bin}:${process.env['PATH']}` };
  const { dispatcher, repository } = await runnerAtWork({ command: null, environment });
  const { report } = await dispatcher.verdict(repository.commit('none', { [file]: '' }));
  expect(report.end).toBe('errored');
  expect(report.reason).toMatch(/^No test ran: .* finds them, or add .*--command$/);
});

test.each([
  ['python3', 'test_a.py', 'Ran 0 tests in 0.000s\\n\\nOK (skipped=1)\\n'],
  ['go', 'go.mod', 'ok  \\ta\\t0.1s\\n?   \\tb\\t[no test files]\\n'],
  ['cargo', 'Cargo.toml', 'running 1 test\\n\\nrunning 0 tests\\n'],
  [
    'cargo',
    'Cargo.toml',
    'test result: ok. 0 passed; 0 failed; 2 ignored; 0 measured\\nrunning 0 tests\\n',
  ],
  ['python3', 'test_a.py', 'Ran 3 tests in 0.1s\\n\\nOK\\nRan 0 tests in 0.0s\\n\\nOK\\n'],
])('one that ran some, or skipped them, is: %s, for %s', async (tool, file, says) => {
  const bin = temporaryFolder();
  writeFileSync(join(bin, tool), `#!/bin/sh\nprintf '${says}'\n`, { mode: 0o755 });
  const environment = { PATH: `${bin}:${process.env['PATH']}` };
  const { dispatcher, repository } = await runnerAtWork({ command: null, environment });
  const { report } = await dispatcher.verdict(repository.commit('some', { [file]: '' }));
  expect(report).toMatchObject({ end: 'passed', reason: '' });
});

test.each([
  ['python3', 'test_a.py', 'Ran 12 tests in 1.000s\\n\\nOK\\n', 'Ran 0 tests in 0.1s\\n\\nOK\\n'],
  ['go', 'go.mod', 'ok  \\ta\\t0.1s\\n', '?   \\tb\\t[no test files]\\n'],
  [
    'cargo',
    'Cargo.toml',
    'running 1200 tests\\n',
    'running 0 tests\\n\\ntest result: ok. 0 passed\\n',
  ],
])('one whose first words are out of sight is green: %s', async (tool, file, first, last) => {
  const bin = temporaryFolder();
  const lines = `head -c 100000 /dev/zero | tr '\\0' '\\n'`;
  const script = `#!/bin/sh\nprintf '${first}'\n${lines}\nprintf '${last}'\n`;
  writeFileSync(join(bin, tool), script, { mode: 0o755 });
  const environment = { PATH: `${bin}:${process.env['PATH']}` };
  const { dispatcher, repository } = await runnerAtWork({ command: null, environment });
  const { report } = await dispatcher.verdict(repository.commit('much', { [file]: '' }));
  expect(report).toMatchObject({ end: 'passed', reason: '' });
});

test('a red verdict tells of packages that are named and were not installed', async () => {
  const bin = temporaryFolder();
  writeFileSync(join(bin, 'python3'), '#!/bin/sh\nexit 1\n', { mode: 0o755 });
  const environment = { PATH: `${bin}:${process.env['PATH']}` };
  const { dispatcher, repository } = await runnerAtWork({ command: null, environment });
  const needy = repository.commit('needy', { 'test_a.py': '', Pipfile: '' });
  const { report, log } = await dispatcher.verdict(needy);
  expect(report).toMatchObject({ end: 'failed', exitCode: 1 });
  expect(report.reason).toMatch(/^Pipfile: what is named there was not installed; .*--command$/);
  expect(log).toBe(`${report.reason}.\n`);
});

test("a commit's own .ci/run is its suite, and one that cannot start is errored", async () => {
  const { dispatcher, repository } = await runnerAtWork({ command: null });
  mkdirSync(join(repository.path, '.ci'));
  const workflow = join(repository.path, '.ci', 'run');
  writeFileSync(workflow, '#!/bin/sh\necho mine\n', { mode: 0o755 });
  expect((await dispatcher.verdict(repository.commit('a workflow'))).log).toBe('mine\n');
  writeFileSync(workflow, '#!/nonexistent/shell\n');
  const { report, log } = await dispatcher.verdict(repository.commit('a broken one'));
  expect(log).toBe(`${report.reason}.\n`);
  expect(report.end).toBe('errored');
  expect(report.reason).toBe(
    'The suite could not start: the first line of .ci/run names a program that is not on this ' +
      'machine (/nonexistent/shell)',
  );
  writeFileSync(workflow, '#!/bin/sh\r\necho mine\r\n');
  const { report: windows } = await dispatcher.verdict(repository.commit('from Windows'));
  expect(windows.reason).toContain('(/bin/sh\\r: Windows line endings?)');
});

test('a commit’s own .ci/run that names itself is errored, not handed back again and again', async () => {
  const { dispatcher, repository } = await runnerAtWork({ command: null });
  mkdirSync(join(repository.path, '.ci'));
  writeFileSync(join(repository.path, '.ci', 'run'), '#!.ci/run\n', { mode: 0o755 });
  const { report } = await dispatcher.verdict(repository.commit('a shebang without end'));
  expect(report).toMatchObject({ end: 'errored', reason: expect.stringContaining('ELOOP') });
});

test('A29: a suite that takes too long is ended', async () => {
  const { dispatcher, commit } = await runnerAtWork({
    command: fixture('forever.sh'),
    timeoutMs: 100,
  });
  const { run, report } = await dispatcher.verdict(commit);
  expect(report).toMatchObject({ end: 'timed-out', reason: expect.stringContaining('0.1 s') });
  expect(tagged(run)).toEqual([]);
});

test('a reason that is no output is the last line of the log, on a line of its own', async () => {
  const { dispatcher, commit } = await runnerAtWork({
    command: 'printf "no line"; sleep 60',
    timeoutMs: 3_000,
  });
  const { report, log } = await dispatcher.verdict(commit);
  expect(log).toBe(`no line\n${report.reason}.\n`);
});

test('A29: a cancelled suite that ignores TERM is killed after the grace period', async () => {
  const { dispatcher, commit } = await runnerAtWork({
    command: fixture('ignores-term.sh'),
    graceMs: 50,
  });
  const run = dispatcher.runtest(commit);
  await eventually('it runs', () => dispatcher.log(run).length > 0);
  dispatcher.send({ verb: 'cancel', run });
  const report = await eventually('a report', () => dispatcher.reports.get(run));
  expect(report.end).toBe('cancelled');
  expect(tagged(run)).toEqual([]);
});

test('A29: what a suite leaves behind is ended with it, those that left the group included', async () => {
  const { dispatcher, commit } = await runnerAtWork({ command: fixture('escapes-group.sh') });
  const { run, report, log } = await dispatcher.verdict(commit);
  expect(report.end).toBe('passed');
  expect(log).toMatch(/^left \d+\n$/);
  expect(tagged(run)).toEqual([]);
});

test('A29: what forks, leaves its group and ends all the while is ended with its suite', async () => {
  const { dispatcher, commit } = await runnerAtWork({ command: `${fixture('hops.sh')} a.txt` });
  const { run, report } = await dispatcher.verdict(commit);
  expect(report.end).toBe('passed');
  expect(tagged(run)).toEqual([]);
});

test('A29: who left the group and emptied its environment is ended where it works in the tree', async () => {
  const hides = 'env -i setsid sh -c "echo \\$\\$ >pid; exec sleep 60"';
  const command = `mkdir deep; cd deep; ${hides} & until [ -s pid ]; do sleep 0.01; done; cat pid`;
  const { dispatcher, commit, state } = await runnerAtWork({ command });
  const { log } = await dispatcher.verdict(commit);
  expect(log).toMatch(/^\d+\n$/);
  expect(existsSync(`/proc/${log.trim()}/exe`)).toBe(false);
  // For a moment longer the runner's own git cleans up there.
  await eventually('nobody works there', () => {
    return processesThat((pid) => worksIn(pid, join(state, 'slots/1/tree'))).length === 0;
  });
});

test('A30: a suite that kills itself ends only its own process', async () => {
  const { dispatcher, commit } = await runnerAtWork({
    command: `exec ${fixture('kills-itself.sh')}`,
  });
  const { report, log } = await dispatcher.verdict(commit);
  expect(report).toMatchObject({ end: 'failed', exitCode: null, signal: 'SIGKILL' });
  expect(log).toBe('last words\n');
  expect((await dispatcher.verdict(commit)).report.end).toBe('failed');
});

test('a suite that floods its log is ended at the limit', async () => {
  const { dispatcher, commit } = await runnerAtWork({
    command: fixture('floods.sh'),
    logBytesMax: 100_000,
  });
  const { report, log } = await dispatcher.verdict(commit);
  expect(report.end).toBe('errored');
  expect(report.reason).toContain('more than 100000 bytes');
  expect(log.slice(100_000)).toMatch(new RegExp(`^\\n?${report.reason}\\.\\n$`));
});

test('the id of a tag is errored with a sentence, and nothing is tested under it', async () => {
  const { dispatcher, repository, commit } = await runnerAtWork({ command: 'true' });
  repository.git('tag', '-a', 'v1', '-m', 'v1');
  const tag = repository.git('rev-parse', 'v1') as Commit;
  const { report, log } = await dispatcher.verdict(tag);
  expect(report).toMatchObject({ end: 'errored' });
  expect(log).toBe(`${tag} is the id of a tag, of the commit ${commit}: have that tested.\n`);
});
