/**
 * The three processes, told by SIGHUP that files of theirs have changed: what can change does, and
 * nobody leaves for it.
 */

import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { expect, onTestFinished, test } from 'vitest';
import { makeCertificates } from './support/certificates.js';
import { tell, type } from './support/classic-peers.js';
import { spawnDispatcher } from './support/dispatchers.js';
import { eventually } from './support/eventually.js';
import { makeRepository, temporaryFolder } from './support/git.js';
import { launcher, type Program } from './support/launchers.js';

interface Line {
  readonly event: string;
  readonly [field: string]: unknown;
}

test('a runner whose file says so has two suites at once, and none of its runs is lost', async () => {
  const folder = temporaryFolder();
  const dispatcher = await spawnDispatcher(folder);
  const repository = makeRepository();
  const [one, two, three] = ['one', 'two', 'three'].map((name) =>
    repository.commit(name, { 'a.txt': name }),
  );
  const config = join(folder, 'runner.json');
  const here = temporaryFolder();
  const both = `touch ${here}/$TRIVET_RUN; until [ $(ls ${here} | wc -l) = 2 ]; do sleep 0.1; done`;
  write(config, { jobs: 1, command: both });
  const to = ['--dispatcher-server', `127.0.0.1:${dispatcher.port}`];
  const flags = ['--port', '0', '--config', config, ...to];
  const runner = start('test-runner', [...flags, repository.path]);
  for (const commit of [one, two]) await tell(dispatcher.port, `dispatch:${commit}`);
  await eventually('the first suite runs', () => runner.told.find(is('testing')));
  expect(await type(dispatcher.port, `verdict:${two}`)).toBe('waiting\n');

  write(config, { jobs: 'two' });
  runner.child.kill('SIGHUP');
  const unusable = await eventually('it is refused', () => runner.told.find(is('config-unusable')));
  expect(unusable['msg']).toBe(
    '--jobs is a number from 1 to 64, not "two". The former settings stay in use.',
  );

  write(config, { jobs: 2, labels: 'gpu', command: both, port: 1 });
  runner.child.kill('SIGHUP');
  for (const commit of [one, two]) {
    await eventually('it has passed', () => dispatcher.told.find(isOf('finished', commit)));
  }
  expect(dispatcher.told.filter(is('finished'))).toMatchObject([
    { verdict: 'passed' },
    { verdict: 'passed' },
  ]);
  expect(dispatcher.told.filter(is('lost'))).toEqual([]);
  expect(dispatcher.told.find(is('runner-offers'))).toMatchObject({
    ...{ capacity: 2, labels: expect.arrayContaining(['gpu', 'executor=shell']) },
  });
  const read = runner.told.find(is('config-read'));
  expect(read?.['msg']).toBe(`read ${config} anew: jobs 1 → 2, labels + gpu`);
  // What was typed wins over the file, and so there is no other port.
  expect(runner.told.find(is('config-needs-restart'))).toBeUndefined();

  write(config, { jobs: 2, labels: 'gpu', command: 'echo anew', port: 1 });
  runner.child.kill('SIGHUP');
  await eventually('it is read', () => runner.told.filter(is('config-read')).length === 2);
  await tell(dispatcher.port, `dispatch:${three}`);
  await eventually('it has passed', () => dispatcher.told.find(isOf('finished', three)));
  expect(await type(dispatcher.port, `log:${three}`)).toBe('anew\n');
});

test('each of them reads its files anew, says what needs a restart, and drains at SIGQUIT', async () => {
  const folder = temporaryFolder();
  const { ca, server, client } = makeCertificates();
  const token = join(folder, 'token');
  writeFileSync(token, 'correct-horse-battery\n', { mode: 0o600 });
  const repository = makeRepository();
  repository.commit('one', { 'a.txt': 'one' });
  const config = (what: string) => ['--config', join(folder, `${what}.json`)];
  for (const what of ['dispatcher', 'test-runner', 'observer']) {
    write(join(folder, `${what}.json`), {});
  }
  const own = ['--tls-cert', server.cert, '--tls-key', server.key, '--tls-client-ca', ca.cert];
  const dispatcher = await spawnDispatcher(folder, {
    flags: ['--token-file', token, ...own, ...config('dispatcher')],
  });
  const to = ['--dispatcher-server', `localhost:${dispatcher.port}`, '--token-file', token];
  const tls = ['--tls-ca', ca.cert, '--tls-cert', client.cert, '--tls-key', client.key];
  const rest = [...to, ...tls, repository.path];
  const runner = start('test-runner', ['--port', '0', ...config('test-runner'), ...rest]);
  const observer = start('observer', [...config('observer'), ...rest]);
  await eventually('a commit is there', () => dispatcher.told.find(is('finished')));

  writeFileSync(token, 'incorrect-horse-battery\n');
  for (const path of [ca.cert, server.cert, client.cert]) writeFileSync(path, readFileSync(path));
  write(join(folder, 'dispatcher.json'), { keep: '10d,2GB', dialect: 'py3' });
  write(join(folder, 'test-runner.json'), { timeout: '90s', name: 'ada' });
  write(join(folder, 'observer.json'), { interval: '2s', name: 'eve' });
  const changes = [
    [dispatcher, 'keep 90d → 10d,2GB', 'dialect'],
    [runner, 'timeout 1h → 90s', 'name'],
    [observer, 'interval 1s → 2s', 'name'],
  ] as const;
  for (const [process] of changes) process.kill('SIGHUP');
  for (const [process, change, flag] of changes) {
    for (const event of ['token-read', 'credentials-renewed', 'config-needs-restart']) {
      await eventually(event, () => process.told.find(is(event)));
    }
    expect(process.told.find(is('config-read'))?.['msg']).toContain(`anew: ${change}`);
    expect(process.told.find(is('config-needs-restart'))).toMatchObject({ flags: [flag] });
  }
  expect(dispatcher.told.filter(({ event }) => event.endsWith('-left'))).toEqual([]);

  for (const process of [runner, observer]) {
    process.kill('SIGQUIT');
    expect(await process.exitCode).toBe(0);
  }
  dispatcher.kill('SIGQUIT');
  expect((await dispatcher.exit).code).toBe(0);
});

function is(event: string) {
  return (line: Line) => line.event === event;
}

function isOf(event: string, commit: string | undefined) {
  return (line: Line) => line.event === event && line['commit'] === commit;
}

function write(path: string, flags: object): void {
  writeFileSync(path, JSON.stringify(flags));
}

/** A process of its own, until the end of the test, and what it has told. */
function start(what: Program, flags: readonly string[]) {
  const told: Line[] = [];
  const ours = ['--log-format', 'json', '--state', temporaryFolder()];
  const child = spawn(process.execPath, [launcher(what), ...ours, ...flags], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  createInterface(child.stdout).on('line', (line) => told.push(JSON.parse(line)));
  const exitCode = once(child, 'close').then(([code]) => code as number | null);
  onTestFinished(async () => {
    child.kill('SIGKILL');
    await exitCode;
  });
  return { child, told, exitCode, kill: (signal: NodeJS.Signals) => child.kill(signal) };
}
