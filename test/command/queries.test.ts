import { describe, expect, test } from 'vitest';
import { log } from '../../src/command/log.js';
import { open } from '../../src/command/open.js';
import { commits, show, status } from '../../src/command/queries.js';
import { watch } from '../../src/command/watch/watch.js';
import { why } from '../../src/command/why.js';
import { documents } from '../../src/protocol/documents.js';
import { handover } from '../../src/protocol/job-bodies.js';
import { type } from '../support/classic-peers.js';
import { startDispatcher } from '../support/dispatchers.js';
import { makeRepository } from '../support/git.js';
import { type ModernPeer, modernPeer } from '../support/modern-peers.js';
import { hasTmux, openTerminal } from '../support/tmux.js';
import { commandLine } from '../support/trivet-command.js';
import { typed } from '../support/typed.js';

type Command = typeof status;

/** A dispatcher with one runner, ada, and a repository whose observer is the test. */
async function someoneAtWork() {
  const repository = makeRepository();
  const { port } = await startDispatcher();
  const knows = ['jobs'];
  const ada = await modernPeer(port, { role: 'runner', name: 'ada', repository: 'demo', knows });
  const observer = await modernPeer(port, { role: 'observer', name: 'olga', repository: 'demo' });
  const server = ['--dispatcher-server', `127.0.0.1:${port}`];
  const handOver = (
    subject: string,
    commit = repository.commit(subject),
    jobs: readonly string[] = [],
  ) => {
    const planned = jobs.length === 0 ? {} : { jobs: jobs.map((name) => ({ name })) };
    const body = handover.parse({ branch: 'main', author: 'Ada', subject, ...planned });
    observer.say({ verb: 'dispatch', commit, body });
    return commit;
  };
  const asked = (command: Command, ...argv: string[]) =>
    typed(repository.path, command, ...server, ...argv);
  /** Watches, and is heard by the time that this resolves. */
  const watching = async (...argv: string[]) => {
    const watched = asked(watch, ...argv);
    while (!(await type(port, 'status\n')).includes('spectator'));
    return { watched };
  };
  return { repository, port, ada, handOver, asked, server, watching };
}

async function finish(ada: ModernPeer, end: 'passed' | 'failed'): Promise<void> {
  const { run } = await ada.hears('runtest');
  ada.finishes(run, 'output\n', end);
}

describe('what the dispatcher knows', () => {
  test('is a table for people and the document itself for programs', async () => {
    const { ada, handOver, asked, repository } = await someoneAtWork();
    const red = handOver('Break it');
    await finish(ada, 'failed');
    await ada.hears('recorded');
    const going = handOver('Mend it');
    await ada.hears('runtest');

    const { stdout, stderr } = await asked(status);
    expect(stderr).toBe('');
    expect(stdout).toMatch(/^1 runner, 1 observer; 1 running, 0 waiting\n/);
    expect(stdout).toMatch(
      new RegExp(`\\nrunning\\n {2}● {2}${going.slice(0, 7)} {2}main {2}Mend it {2}ada {2}\\d`),
    );
    const overview = JSON.parse((await asked(status, '--json')).stdout);
    expect(documents.overview.parse(overview).running).toMatchObject([{ commit: going }]);

    expect((await asked(commits, '--all')).stdout.split('\n')).toEqual([
      expect.stringMatching(/^● {2}\w{7} {2}running {2}main {2}Mend it/),
      expect.stringMatching(/^✗ {2}\w{7} {2}failed {3}main {2}Break it/),
      '',
    ]);
    expect((await asked(commits)).stdout).toContain('Break it');
    expect((await asked(commits, '--repository', 'other')).stderr).toBe(
      'No commit of other was handed over.\n',
    );
    const shown = await asked(show, 'HEAD~1', '--exit-code');
    expect(shown.stdout).toMatch(
      /^✗ \w{7} failed {2}Break it\n {2}Ada on main now, took .*\n\n✗ demo failed/,
    );
    expect(shown.status).toBe(1);
    expect(JSON.parse((await asked(show, red, '--json')).stdout)).toMatchObject({ commit: red });
    repository.commit('Not handed over');
    expect(await asked(show)).toMatchObject({
      status: 2,
      stderr: expect.stringContaining('never'),
    });
  });

  test('has an address, which is printed where no browser is', async () => {
    const { repository, asked, port } = await someoneAtWork();
    const commit = repository.commit('Begin');
    expect((await asked(open, 'HEAD:a b')).stdout).toBe(
      `http://127.0.0.1:${port}/commits/${commit}#a%20b\n`,
    );
    expect((await asked(open)).stdout).toBe(`http://127.0.0.1:${port}/\n`);
  });
});

describe('of a commit that has several jobs, one that is named', () => {
  /** `lint` has passed, `test` has failed. */
  async function ofTwoJobs() {
    const work = await someoneAtWork();
    const { ada, handOver } = work;
    const commit = handOver('Begin', undefined, ['lint', 'test']);
    await finish(ada, 'passed');
    await ada.hears('recorded');
    await finish(ada, 'failed');
    await ada.hears('recorded');
    return { ...work, commit };
  }

  test('is shown alone, to people and to programs, and gives its own exit code', async () => {
    const { asked, commit } = await ofTwoJobs();
    const lint = await asked(show, 'HEAD:lint', '--exit-code');
    expect(lint.stdout).toMatch(/^✓ \w{7} passed {2}Begin\n/);
    expect(lint.stdout).not.toContain('test');
    expect(lint.status).toBe(0);
    expect((await asked(show, 'HEAD:test', '--exit-code')).status).toBe(1);
    expect((await asked(show, '--exit-code')).status).toBe(1);
    for (const command of [show, why]) {
      const { stdout } = await asked(command, 'HEAD:lint', '--json');
      const document = documents.commit.parse(JSON.parse(stdout));
      expect(document).toMatchObject({ commit, state: 'passed', jobs: [{ name: 'lint' }] });
      expect(document.finishedAtMs).toBe(document.jobs[0]?.finishedAtMs);
    }
    expect((await asked(watch, 'HEAD:lint')).status).toBe(0);
    expect((await asked(watch, 'HEAD:test')).status).toBe(1);
  });

  test.each([
    ['show', show, []],
    ['show --json', show, ['--json']],
    ['show --exit-code', show, ['--exit-code']],
    ['why --json', why, ['--json']],
    ['log', log, []],
    ['watch', watch, []],
  ] as const)(
    'and mistyped is told of by %s, with the one that is near',
    async (_, command, flags) => {
      const { asked, commit } = await ofTwoJobs();
      expect(await asked(command, 'HEAD:lnt', ...flags)).toMatchObject({
        status: 2,
        stderr: `${commit.slice(0, 7)} has no job "lnt": did you mean "lint"?\n`,
      });
      expect((await asked(command, 'HEAD:deploy', ...flags)).stderr).toBe(
        `${commit.slice(0, 7)} has no job "deploy": there are lint, test.\n`,
      );
    },
  );

  test('and mistyped is told of by watch while the commit is still tested', async () => {
    const { ada, handOver, asked } = await someoneAtWork();
    handOver('Begin', undefined, ['lint', 'test']);
    await ada.hears('runtest');
    expect(await asked(watch, 'HEAD:lnt')).toMatchObject({
      status: 2,
      stderr: expect.stringContaining('did you mean "lint"?'),
    });
  });

  test.skipIf(!hasTmux)('and mistyped ends the screen of watch as well', async () => {
    const { ada, handOver, server, repository } = await someoneAtWork();
    handOver('Begin', undefined, ['lint', 'test']);
    await ada.hears('runtest');
    const terminal = openTerminal(repository.path);
    terminal.type(`${commandLine} watch ${server.join(' ')} HEAD:lnt; echo "exit code $?"`);
    await terminal.shows('exit code 2');
    expect(terminal.screen()).toContain('did you mean "lint"?');
  });
});

describe('a commit is watched', () => {
  test.each([
    ['passed', 0],
    ['failed', 1],
  ] as const)(
    'to its verdict, from before it is handed over; %s is exit code %i',
    async (end, code) => {
      const { ada, repository, handOver, watching } = await someoneAtWork();
      const commit = repository.commit('Begin');
      const short = commit.slice(0, 7);
      const { watched } = await watching('HEAD');
      handOver('Begin', commit);
      await finish(ada, end);
      const { status: exitCode, stdout } = await watched;
      expect(stdout).toMatch(
        new RegExp(`${short} accepted main "Begin"\\n.*${short} leased ada\\n`),
      );
      expect(stdout).toMatch(new RegExp(`${short} ${end}\\n$`));
      expect(exitCode).toBe(code);
    },
  );

  test('by programs as a JSON object a line', async () => {
    const { ada, repository, handOver, watching } = await someoneAtWork();
    const commit = repository.commit('Begin');
    const { watched } = await watching(commit, '--json');
    handOver('Begin', commit);
    await finish(ada, 'passed');
    const lines = (await watched).stdout.trim().split('\n');
    const kinds = lines.map((line) => JSON.parse(line)).filter(({ seq }) => seq !== undefined);
    expect(kinds.map(({ kind }) => kind)).toEqual(['accepted', 'leased', 'finished']);
  });

  test('by nobody where no dispatcher is, which is said at once', async () => {
    const { repository } = await someoneAtWork();
    const nobody = ['--dispatcher-server', '127.0.0.1:1'];
    expect(await typed(repository.path, watch, ...nobody)).toMatchObject({
      status: 2,
      stderr: expect.stringContaining('start it, or name it with --dispatcher-server'),
    });
  });

  test.skipIf(!hasTmux)(
    'on a screen of 80 by 24, where keys cancel it and test it again',
    async () => {
      const { ada, repository, handOver, server } = await someoneAtWork();
      const commit = handOver('Begin');
      const short = commit.slice(0, 7);
      await ada.hears('runtest');
      const terminal = openTerminal(repository.path);
      terminal.type(`${commandLine} watch ${server.join(' ')}; echo "exit code $?"`);
      await terminal.shows(new RegExp(`running\\n› ● {2}${short} {2}main {2}Begin`));
      terminal.press('c');
      const { run } = await ada.hears('cancel');
      await terminal.shows(`${short} is cancelled`);
      ada.finishes(run, 'output\n', 'cancelled');
      await terminal.shows(new RegExp(`› ■ {2}${short} {2}cancelled`));
      terminal.press('Enter');
      await terminal.shows(`■ ${short} cancelled  Begin`);
      terminal.press('f');
      await terminal.shows(/^output/m);
      terminal.press('r');
      const again = await ada.hears('runtest');
      terminal.press('f', 'q');
      await terminal.shows('exit code 0');
      ada.finishes(again.run, 'output\n', 'failed');

      terminal.type(`clear; ${commandLine} watch ${server.join(' ')} HEAD; echo "exit code $?"`);
      await terminal.shows('exit code 1');
      expect(terminal.screen()).toContain(`✗ ${short} failed  Begin`);
    },
  );
});
