/**
 * Owns the promise that the package which `npm pack` makes is whole: installed alone, into an empty
 * folder, it takes a commit to its verdict.
 */

import { execFileSync, spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { cpSync, mkdtempSync, readdirSync, readFileSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, onTestFinished, test } from 'vitest';
import { type } from '../support/classic-peers.js';
import { eventually } from '../support/eventually.js';
import { makeRemote, makeRepository, temporaryFolder } from '../support/git.js';
import { build, environment, install, type Package, pack } from '../support/packages.js';

/** A build and a look at the registry, half a minute on a machine at rest: this ends what hangs. */
const withinMs = 300_000;

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
    /^(dist\/.+\.js|src\/web\/styles\/.+|[a-z-]+\.js|(docs|packaging|schema)\/.+|package\.json|LICENSE|(README|CHANGELOG)\.md)$/;
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
  'npx trivet up . takes a commit to its verdict, and writes nothing where it is installed',
  async () => {
    const before = everythingIn(join(theirs, 'node_modules'));
    const here = makeRepository(theirs);
    const makefile = 'test:\n\t@echo all is well\n';
    const commit = here.commit('Begin', { Makefile: makefile, '.gitignore': 'node_modules\n' });
    const up = started('npx', 'trivet', 'up', '.', '--port', '0', '--runners', '1');
    const [, port = ''] = await up.tells(/dispatcher on localhost:(\d+)/);
    await up.tells(/passed after .* on runner/);
    expect(await type(Number(port), `log:${commit}`)).toContain('all is well');
    expect(await lacksOf(`http://localhost:${port}/`)).toEqual([]);
    await up.end();
    expect(everythingIn(join(theirs, 'node_modules'))).toEqual(before);
  },
  withinMs,
);

/** A command in the folder where it is installed, until the test's end. */
function started(command: string, ...args: string[]) {
  const options = { cwd: theirs, env: environment, detached: true } as const;
  const child = spawn(command, args, { ...options, stdio: ['ignore', 'pipe', 'pipe'] });
  const ended = once(child, 'close');
  let output = '';
  for (const stream of [child.stdout, child.stderr]) {
    stream.on('data', (bytes) => {
      output += bytes;
    });
  }
  // As Ctrl-C does: all of a terminal's processes are told.
  const end = async () => {
    if ((child.exitCode ?? child.signalCode) === null) process.kill(-(child.pid ?? 0), 'SIGINT');
    await ended;
  };
  onTestFinished(end);
  const failure = (): undefined => {
    if (child.exitCode !== null) throw new Error(`it ended: ${output}`);
  };
  const tells = (what: RegExp) =>
    eventually(`${args.join(' ')} tells ${what}`, () => what.exec(output) ?? failure(), withinMs);
  return { tells, end };
}

/** What a page names, a library or a style too, and is not there. */
async function lacksOf(page: string): Promise<string[]> {
  const text = await (await fetch(page)).text();
  const named = [...text.matchAll(/"(\/files\/[^"]+)"/g)].map(([, path]) => path);
  expect(named.length).toBeGreaterThan(5);
  const answers = named.map(async (path = '') =>
    (await fetch(new URL(path, page))).ok ? [] : path,
  );
  return (await Promise.all(answers)).flat();
}

function everythingIn(place: string): string[] {
  return readdirSync(place, { recursive: true, encoding: 'utf8' }).map((path) => {
    const { size, mtimeMs } = statSync(join(place, path));
    return `${path} ${size} ${mtimeMs}`;
  });
}
