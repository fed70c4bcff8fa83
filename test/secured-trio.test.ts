/**
 * The three processes as a small team would run them: a token, TLS, certificates of the clients,
 * suites behind walls. One commit, from the observer to its verdict.
 */

import { type ChildProcess, execFileSync, spawn } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import { makeCertificates } from './support/certificates.js';
import { spawnDispatcher } from './support/dispatchers.js';
import { eventually } from './support/eventually.js';
import { makeRepository, temporaryFolder } from './support/git.js';
import { launcher, type Program } from './support/launchers.js';
import { mayBuildSandbox } from './support/tools.js';

test.runIf(mayBuildSandbox)(
  'A49: a commit goes its whole way behind a token, TLS and walls',
  async () => {
    const folder = temporaryFolder();
    const { ca, server, client } = makeCertificates();
    const token = join(folder, 'token');
    writeFileSync(token, 'correct-horse-battery\n');
    const repository = makeRepository();
    const commit = repository.commit('one', { 'a.txt': 'one' });

    const own = ['--tls-cert', server.cert, '--tls-key', server.key, '--tls-client-ca', ca.cert];
    const dispatcher = await spawnDispatcher(folder, { flags: ['--token-file', token, ...own] });
    const to = ['--dispatcher-server', `localhost:${dispatcher.port}`, '--token-file', token];
    const tls = ['--tls-ca', ca.cert, '--tls-cert', client.cert, '--tls-key', client.key];
    const suite = `cat a.txt; cat ${token} ${client.key} 2>/dev/null | wc -c`;
    start('test-runner', ['--port', '0', '--sandbox', '--command', suite, ...to, ...tls]);
    start('observer', [...to, ...tls]);
    await eventually('a verdict', () =>
      dispatcher.told.find(({ event, verdict }) => event === 'finished' && verdict === 'passed'),
    );

    // As README has it for people: openssl in the place of nc.
    const asking = ['s_client', '-quiet', '-connect', `localhost:${dispatcher.port}`];
    const ours = ['-CAfile', ca.cert, '-cert', client.cert, '-key', client.key];
    const log = execFileSync('openssl', [...asking, ...ours], {
      input: `token:correct-horse-battery\nlog:${commit}\n`,
      stdio: ['pipe', 'pipe', 'ignore'],
    });
    // Neither secret has a byte in there.
    expect(log.toString()).toBe('one0\n');
    expect(JSON.stringify(dispatcher.told)).not.toContain('correct-horse');

    function start(what: Program, flags: readonly string[]): ChildProcess {
      const at = ['--state', temporaryFolder(), ...flags, repository.path];
      const started = spawn(process.execPath, [launcher(what), ...at], {
        stdio: 'ignore',
      });
      onTestFinished(() => void started.kill('SIGKILL'));
      return started;
    }
  },
);
