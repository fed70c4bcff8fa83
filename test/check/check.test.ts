/**
 * Owns the command `trivet check` as it is typed: its marks, its exit codes, and that nothing is left.
 */

import { spawn } from 'node:child_process';
import { readdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test, vi } from 'vitest';
import { check } from '../../src/command/check/check.js';
import { readIfThere } from '../../src/world/files.js';
import { parentOf } from '../../src/world/process-tree.js';
import { eventually } from '../support/eventually.js';
import { temporaryFolder } from '../support/git.js';
import { launcher } from '../support/launchers.js';
import { trivet } from '../support/trivet-command.js';
import { typed } from '../support/typed.js';

const solution = join(import.meta.dirname, 'solutions/runner.py');
const passing = ['runner', '--stage', '1-2', '--', 'python3', solution];

/** A program that answers pings with that. */
function answering(word: string): string[] {
  const path = join(temporaryFolder(), 'runner.py');
  writeFileSync(
    path,
    `import os, socket
listener = socket.create_server(("localhost", 0))
with socket.create_connection(("localhost", int(os.environ["CHECK_PORT"]))) as dispatcher:
    dispatcher.sendall(b"register:localhost:%d" % listener.getsockname()[1])
while True:
    connection, _ = listener.accept()
    print("heard", connection.recv(1024))
    connection.sendall(b"${word}")
    connection.close()
`,
  );
  return ['python3', '-u', path];
}

test('all stages passed: a mark for each, the total, exit code 0', async () => {
  expect(await typed('.', check, ...passing)).toEqual({
    status: 0,
    stdout: `✓  1 address     says where it can be dialled, and listens there
✓  2 liveness    answers each ping with pong

2 of 2 stages
`,
    stderr: '',
  });
});

test('a stage that fails says at which byte, shows both sides, and ends the ladder', async () => {
  const words = ['runner', '--stage', '1-3', '--', ...answering('Pong')];
  const { status, stdout } = await typed('.', check, ...words);
  expect(stdout).toBe(`✓  1 address     says where it can be dialled, and listens there
✗  2 liveness    answers each ping with pong
     in the answer to "ping", at byte 0: expected "pong", got "Pong"
       expected  70 6f 6e 67  pong
       came      50 6f 6e 67  Pong
                 ^^           ^
     Classic peers compare whole strings: the word, no newline behind it, and then the connection closes.
     From outside, a process that is dead and one that is slow look alike: there is only the answer.
     So it is asked again and again, and the answer must not depend on what else it does.
     Read: docs/exercises/runner.md, stage 2.
     The last that it printed:
       | heard b'ping'
–  3 pieces      understands messages that come byte by byte

1 of 3 stages
`);
  expect(status).toBe(1);
});

test('--json is for programs that grade', async () => {
  const words = [
    'runner',
    '--json',
    '--keep-going',
    '--stage',
    '1-2',
    '--',
    ...answering('pong\\n'),
  ];
  const { status, stdout } = await typed('.', check, ...words);
  expect(JSON.parse(stdout)).toMatchObject({
    role: 'runner',
    passed: 1,
    of: 2,
    stages: [
      { number: 1, name: 'address', state: 'passed' },
      {
        number: 2,
        name: 'liveness',
        state: 'failed',
        at: 4,
        expected: 'nothing more',
        got: '"\\n"',
      },
    ],
  });
  expect(status).toBe(1);
});

test('--list tells what each stage teaches, and starts nothing', async () => {
  const { status, stdout } = await typed('.', check, 'dispatcher', '--list', '--stage', 'restart');
  expect(stdout).toContain('11 restart     is killed, and still knows every commit');
  expect(stdout).toContain('first to disk (fsync), then OK.');
  expect(status).toBe(0);
});

test.each([
  [
    ['runer', '--', 'true'],
    '"runer" is no role; there are runner, observer, dispatcher. Did you mean "runner"?',
  ],
  [
    ['runner', '--stage', 'livenes', '--', 'true'],
    'There is no stage "livenes": did you mean "liveness"?',
  ],
  [['runner'], 'Your command stands behind "--": trivet check runner -- python3 runner.py {port}'],
  [
    ['runner', '--', './no-such-program'],
    '"./no-such-program" cannot be started: there is no such program',
  ],
  [['runner', '--timeout', 'soon', '--', 'true'], '--timeout is a time such as 500ms'],
])('what was typed and cannot be meant is told: %j', async (words, says) => {
  const { status, stderr } = await typed('.', check, ...words);
  expect(stderr).toContain(says);
  expect(status).toBe(2);
});

test('a program that ends, or says nothing, fails with a clear sentence', async () => {
  const ended = await typed('.', check, 'observer', '--stage', 'news', '--', 'sh', '-c', 'exit 7');
  expect(ended.stdout).toContain('but the program ended with exit code 7');
  const silent = ['runner', '--stage', '1', '--timeout', '500ms', '--', 'sleep', '60'];
  expect((await typed('.', check, ...silent)).stdout).toContain(
    'expected a connection that says "register", but nobody connected',
  );
});

/** A program with a child in its process group, and one that has left it. */
function forking(pids: string): string[] {
  const script = `setsid sleep 77 & echo $! >>'${pids}'; sleep 77 & echo $! $$ >>'${pids}'; wait`;
  return ['sh', '-c', script];
}

function alive(pids: string): number[] {
  const all = (readIfThere(pids) ?? '').split(/\s+/).map(Number);
  return all.filter((pid) => pid > 1 && parentOf(pid) !== null && !isZombie(pid));
}

function isZombie(pid: number): boolean {
  return readIfThere(`/proc/${pid}/cmdline`) === '';
}

test('the program is ended with all that it has started, and no folder is left', async () => {
  const [folder, pids] = [temporaryFolder(), join(temporaryFolder(), 'pids')];
  vi.stubEnv('TMPDIR', folder);
  await typed('.', check, 'runner', '--stage', '1', '--timeout', '1s', '--', ...forking(pids));
  vi.unstubAllEnvs();
  await eventually('all are gone', () => alive(pids).length === 0);
  expect(readdirSync(folder)).toEqual([]);
});

test('it is ended as well when the check itself is killed', async () => {
  const pids = join(temporaryFolder(), 'pids');
  const words = ['check', 'runner', '--timeout', '60s', '--', ...forking(pids)];
  const env = { ...process.env, TMPDIR: temporaryFolder() };
  const killed = spawn(process.execPath, [launcher('trivet'), ...words], { stdio: 'ignore', env });
  await eventually('the program has begun', () => alive(pids).length === 3);
  killed.kill('SIGKILL');
  await eventually('all of it is gone, and who has left its group', () => alive(pids).length === 0);
});

test('"trivet check" is a command among the others', () => {
  expect(trivet('/', ['--help']).stdout).toContain('check       checks your own runner');
  expect(trivet('/', ['check', '--help']).stdout).toContain(
    'trivet check runner -- python3 runner.py',
  );
});
