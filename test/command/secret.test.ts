import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { PassThrough } from 'node:stream';
import { expect, test } from 'vitest';
import { readHidden } from '../../src/command/hidden-input.js';
import { spawnDispatcher } from '../support/dispatchers.js';
import { temporaryFolder } from '../support/git.js';
import { trivet } from '../support/trivet-command.js';

test('a secret is set from standard input, listed without its value, and removed', async () => {
  const folder = temporaryFolder();
  const token = join(folder, 'token');
  writeFileSync(token, 'a-token-of-sixteen', { mode: 0o600 });
  const { port } = await spawnDispatcher(folder, { flags: ['--token-file', token] });
  const environment = { TRIVET_DISPATCHER_SERVER: `127.0.0.1:${port}`, TRIVET_TOKEN_FILE: token };
  const secret = (args: string, input = '') =>
    trivet(folder, ['secret', ...args.split(' ')], environment, input);

  expect(secret('set DEPLOY_KEY --repository demo --branch main --event push', 'v4lue\n')).toEqual({
    status: 0,
    stdout: 'OK, for push on main\nNo job of demo is known yet.\n',
    stderr: '',
  });
  expect(secret('set other --repository demo', 'abc').stdout).toBe(
    'OK, for cron, deployment, manual, push, release or tag on all branches\n' +
      'It is shorter than 4 characters, and will not be masked in logs.\n' +
      'No job of demo is known yet.\n',
  );
  const listed = secret('list');
  expect(listed.stdout).toMatch(/^OK, 2 secrets\n {2}demo {2}deploy_key {2}push on main\n/);
  expect(listed.stdout + readFileSync(join(folder, 'data.key'), 'utf8')).not.toContain('v4lue');
  expect(secret('remove deploy_key --repository demo').status).toBe(0);
  expect(secret('remove deploy_key --repository demo')).toMatchObject({
    status: 2,
    stderr: 'There is no secret deploy_key of demo\n',
  });
  const unknown = trivet(folder, ['secret', 'list'], { ...environment, TRIVET_TOKEN_FILE: '' });
  expect(unknown).toMatchObject({ status: 2 });
  expect(unknown.stderr).toMatch(/^Refused: this dispatcher wants a token/);
});

test.each([
  [['secret'], '', 'trivet secret set, list or remove: which one?'],
  [['secret', 'set'], 'x', 'Which one? trivet secret set <name>.'],
  [['secret', 'set', 'a'], 'x', 'Of which repository?'],
  [['secret', 'set', 'a b', '--repository', 'demo'], 'x', 'The name cannot be used: letters,'],
  [['secret', 'set', 'a', '--repository', 'demo', '--event', 'pull'], 'x', '--event is some of'],
  [['secret', 'set', 'a', '--repository', 'demo', '--branch', '['], 'x', '--branch is branches'],
  [['secret', 'set', 'a', '--repository', 'demo'], ' \n', 'The value cannot be used: it is empty.'],
  [['secret', 'set', 'a', '--repository', 'demo'], '\xff', 'A secret is text in UTF-8'],
  [['secret', 'list', '--dispatcher-server', '127.0.0.1:1'], '', 'The dispatcher at 127.0.0.1:1'],
])(
  'what cannot be meant is said before anything is sent, with exit code 2: %j',
  (args, input, says) => {
    const { status, stdout, stderr } = trivet(
      temporaryFolder(),
      args,
      {},
      Buffer.from(input, 'latin1'),
    );
    expect(stdout).toBe('');
    expect(stderr).toContain(says);
    expect(status).toBe(2);
  },
);

/** A terminal, what it was told, and what was shown on it. */
function terminal() {
  const told: string[] = [];
  const input = Object.assign(new PassThrough(), {
    isTTY: true,
    setRawMode: (isRaw: boolean) => told.push(isRaw ? 'raw' : 'as before'),
  });
  const read = readHidden(input, 'key: ', (text) => told.push(text));
  return { input, told, read };
}

test('on a terminal it is asked for, and nothing that is typed is shown', async () => {
  const { input, told, read } = terminal();
  const half = Buffer.from('é');
  input.write('s3crex');
  input.write(Buffer.concat([Buffer.from('\u007ft'), half.subarray(0, 1)]));
  input.write(Buffer.concat([half.subarray(1), Buffer.from('\rand more')]));
  expect(await read).toBe('s3creté');
  expect(told).toEqual(['key: ', 'raw', 'as before', '\n']);
});

test('Ctrl-U begins anew, and Ctrl-C gives up and leaves the terminal as it was', async () => {
  const first = terminal();
  first.input.write('wrong\u0015right\n');
  expect(await first.read).toBe('right');
  const second = terminal();
  second.input.write('wrong\u0003');
  await expect(second.read).rejects.toThrow('Given up: nothing was changed.');
  expect(second.told.at(-2)).toBe('as before');
});

test('of a text of one line the newline is no part, of more lines every one is', async () => {
  const read = (text: string) => {
    const input = new PassThrough();
    input.end(text);
    return readHidden(input, '', () => {});
  };
  expect(await read('one line\r\n')).toBe('one line');
  expect(await read('two\nlines\n')).toBe('two\nlines\n');
});
