import { expect, test, vi } from 'vitest';
import { log } from '../../src/command/log.js';
import { show } from '../../src/command/queries.js';
import { aTrio, headOf } from '../support/a-trio.js';
import { hasTmux, openTerminal } from '../support/tmux.js';
import { commandLine } from '../support/trivet-command.js';
import { typed } from '../support/typed.js';

// A trio and two commands start from their sources.
vi.setConfig({ testTimeout: 180_000 });

const suite = 'printf "\\033[32mgreen\\033[0m \\033]0;title\\007"; echo begun; echo done';

test('a log is followed to its verdict, byte for byte where no terminal is, and paged on one', async () => {
  const { author, dispatcher, asked } = await aTrio();
  const server = ['--dispatcher-server', `localhost:${dispatcher.port}`];
  author.commit('Begin', { '.trivet.yml': `steps:\n  say:\n    commands: '${suite}'\n` });
  author.push();
  while ((await asked(`verdict:${headOf(author)}`)).trim() === 'unknown');

  const { status, stdout } = await typed(author.path, log, ...server);
  expect(stdout).toContain('\u001b[32mgreen\u001b[0m \u001b]0;title\u0007begun\ndone\n');
  expect(status).toBe(0);
  const lines = (await typed(author.path, log, ...server, '--json')).stdout.trimEnd().split('\n');
  expect(lines.map((line) => JSON.parse(line)).slice(-2)).toEqual([
    { line: lines.length - 1, text: '\u001b[32mgreen\u001b[0m \u001b]0;title\u0007begun' },
    { line: lines.length, text: 'done' },
  ]);
  expect((await typed(author.path, log, ...server, '--run', '1')).stdout).toContain(
    'begun\ndone\n',
  );
  expect(await typed(author.path, log, ...server, '--run', '2')).toMatchObject({
    status: 2,
    stderr: expect.stringMatching(/has no run 2: "trivet why" numbers those there are\.\n$/),
  });
  const other = author.commit('Not handed over').slice(0, 7);
  expect(await typed(author.path, log, ...server)).toMatchObject({
    status: 2,
    stderr: `${other} was never handed over, or is no longer kept.\n`,
  });
  const [{ run }] = JSON.parse(
    (await typed(author.path, show, ...server, 'HEAD~1', '--json')).stdout,
  ).jobs[0].runs;
  const page = `http://localhost:${dispatcher.port}/logs/${run}.1#L1`;
  expect((await typed('/', log, page)).stdout).toContain('begun\ndone\n');
  if (!hasTmux) return;
  const terminal = openTerminal(author.path);
  const command = `${commandLine} log ${server.join(' ')} HEAD~1`;
  terminal.type(`PAGER='sed s/^/paged:/' ${command}`);
  expect(await terminal.shows('paged:done')).toContain('green begun');
  terminal.type(`clear; PAGER=no-such-pager ${command}`);
  await terminal.shows(/^done/m);
});
