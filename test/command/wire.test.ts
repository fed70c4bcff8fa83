import { once } from 'node:events';
import { readFileSync, writeFileSync } from 'node:fs';
import { type AddressInfo, createServer } from 'node:net';
import { join } from 'node:path';
import { expect, onTestFinished, test, vi } from 'vitest';
import { wire } from '../../src/command/wire.js';
import { tell } from '../support/classic-peers.js';
import { commit } from '../support/commits.js';
import { spawnDispatcher } from '../support/dispatchers.js';
import { temporaryFolder } from '../support/git.js';
import { modernPeer } from '../support/modern-peers.js';
import { hasTmux, openTerminal } from '../support/tmux.js';
import { commandLine, trivet } from '../support/trivet-command.js';
import { typed } from '../support/typed.js';

// A dispatcher and a command start in processes of their own.
vi.setConfig({ testTimeout: 120_000 });

const c = commit(0xc0ffee);

const header = {
  ...{ format: 'trivet-wire', version: 1, source: 'dispatcher' },
  ...{ title: 'dispatcher on localhost:8888', startedAtMs: 1_700_000_000_000 },
};
const ends = { from: 'dispatcher', to: 'ada', connection: 's1' };
const ping = { kind: 'message', ...ends, verb: 'ping', bytes: 5, head: 'ping' };
const records = [
  { n: 1, atUs: 0, kind: 'change', what: 'joined', process: 'ada', says: 'runner ada connected' },
  { n: 2, atUs: 100, ...ping },
  { n: 3, atUs: 200, ...ping, from: 'ada', to: 'dispatcher', verb: 'pong', head: 'pong' },
  { kind: 'missed', from: 4, to: 6 },
  { n: 7, atUs: 1_500, ...ping, verb: 'runtest', commit: c, run: '7f3a9c21-1', bytes: 99 },
];

function recording(lines: readonly object[] = [header, ...records]): string {
  const file = join(temporaryFolder(), 'recording.ndjson');
  writeFileSync(file, lines.map((line) => `${JSON.stringify(line)}\n`).join(''));
  return file;
}

test('a recording is printed a line each, its heartbeats counted', async () => {
  const { status, stdout } = await typed('/', wire, '--replay', recording());
  expect(status).toBe(0);
  expect(stdout).toMatch(/^dispatcher on localhost:8888, since 2023-11-1\d /);
  expect(stdout.split('\n').slice(1, -1)).toEqual([
    ' +0.000  * runner ada connected',
    '! records 4 to 6 were missed',
    ' +0.000  ~ 2 heartbeats, until +0.000',
    expect.stringMatching(/^ \+0\.001 {2}dispatcher → ada {2}runtest .* 99 bytes {2}\S{7} {2}7f3a/),
  ]);
});

test('filters choose, a dash leaves out, and heartbeats are shown where somebody asks', async () => {
  const file = recording();
  const linesOf = async (...words: string[]) => {
    const { stdout } = await typed('/', wire, '--replay', file, ...words);
    return stdout.trimEnd().split('\n').slice(1);
  };
  expect(await linesOf('verb:runtest')).toHaveLength(2);
  expect((await linesOf('kind:message', '-verb:runtest', '--pings')).join('\n')).toMatch(/ping\s/);
  expect((await linesOf('-kind:change', '-verb:ping')).join('\n')).toContain('1 heartbeat');
  const none = await typed('/', wire, '--replay', file, 'runner:bob');
  expect(none).toMatchObject({ status: 0, stderr: 'no record fits\n' });
  expect(await typed('/', wire, '--replay', file, 'colour:red')).toMatchObject({
    status: 2,
    stderr: expect.stringContaining('"colour" is no field'),
  });
});

test('as JSON the records are as they were', async () => {
  const { stdout } = await typed('/', wire, '--json', '--replay', recording(), 'kind:heartbeat');
  expect(
    stdout
      .trimEnd()
      .split('\n')
      .map((line) => JSON.parse(line)),
  ).toEqual([header, ...records.slice(1, 4)]);
});

test('what is no recording is told with its line, and one cut short is printed as far as it goes', async () => {
  const said = async (file: string) => {
    const { status, stderr } = await typed('/', wire, '--replay', file);
    expect(status).toBe(2);
    return stderr;
  };
  expect(await said('/nowhere')).toBe(
    'Cannot read /nowhere (ENOENT): name a recording, as --wire-log writes it.\n',
  );
  const other = recording([{ name: 'trivet' }]);
  expect(await said(other)).toContain(`${other}, line 1: this is no recording of the wire`);
  const empty = recording([]);
  expect(await said(empty)).toContain(`${empty}, line 1: this is no recording of the wire`);
  expect(await said(recording([header, { n: 1, kind: 'message' }]))).toContain(
    'line 2: "atUs" is missing',
  );
  const cut = join(temporaryFolder(), 'cut');
  writeFileSync(cut, readFileSync(recording()).subarray(0, -20));
  expect(await typed('/', wire, '--replay', cut)).toMatchObject({
    status: 0,
    stderr: `${cut} ends in the midst of a line\n`,
  });
});

test('a recording comes from standard input, and no dispatcher is an error', () => {
  const text = readFileSync(recording());
  const piped = trivet('/', ['wire', '--replay', '-', 'verb:runtest'], {}, text);
  expect(piped).toMatchObject({
    status: 0,
    stderr: '',
    stdout: expect.stringContaining('99 bytes'),
  });
  const alone = trivet('/', ['wire', '--dispatcher-server', 'localhost:1']);
  expect(alone).toMatchObject({ status: 2, stderr: expect.stringContaining('cannot be reached') });
});

test('a dispatcher that tells what is no record is not asked again: the command ends with what is wrong', async () => {
  const told = [header, { n: 1, atUs: 0, kind: 'rumour' }, records[0], { n: 2, kind: 'message' }];
  const server = createServer((socket) => {
    socket.on('error', () => {});
    socket.write(told.map((line) => `${JSON.stringify(line)}\n`).join(''));
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  onTestFinished(() => void server.close());
  const { port } = server.address() as AddressInfo;
  const address = `127.0.0.1:${port}`;
  const { status, stdout, stderr } = await typed('/', wire, '--dispatcher-server', address);
  expect(stdout).toContain('runner ada connected');
  expect({ status, stderr }).toEqual({
    status: 2,
    stderr: `The dispatcher at ${address}, line 4: "atUs" is missing.\n`,
  });
});

test.skipIf(!hasTmux)('on a terminal lines appear as messages pass, over a restart', async () => {
  const folder = temporaryFolder();
  const dispatcher = await spawnDispatcher(folder);
  const { port } = dispatcher;
  const terminal = openTerminal(folder, { columns: 120 });
  terminal.type(`${commandLine} wire --dispatcher-server localhost:${port} -verb:log`);
  await terminal.shows('0 waiting, 0 out with a runner');
  const ada = await modernPeer(port, { role: 'runner', name: 'ada' });
  await tell(port, `dispatch:${c}`);
  const { run } = await ada.hears('runtest');
  ada.finishes(run, 'all good\n');
  await terminal.shows('passed after');
  const shown = terminal.screen();
  expect(shown).toMatch(/visitor → dispatcher {2}dispatch/);
  expect(shown).toMatch(/dispatcher → ada +runtest +\d+ bytes/);
  expect(shown).toMatch(/ada → dispatcher +results/);
  expect(shown).not.toMatch(/ {2}log /);
  dispatcher.kill('SIGKILL');
  await terminal.shows('is away: waiting for it');
  await spawnDispatcher(folder, { port });
  terminal.type('');
  await terminal.shows(/waiting for it\n(?:.*\n)*.*0 waiting, 0 out/);
  terminal.press('C-c');
  await terminal.shows(/\^C.*[#$]/);
});
