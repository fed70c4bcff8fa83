/**
 * Owns the promise that the package which `npm pack` makes is whole: installed alone, into an empty
 * folder, it takes a push to its verdict.
 */

import { type ChildProcess, execFileSync, spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { cpSync, mkdtempSync, readdirSync, readFileSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { afterAll, beforeAll, expect, onTestFinished, test } from 'vitest';
import { type } from '../support/classic-peers.js';
import { eventually } from '../support/eventually.js';
import { makeClone, makeRemote, temporaryFolder } from '../support/git.js';
import { build, environment, install, type Package, pack } from '../support/packages.js';

/** A look at the registry, and two builds of Trivet's own, with other tests beside them. */
const withinMs = 120_000;

const strays = [
  'dist/of-an-earlier-day.js',
  '.trivet/trivet.db',
  '.trivet.key',
  'token',
  'key.pem',
];

let folder = '';
let packed: Package;
/** Where somebody installed it: an empty folder until then. */
let theirs = '';
let bin = '';

beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'trivet-test-'));
  theirs = join(folder, 'theirs');
  packed = pack(folder, strays);
  install(packed.tarball, theirs);
  bin = join(theirs, 'node_modules/.bin');
  build(theirs);
}, withinMs);

afterAll(() => rmSync(folder, { recursive: true, force: true }));

test('it holds what runs and what one reads, and no test, no script and nobody’s data', () => {
  const fits =
    /^(dist\/.+\.(js|css|html|svg)|[a-z-]+\.js|(docs|packaging|schema)\/.+|package\.json|LICENSE|(README|CHANGELOG)\.md)$/;
  expect(packed.files.filter((path) => !fits.test(path))).toEqual([]);
  expect(packed.files.filter((path) => strays.includes(path))).toEqual([]);
  expect(packed.files).toEqual(expect.arrayContaining(['LICENSE', 'dist/command/main.js']));
});

test('who installs it gets what it runs with, and nothing that it was made with', () => {
  const { devDependencies } = JSON.parse(readFileSync('package.json', 'utf8'));
  const installed = readdirSync(join(theirs, 'node_modules'), {
    recursive: true,
    encoding: 'utf8',
  });
  const made = Object.keys(devDependencies).filter((name) => installed.includes(name));
  expect(made).toEqual([]);
});

test('each of its commands is started from any folder, and called by the name that was typed', () => {
  const { bin: commands, version } = JSON.parse(readFileSync('package.json', 'utf8'));
  for (const command of Object.keys(commands)) {
    const asked = (flag: string) =>
      execFileSync(join(bin, command), [flag], { cwd: temporaryFolder(), encoding: 'utf8' });
    expect(asked('--version')).toBe(`${version}\n`);
    if (command === 'trivet-observer')
      expect(asked('--help')).toMatch(/^trivet-observer \[flags\]/);
  }
  const options = { cwd: theirs, env: environment, encoding: 'utf8' } as const;
  expect(execFileSync('npx', ['trivet', '--version'], options)).toBe(`${version}\n`);
});

test('where npm let better-sqlite3 not build itself, each process says so, and what helps', () => {
  const unbuilt = join(temporaryFolder(), 'node_modules');
  const filter = (path: string) => !path.endsWith('better-sqlite3/build');
  cpSync(join(theirs, 'node_modules'), unbuilt, {
    recursive: true,
    filter,
    verbatimSymlinks: true,
  });
  const { path: repo } = makeRemote().author;
  const starts = [
    ['dispatcher', '--port', '0'],
    ['observer', repo],
    ['test-runner', repo],
  ];
  for (const [process, ...args] of starts) {
    const command = join(unbuilt, '.bin', `trivet-${process}`);
    const options = { cwd: temporaryFolder(), encoding: 'utf8', timeout: withinMs } as const;
    const { status, stderr } = spawnSync(command, args, options);
    expect(stderr).toContain('"npm rebuild better-sqlite3" builds it');
    expect(status).toBe(2);
  }
});

test(
  'a push is tested by the three that are installed, and nothing is written where they are',
  async () => {
    const before = everythingIn(theirs);
    const { remote, author } = makeRemote();
    const clone = makeClone(remote.path);
    const dispatcher = started('trivet-dispatcher', '--port', '0');
    const port = Number((await dispatcher.tells('listening'))['port']);
    const address = ['--dispatcher-server', `localhost:${port}`];
    started('trivet-test-runner', ...address, '--state', temporaryFolder(), clone.path);
    started('trivet-observer', ...address, clone.path);
    const commit = author.commit('Begin', { Makefile: 'test:\n\t@echo all is well\n' });
    author.push();
    await dispatcher.tells('finished');
    expect(await type(port, `log:${commit}`)).toContain('all is well');
    expect(await type(port, `verdict:${commit}`)).toBe('passed\n');
    expect(everythingIn(theirs)).toEqual(before);
  },
  withinMs,
);

interface Told {
  readonly event: string;
  readonly [field: string]: unknown;
}

/** A command of the package, in a folder of its own until the test's end. */
function started(command: string, ...args: string[]) {
  const story: Told[] = [];
  const child: ChildProcess = spawn(join(bin, command), [...args, '--log-format', 'json'], {
    cwd: temporaryFolder(),
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  const ended = once(child, 'close');
  onTestFinished(async () => {
    child.kill('SIGTERM');
    child.kill('SIGTERM');
    await ended;
  });
  if (child.stdout === null) throw new Error('no standard output');
  createInterface(child.stdout).on('line', (line) => story.push(JSON.parse(line)));
  const tells = (what: string) =>
    eventually(
      `${command} tells "${what}"`,
      () => story.find(({ event }) => event === what),
      withinMs,
    );
  return { tells };
}

function everythingIn(place: string): string[] {
  return readdirSync(place, { recursive: true, encoding: 'utf8' }).map((path) => {
    const { size, mtimeMs } = statSync(join(place, path));
    return `${path} ${size} ${mtimeMs}`;
  });
}
