/**
 * What a runner does with caches: for a workflow that names folders, and for a guessed suite of npm's,
 * whose second run begins with the tests where its lock file is the same.
 */

import { execFileSync } from 'node:child_process';
import { readdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { npmKey } from '../../src/test-runner/cache/npm.js';
import { write } from '../support/caches.js';
import { eventually } from '../support/eventually.js';
import { temporaryFolder } from '../support/git.js';
import { runnerAtWork } from '../support/runners-at-work.js';
import { mayBuildSandbox } from '../support/tools.js';
import { workFor } from '../support/works.js';

const says = 'console.log(require("dep"), require("fs").existsSync("node_modules/left"))';
const leaves = 'require("fs").writeFileSync("node_modules/left", "")';
const project = {
  'package.json': JSON.stringify({
    name: 'demo',
    version: '1.0.0',
    scripts: { test: 'node test.js' },
    dependencies: { dep: 'file:dep.tgz' },
  }),
  'package-lock.json': JSON.stringify({
    name: 'demo',
    version: '1.0.0',
    lockfileVersion: 3,
    packages: {
      '': { name: 'demo', version: '1.0.0', dependencies: { dep: 'file:dep.tgz' } },
      'node_modules/dep': { version: '1.0.0', resolved: 'file:dep.tgz' },
    },
  }),
  'test.js': `${says}; ${leaves}`,
};

/** A package in a file, as `npm pack` makes it; what it exports is that text. */
function pack(folder: string, exported: string): void {
  const content = temporaryFolder();
  write(content, {
    'package/package.json': JSON.stringify({ name: 'dep', version: '1.0.0' }),
    'package/index.js': `module.exports = '${exported}'`,
  });
  execFileSync('tar', ['-czf', join(folder, 'dep.tgz'), '-C', content, 'package']);
}

const nobody = () => ({
  PATH: process.env['PATH'] ?? '',
  HOME: temporaryFolder(),
  npm_config_offline: 'true',
});

async function npmAtWork(more: Parameters<typeof runnerAtWork>[0] = {}) {
  const cache = temporaryFolder();
  const environment = nobody();
  const atWork = await runnerAtWork({ command: null, cache, environment, ...more });
  pack(atWork.repository.path, 'one');
  return { ...atWork, cache };
}

test('a workflow’s folders come back to its next job, and the log says from where', async () => {
  const cache = temporaryFolder();
  const { dispatcher, repository } = await runnerAtWork({ command: null, cache }, ['steps']);
  const work = workFor(`
    cache: [{ key: [v1, a.lock], paths: [deps, src], fallback: v1 }]
    steps: [{ name: build, commands: [test -e deps/made && cat deps/made || echo none, mkdir -p deps, 'cat a.lock > deps/made'] }]
  `);
  const ran = async (files: Readonly<Record<string, string>>) => {
    const run = dispatcher.runtest(repository.commit('a change', files), 'a change', work);
    const { steps = [] } = await eventually('a report', () => dispatcher.reports.get(run));
    const logOf = (number: number) => dispatcher.log(run, number).toString();
    return { log: logOf(0), built: logOf(1), after: logOf(2), steps: steps.length };
  };
  const first = await ran({ 'a.lock': 'one', 'src/a': '' });
  expect(first.log).toContain('Trivet: src is not cached: it is there already');
  expect(first.log).toMatch(
    /nothing is cached yet for deps, src \(key v1\/a\.lock:[0-9a-f]{12}\)\.$/m,
  );
  expect(first.built).toContain('\nnone\n');
  expect(first.after).toMatch(
    /^Trivet: deps saved in the cache in .* MB \(key v1\/a\.lock:.*, of main\)\.\n$/,
  );

  const second = await ran({ 'a.lock': 'two' });
  expect(second.log).toContain('(an older key v1/a.lock:');
  expect(second.built).toContain('\none');
  const third = await ran({ 'b.txt': '' });
  expect(third.log).toMatch(/^Trivet: deps restored from the cache in .* \(key v1\/a\.lock:/m);
  expect(third).toMatchObject({ built: expect.stringContaining('\ntwo'), after: '', steps: 1 });
});

test('npm ci is left out where just the same was installed for a green run', {
  timeout: 60_000,
}, async () => {
  const { dispatcher, repository } = await npmAtWork();
  const first = await dispatcher.verdict(repository.commit('first', project));
  expect(first.report.end).toBe('passed');
  expect(first.log).toContain('Trivet: nothing is cached yet for node_modules (key npm ci:');
  expect(first.log).toContain('added 1 package');
  expect(first.log).toContain('one false\n');
  expect(first.log).toMatch(/Trivet: node_modules saved in the cache in .*\.\n$/);

  const second = await dispatcher.verdict(repository.commit('second', { 'a.txt': 'a' }));
  expect(second.report.end).toBe('passed');
  expect(second.log).toMatch(/^Trivet: node_modules restored from the cache in .*\.$/m);
  expect(second.log).toContain('Trivet: npm ci is left out.\n');
  expect(second.log).not.toContain('added 1 package');
  // What the tests of the first have left there is not in it.
  expect(second.log).toContain('one false\n');

  pack(repository.path, 'two');
  const third = await dispatcher.verdict(repository.commit('another package of that name'));
  expect(third.log).toContain('added 1 package');
  expect(third.log).toContain('two false\n');
});

test('a red run keeps nothing, and where the install fails no test is run', {
  timeout: 60_000,
}, async () => {
  const { dispatcher, repository, cache } = await npmAtWork();
  const red = { ...project, 'test.js': 'process.exit(3)' };
  const { report } = await dispatcher.verdict(repository.commit('red', red));
  expect(report).toMatchObject({ end: 'failed' });
  expect(readdirSync(join(cache, 'entries'))).toEqual([]);

  const lock = project['package-lock.json'].replaceAll('dep.tgz', 'away.tgz');
  const manifest = project['package.json'].replace('dep.tgz', 'away.tgz');
  const broken = { ...project, 'package.json': manifest, 'package-lock.json': lock };
  const { report: failed, log } = await dispatcher.verdict(repository.commit('broken', broken));
  expect(failed).toMatchObject({ end: 'failed' });
  expect(log).not.toContain('one false');
});

test.runIf(mayBuildSandbox)(
  'a sandbox shows nothing of the cache but the copy in the checkout',
  { timeout: 60_000 },
  async () => {
    const sandbox = { secrets: [], sandboxNet: true };
    const { dispatcher, repository, cache } = await npmAtWork(sandbox);
    const looks = `console.log('sees ' + require('fs').readdirSync(${JSON.stringify(cache)}).length)`;
    const verdict = await dispatcher.verdict(
      repository.commit('first', { ...project, 'test.js': looks }),
    );
    expect(verdict.log).toContain('sees 0\n');
    expect(readdirSync(join(cache, 'entries'))).toHaveLength(1);
  },
);

test.each([
  ['a script prepare', { scripts: { test: 'x', prepare: 'make' } }, {}, {}],
  ['packages/a', {}, { 'packages/a': {} }, {}],
  ['binding.gyp', {}, {}, { 'binding.gyp': '{}' }],
])(
  'npm ci runs each time where it makes more than node_modules: %s',
  async (why, manifest, packages, files) => {
    const tree = temporaryFolder();
    write(tree, {
      'package.json': JSON.stringify(manifest),
      'package-lock.json': JSON.stringify({ packages }),
      ...files,
    });
    expect(await npmKey(tree, nobody())).toEqual({ because: expect.stringContaining(why) });
  },
);

test('whatever npm ci goes by is part of its key, and what else the commit changes is not', async () => {
  const tree = temporaryFolder();
  write(tree, project);
  const bin = temporaryFolder();
  writeFileSync(join(bin, 'node'), '#!/bin/sh\necho v99.0.0\n', { mode: 0o755 });
  const environment = nobody();
  const keys = new Set<string>();
  const noteKey = async (more: Readonly<Record<string, string>> = {}) => {
    const npm = await npmKey(tree, { ...environment, ...more });
    keys.add('key' in npm ? npm.key : npm.because);
  };
  await noteKey();
  write(tree, { 'src/a.js': '' });
  await noteKey();
  expect(keys.size).toBe(1);

  write(tree, { '.npmrc': 'legacy-peer-deps=true' });
  await noteKey();
  write(tree, { 'package.json': '{"dependencies":{"dep":"*"}}' });
  await noteKey();
  write(tree, { 'package-lock.json': '{"packages":{"node_modules/a":{}}}' });
  await noteKey();
  write(environment.HOME, { '.npmrc': 'omit=dev' });
  await noteKey();
  await noteKey({ NODE_ENV: 'production' });
  await noteKey({ PATH: `${bin}:${environment.PATH}` });
  expect(keys.size).toBe(7);
});
