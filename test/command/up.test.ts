import { spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, onTestFinished, test, vi } from 'vitest';
import { short } from '../../src/protocol/ids.js';
import { signalAll, taggedWith } from '../../src/world/process-tree.js';
import { startDispatcher } from '../support/dispatchers.js';
import { eventually } from '../support/eventually.js';
import { makeRepository, temporaryFolder } from '../support/git.js';
import { launcher } from '../support/launchers.js';
import { hasTmux, openTerminal } from '../support/tmux.js';

const program = [launcher('trivet'), 'up'];

/** Four processes start at once. */
const patienceMs = 120_000;
vi.setConfig({ testTimeout: 3 * patienceMs });

/** By this the processes of one test are found. */
function aMark(): { name: string; value: string; living: () => number[] } {
  const [name, value] = ['TRIVET_TESTED', Math.random().toString(36).slice(2)];
  const living = () => taggedWith(`TRIVET_TESTED=${value}`);
  onTestFinished(() => signalAll(living(), 'SIGKILL'));
  return { name, value, living };
}

function environment({ name, value }: { name: string; value: string }) {
  const ours = Object.entries(process.env).filter(([key]) => !key.startsWith('TRIVET_'));
  return { ...Object.fromEntries(ours), [name]: value };
}

/** A repository whose suite takes as long as the file `hold` is there. */
function aRepository() {
  const hold = join(temporaryFolder(), 'hold');
  writeFileSync(hold, '');
  const repository = makeRepository();
  const suite = `while [ -e ${hold} ]; do sleep 0.1; done`;
  const workflow = `steps:\n  wait:\n    commands: '${suite}'\n`;
  const commit = repository.commit('Begin', { '.trivet.yml': workflow });
  return { repository, commit, release: () => rmSync(hold) };
}

test.skipIf(!hasTmux)(
  'in one terminal a runner is killed in mid-test, another has its commit, and all is ended by q',
  async () => {
    const { repository, commit, release } = aRepository();
    const mark = aMark();
    const terminal = openTerminal(temporaryFolder(), { columns: 100, rows: 40 });
    terminal.type(
      `${mark.name}=${mark.value} ${process.execPath} ${program.join(' ')} --port 0 ${repository.path}; echo "exit code $?"`,
    );
    const busy = await terminal.shows(new RegExp(`runner-\\d ● busy ${short(commit)}`));
    const [, number = ''] = /(\d) runner-\d ● busy/.exec(busy) ?? [];
    terminal.press(number, 'k');
    expect(await terminal.shows('✝')).toMatch(/\$ kill -9 \d+\n/);
    const other = number === '2' ? 'runner-2' : 'runner-1';
    await terminal.shows(`${other} ● busy ${short(commit)}`);
    terminal.press('r');
    await terminal.shows(new RegExp(`${number} runner-\\d ●  `));
    terminal.press('4', 'z');
    await terminal.shows('observer ‖ frozen');
    terminal.press('z');
    await terminal.shows('observer ●');
    release();
    await terminal.shows('passed after');
    terminal.press('q');
    await terminal.shows('exit code 0');
    await eventually('all are gone', () => mark.living().length === 0, patienceMs);
  },
);

test('when it is killed itself, all that it started ends with it', async () => {
  const { repository, commit } = aRepository();
  const mark = aMark();
  const folder = temporaryFolder();
  const child = spawn(
    process.execPath,
    [...program, '--port', '0', '--runners', '1', repository.path],
    {
      cwd: folder,
      env: environment(mark),
      stdio: ['ignore', 'pipe', 'inherit'],
    },
  );
  let output = '';
  child.stdout.on('data', (text) => {
    output += text;
  });
  await eventually('it is tested', () => output.includes(`testing ${short(commit)}`), patienceMs);
  expect(output).toMatch(/^dispatcher │ \$ node .*\ndispatcher │ dispatcher on localhost:\d+,/);
  expect(existsSync(join(folder, '.trivet/trivet.db'))).toBe(true);
  child.kill('SIGKILL');
  await once(child, 'close');
  await eventually('all are gone', () => mark.living().length === 0, patienceMs);
});

test('a port that is taken is told of plainly, with exit code 2, and nothing is left', async () => {
  const { port } = await startDispatcher();
  const mark = aMark();
  const { status, stdout } = spawnSync(
    process.execPath,
    [...program, '--port', String(port), makeRepository().path],
    { cwd: temporaryFolder(), env: environment(mark), encoding: 'utf8' },
  );
  expect(stdout).toContain(`Cannot listen on localhost:${port} (another process listens there`);
  expect(stdout).not.toContain('test-runner');
  expect(status).toBe(2);
  expect(mark.living()).toEqual([]);
});
