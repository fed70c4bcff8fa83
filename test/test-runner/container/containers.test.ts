/**
 * Steps in containers, by the engine that this machine has.
 */

import { spawn } from 'node:child_process';
import { readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, onTestFinished, test } from 'vitest';
import { checkoutMark, runMark } from '../../../src/test-runner/container/sweep.js';
import {
  asked,
  commandLinesOf,
  emptyFolder,
  engine,
  inContainers,
  testImage,
} from '../../support/containers.js';
import { eventually } from '../../support/eventually.js';

describe.skipIf(engine === null)('a step in a container', () => {
  const image = testImage('step');
  const plugin = testImage('plugin', 'ENTRYPOINT ["/bin/sh", "-c", "env | sort > seen"]');
  const ailing = testImage('ailing', 'HEALTHCHECK CMD test -e /tmp/well');

  const workflow = (commands: string, more = '') => `
    steps:
      - name: one
        image: ${image}
        commands: ${commands}
        ${more}`;

  const containersWith = (mark: string) =>
    asked(['ps', '--all', '--quiet', '--filter', `label=${mark}`]);

  test('writes into the checkout, and its exit code counts', async () => {
    const run = await inContainers(workflow('[pwd, echo made >file, exit 7]'));
    const end = await run.begin('one').ended;
    expect(end).toMatchObject({ exitCode: 7, signal: null, couldNotStart: null });
    expect(end.log).toBe(`+ pwd\n${run.place.workspace}\n+ echo made >file\n+ exit 7\n`);
    expect(run.place.workspace).toBe('/woodpecker/src/git.example.org/team/demo');
    expect(readFileSync(join(run.folder, 'file'), 'utf8')).toBe('made\n');
  });

  test('what it prints to both outputs keeps its order, and the first failing command ends it', async () => {
    const run = await inContainers(
      workflow('[echo 1; echo 2 >&2; echo 3; echo 4 >&2, "false", echo no]'),
    );
    const { exitCode, log } = await run.begin('one').ended;
    expect([exitCode, log]).toEqual([1, expect.stringContaining('\n1\n2\n3\n4\n+ false\n')]);
  });

  test('a command that reads its input does not swallow those behind it', async () => {
    const { begin } = await inContainers(workflow('[cat, echo done]'));
    expect((await begin('one').ended).log).toContain('\ndone\n');
  });

  test('what root makes in a container can be removed by its runner', async () => {
    const run = await inContainers(
      workflow('[mkdir -p a/b, touch a/b/c, chmod 500 a/b, chmod 0 a]'),
    );
    expect(await run.begin('one').ended).toMatchObject({ exitCode: 0 });
    rmSync(join(run.folder, 'a'), { recursive: true });
  });

  test('sees its variables, whatever is in them, and they are on no command line', async () => {
    const { begin } = await inContainers(
      workflow(`['echo "$A"; echo "$B"; echo "$PATH"', sleep 60]`),
    );
    const step = begin('one', { A: 'one\ntwo', B: ' s3cret # ', PATH: '/bin:/there' });
    await eventually('it sleeps', () => step.log().includes('+ sleep'));
    expect(step.log()).toContain('\none\ntwo\n s3cret # \n/bin:/there\n');
    const lines = commandLinesOf('s3cret');
    step.running.kill();
    expect(lines).toEqual([]);
    await step.ended;
  });

  test('is whom it asks to be, knows the names that it asks for, and has folders in memory', async () => {
    const { begin } = await inContainers(
      workflow(
        '[id -u, grep db /etc/hosts, grep scratch /proc/mounts]',
        `user: 1234
        extra_hosts: [db.example.org:10.0.0.7]
        tmpfs: /scratch:size=1m
        dns: 192.0.2.53`,
      ),
      // Nothing is reached there, so nobody is asked for names either.
      { options: { network: 'none' } },
    );
    const { exitCode, log } = await begin('one').ended;
    expect([exitCode, log]).toEqual([
      0,
      expect.stringMatching(/\n1234\n.*10\.0\.0\.7.*size=1024k/s),
    ]);
  });

  test('has no rights beyond those that it needs', async () => {
    const { begin } = await inContainers(
      workflow('[grep -E "CapEff|NoNewPrivs" /proc/self/status]'),
    );
    expect((await begin('one').ended).log).toMatch(/CapEff:\t00000000000404fb\nNoNewPrivs:\t1\n/);
  });

  test('a step that needs more memory than it may have is ended, and that is known', async () => {
    const { begin } = await inContainers(workflow('[exec tail -c 200000000 /dev/zero]'));
    const { exitCode, memoryKills } = await begin('one').ended;
    expect([exitCode, memoryKills > 0]).toEqual([137, true]);
  });

  test('asked to end, it may do so by itself; one that does not listen is killed after its grace', async () => {
    const listening = `["trap 'echo bye; exit 3' TERM", "while :; do sleep 0.1; done"]`;
    const { begin } = await inContainers(workflow(listening));
    const step = begin('one');
    await eventually('it loops', () => step.log().includes('+ while'));
    step.running.end();
    const end = await step.ended;
    expect(end).toMatchObject({ exitCode: 3, log: expect.stringContaining('bye') });

    const deaf = await inContainers(workflow(`["trap '' TERM", "sleep 60"]`), { graceMs: 100 });
    const other = deaf.begin('one');
    await eventually('it sleeps', () => other.log().includes('+ sleep'));
    other.running.end();
    expect(await other.ended).toMatchObject({ exitCode: 137 });
  });

  test('a plugin is the program of its image, told by its settings', async () => {
    const run = await inContainers(`
      steps:
        - name: publish
          image: ${plugin}
          settings: { to: there }`);
    const end = await run.begin('publish', { PLUGIN_TO: 'there', PLUGIN_TAGS: 'a,b' }).ended;
    expect(end).toMatchObject({ exitCode: 0 });
    expect(readFileSync(join(run.folder, 'seen'), 'utf8')).toMatch(
      /PLUGIN_TAGS=a,b\nPLUGIN_TO=there\n/,
    );
  });

  test('an entrypoint of its own gets the script, or stands alone', async () => {
    const run = await inContainers(`
      steps:
        - name: one
          image: ${image}
          entrypoint: [/bin/sh, -c, "echo $CI_SCRIPT | base64 -d | wc -l"]
          commands: [a, b]
        - name: two
          image: ${image}
          entrypoint: [/bin/echo, just this]`);
    expect((await run.begin('one', { CI_SCRIPT: 'YQpiCg==' }).ended).log).toBe('2\n');
    expect((await run.begin('two').ended).log).toBe('just this\n');
  });

  test('an image that is not there is named', async () => {
    const missing = await inContainers(`
      steps:
        - { name: one, image: localhost/nobody/has/this, pull: never, commands: [true] }
        - { name: two, image: "localhost:1/nobody/has/this:1", commands: [true] }`);
    const { couldNotStart: never } = await missing.begin('one').ended;
    expect(never?.message).toContain('the image localhost/nobody/has/this is not here');
    const { couldNotStart: unreachable, log } = await missing.begin('two').ended;
    expect(unreachable?.message).toContain(
      'the image localhost:1/nobody/has/this:1 could not be fetched',
    );
    expect(log).not.toBe('');
  });

  test('an image without the program that is asked for says so', async () => {
    const { begin } = await inContainers(`
      steps:
        - { name: one, image: "${image}", entrypoint: [/no/such/program] }`);
    const { couldNotStart, exitCode, log } = await begin('one').ended;
    expect([couldNotStart?.message, exitCode]).toEqual([
      expect.stringMatching(/log|program/),
      null,
    ]);
    expect(log).toContain('/no/such/program');
  });

  describe('with services', () => {
    const served = (network: 'bridge' | 'none') =>
      inContainers(
        `
        services:
          - name: web
            image: ${image}
            commands: ["mkdir /www && echo hello >/www/index.html", httpd -f -p 8080 -h /www]
        steps:
          - name: ask
            image: ${image}
            commands: ["for i in $(seq 50); do wget -qO- http://web:8080/ && exit 0; sleep 0.1; done; exit 1"]`,
        { options: { network } },
      );

    test.each(['bridge', 'none'] as const)(
      'a service is reached by its name (network: %s)',
      async (network) => {
        const run = await served(network);
        const service = run.begin('web');
        await service.running.begun;
        const end = await run.begin('ask').ended;
        expect([end.exitCode, end.log]).toEqual([0, expect.stringContaining('\nhello\n')]);
        await run.place.close();
        expect(await service.ended).toMatchObject({ exitCode: null, signal: 'SIGKILL' });
      },
    );

    test('whose image says how to see that it is well, it counts as begun once it is', async () => {
      const { begin } = await inContainers(`
        services:
          - { name: db, image: "${ailing}", commands: [sleep 1, touch /tmp/well, echo well, sleep 60] }
        steps:
          - { name: one, image: "${image}", commands: [true] }`);
      const service = begin('db');
      await service.running.begun;
      expect(service.log()).toContain('\nwell\n');
    });
  });

  describe('leaves nothing behind', () => {
    test('when its run is closed, whatever it is about', async () => {
      const run = await inContainers(`
        services:
          - { name: web, image: "${image}", commands: [sleep 60] }
        steps:
          - { name: one, image: "${image}", commands: ["trap '' TERM; sleep 60"] }`);
      const steps = [run.begin('web'), run.begin('one')];
      await eventually('both run', () => steps.every(({ log }) => log().includes('sleep')));
      await run.place.close();
      expect(containersWith(runMark(run.id))).toBe('');
      expect(asked(['network', 'ls', '--quiet', '--filter', `label=${runMark(run.id)}`])).toBe('');
    });

    test('after its runner was killed, once another takes over; a living runner’s is left alone', async () => {
      const alive = await inContainers(workflow('[sleep 60]'));
      const step = alive.begin('one');
      await eventually('it runs', () => step.log().includes('+ sleep'));
      const folder = emptyFolder();
      const doomed = spawn(
        process.execPath,
        [
          '--import',
          'tsx',
          join(import.meta.dirname, 'fixtures', 'doomed-runner.ts'),
          folder,
          image,
        ],
        { stdio: ['ignore', 'pipe', 'inherit'] },
      );
      onTestFinished(() => void doomed.kill('SIGKILL'));
      let log = '';
      doomed.stdout.on('data', (bytes) => {
        log += bytes;
      });
      await eventually('its step runs', () => log.includes('+ sleep'));
      doomed.kill('SIGKILL');
      expect(containersWith(checkoutMark(folder))).not.toBe('');
      expect(await alive.executor.sweep(folder)).toBe(true);
      expect(containersWith(checkoutMark(folder))).toBe('');
      expect(containersWith(checkoutMark(alive.folder))).not.toBe('');
    });
  });
});
