/**
 * Owns when a `node_modules` that `npm ci` has made before may stand for the one that it would make
 * now: where all that it goes by is the same, and it runs nothing of the project's own, which might
 * make more than `node_modules`. Reads the checkout, runs nothing of it.
 */

import { execFile } from 'node:child_process';
import { createHash } from 'node:crypto';
import { readFileSync, realpathSync, statSync } from 'node:fs';
import { homedir } from 'node:os';
import { dirname, join } from 'node:path';
import { promisify } from 'node:util';
import * as z from 'zod';
import { parseJson } from '../../world/files.js';
import { fileIn, hashOf } from './key.js';

export type NpmKey =
  | { readonly key: string }
  /** Why it has to run each time, as half a sentence. */
  | { readonly because: string };

type Environment = Readonly<Record<string, string>>;

export const installedFolder = 'node_modules';

export async function npmKey(tree: string, environment: Environment): Promise<NpmKey> {
  const locks = ['npm-shrinkwrap.json', 'package-lock.json'];
  const lock = lockShape.safeParse(jsonIn(tree, locks.find((name) => fileIn(tree, name)) ?? ''));
  const project = projectShape.safeParse(jsonIn(tree, 'package.json'));
  if (!lock.success || !project.success) return { because: 'its lock file is of an old kind' };
  const { packages } = lock.data;
  const own = lifecycle.find((name) => name in project.data.scripts);
  if (own !== undefined) return { because: `package.json has a script ${own}` };
  if (fileIn(tree, 'binding.gyp') !== null) return { because: 'the project has a binding.gyp' };
  const outside = Object.keys(packages).find(
    (name) => name !== '' && !name.startsWith(`${installedFolder}/`),
  );
  if (outside !== undefined) return { because: `it installs ${outside}, of the project itself` };
  const local = Object.values(packages).flatMap(({ resolved = '' }) =>
    resolved.startsWith('file:') ? [resolved.slice('file:'.length)] : [],
  );
  const node = await versionOfNode(environment);
  if (node === null) return { because: 'node does not say its version' };
  const files = [...locks, 'package.json', ...settings, ...local];
  const parts = [
    node,
    versionOfNpm(environment['PATH'] ?? ''),
    ...Object.entries(environment).filter(([name]) => /^(?:npm_config_.*|NODE_ENV)$/i.test(name)),
    ...(await Promise.all(files.map(async (name) => [name, await contentOf(tree, name)]))),
    textAt(
      environment['npm_config_userconfig'] ?? join(environment['HOME'] ?? homedir(), '.npmrc'),
    ),
  ];
  return { key: `npm ci:${createHash('sha256').update(JSON.stringify(parts)).digest('hex')}` };
}

const projectShape = z.object({ scripts: z.record(z.string(), z.unknown()).default({}) });

/** Since npm 7 all packages are listed by where they lie. */
const lockShape = z.object({
  packages: z.record(z.string(), z.object({ resolved: z.string().optional() })),
});

/** The project's own scripts that `npm ci` runs. */
const lifecycle = [
  ...['preinstall', 'install', 'postinstall'],
  ...['prepublish', 'preprepare', 'prepare', 'postprepare'],
];

/** npm's, and those by which programs that stand for node choose its version. */
const settings = ['.npmrc', '.nvmrc', '.node-version', '.tool-versions', 'mise.toml', '.mise.toml'];

/** A lock file of some ten thousand packages has ten megabytes. */
const jsonBytesMax = 64 * 1_024 * 1_024;

function jsonIn(tree: string, name: string): unknown {
  const file = fileIn(tree, name);
  if (file === null || statSync(file).size > jsonBytesMax) return undefined;
  return parseJson(readFileSync(file, 'utf8'));
}

async function contentOf(tree: string, name: string): Promise<string | null> {
  const file = fileIn(tree, name);
  return file === null ? null : hashOf(file);
}

const execute = promisify(execFile);

/** It need not be ours. Asked from where no commit can choose what answers. */
async function versionOfNode(environment: Environment): Promise<string | null> {
  try {
    const options = { cwd: '/', env: environment, timeout: answersWithinMs };
    return (await execute('node', ['--version'], options)).stdout;
  } catch {
    return null;
  }
}

const answersWithinMs = 10_000;

/** As it is written beside the program: npm itself takes long to say it. */
function versionOfNpm(path: string): string {
  const folders = path.split(':').filter((folder) => folder.startsWith('/'));
  for (const folder of folders) {
    try {
      const program = realpathSync(join(folder, 'npm'));
      return `${program} ${textAt(join(dirname(program), '..', 'package.json'))}`;
    } catch {
      // Not in this one.
    }
  }
  return '';
}

/** Null where there is none that can be read. */
function textAt(file: string): string | null {
  try {
    return readFileSync(file, 'utf8');
  } catch {
    return null;
  }
}
