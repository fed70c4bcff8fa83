/**
 * Owns one image with what small projects are built and tested with: node, npm, Python with pytest,
 * Perl, make, and a compiler for C. All is taken from this machine, a Debian: no registry is ever asked.
 * Invariant: a tool is there with all that it loads, or there is no image.
 */

import { execFileSync } from 'node:child_process';
import {
  copyFileSync,
  lstatSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readlinkSync,
  realpathSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { basename, dirname, join, resolve } from 'node:path';
import { asked, engine } from './containers.js';

/**
 * What the image is made of. Null: there is no engine here, or this machine lacks a tool, which is said;
 * but not in CI.
 */
export function toolsOfThisMachine(): string[] | null {
  if (engine === null) return null;
  try {
    return filesOfTools();
  } catch (lacking) {
    if (process.env['CI'] !== undefined) throw lacking;
    process.stderr.write(`No image of this machine's tools can be made: ${lacking}\n`);
    return null;
  }
}

/** One layer, made in about 15 seconds. It stays until `remove`. */
export function makeImageOfTools(files: readonly string[]) {
  const image = `localhost/trivet-test-tools-${process.pid}:1`;
  const folder = mkdtempSync(join(tmpdir(), 'trivet-test-'));
  try {
    const own = join(folder, 'root');
    const list = join(folder, 'list');
    const archive = join(folder, 'image.tar');
    makeRoot(own, new Set(files));
    writeFileSync(list, files.join('\n'));
    const parts = [...['-C', own, '.'], ...['-C', '/', '--files-from', list]];
    execFileSync('tar', ['--create', '--file', archive, ...parts], { stdio: 'pipe' });
    asked(['import', '--change', 'ENV PATH=/usr/bin', archive, image]);
  } finally {
    rmSync(folder, { recursive: true });
  }
  return { image, remove: () => void asked(['rmi', '--force', image]) };
}

/** From the root on, without its slash. */
function filesOfTools(): string[] {
  const packages = filesOfPackages(['gcc', 'libc6-dev', 'make', 'perl']);
  const files = [...packages, programCalled('cc'), ...filesOfNode(), ...filesOfPython()];
  // Where `/lib` is a link to `/usr/lib`, it is one in the image.
  const links = ['/bin', '/sbin', '/lib', '/lib64'].filter((path) => isA('link', path));
  return [...new Set([...links, ...files.flatMap(linksAndFile)])].map((path) => path.slice(1));
}

/** Of packages of Debian, and of all that they depend on. */
function filesOfPackages(names: readonly string[]): string[] {
  const format = `\${Package}\t\${Pre-Depends}, \${Depends}\n`;
  const known = new Map(
    told('dpkg-query', '--show', '--showformat', format)
      .split('\n')
      .map((line) => line.split('\t'))
      .map(([name = '', depends = '']) => [name, depends.match(/(?<=^|[,|] *)[a-z0-9][^ :,|]*/g)]),
  );
  // The package of packages is for those who install some.
  const wanted = new Set<string>(['dpkg']);
  const want = (name: string) => {
    if (wanted.has(name) || !known.has(name)) return;
    wanted.add(name);
    for (const each of known.get(name) ?? []) want(each);
  };
  for (const name of names) {
    if (!known.has(name)) throw new Error(`the package ${name} is not installed`);
    want(name);
  }
  wanted.delete('dpkg');
  return told('dpkg-query', '--listfiles', ...wanted)
    .split('\n')
    .filter((path) => path.startsWith('/') && !unneeded.test(path))
    .filter((path) => isA('file', path) || isA('link', path));
}

/** What is for people to read, and the heaviest of what these projects are not compiled with. */
const unneeded = /^\/usr\/share\/(doc|man|info|locale)\/|\/lto1$|lto-dump|san\.(a|so)/;

function filesOfNode(): string[] {
  const npm = dirname(dirname(realpathSync(programCalled('npm'))));
  return [process.execPath, ...librariesOf(process.execPath), npm];
}

/** Of whatever Python is called `python3` here; of what is installed for it, only pytest. */
function filesOfPython(): string[] {
  const [program = '', library = '', ...modules] = pythonHere();
  const parts = readdirSync(library)
    .filter(
      (name) => !/^(test|idlelib|ensurepip|tkinter|config-.*|(site|dist)-packages)$/.test(name),
    )
    .map((name) => join(library, name));
  const extensions = join(library, 'lib-dynload');
  const loaded = readdirSync(extensions).map((name) => join(extensions, name));
  return [program, ...librariesOf(program, ...loaded), ...parts, ...modules];
}

/** The program, its library, and where what it imports for pytest lies. */
function pythonHere(): string[] {
  return told('python3', '-c', aboutPython).split('\n');
}

const aboutPython = `
import importlib.util, os, pytest, sys, sysconfig
print(os.path.realpath(sys.executable))
print(sysconfig.get_path('stdlib'))
for name in 'pytest _pytest pluggy iniconfig packaging pygments py attr attrs'.split():
    found = importlib.util.find_spec(name)
    if found is not None:
        print((found.submodule_search_locations or [found.origin])[0])`;

/** What the loader would bring along. */
function librariesOf(...programs: readonly string[]): string[] {
  const lines = told('ldd', ...programs).matchAll(/(?:=> |^\s+)(\/\S+) \(0x/gm);
  return [...new Set([...lines].map(([, path = '']) => path))];
}

/** A file by its path without links in it, and each link that leads to it. */
function linksAndFile(path: string): string[] {
  const direct = join(realpathSync(dirname(path)), basename(path));
  if (!isA('link', direct)) return [direct];
  const target = resolve(dirname(direct), readlinkSync(direct));
  return isA('file', target) || isA('link', target) ? [direct, ...linksAndFile(target)] : [direct];
}

function isA(kind: 'file' | 'link', path: string): boolean {
  const found = lstatSync(path, { throwIfNoEntry: false });
  return (kind === 'file' ? found?.isFile() : found?.isSymbolicLink()) ?? false;
}

/** What the machine's files lack: a shell and what belongs to it, and tools by their usual names. */
function makeRoot(root: string, files: ReadonlySet<string>): void {
  const programs = join(root, 'usr', 'bin');
  for (const folder of [join(root, 'tmp'), programs]) mkdirSync(folder, { recursive: true });
  copyFileSync(programCalled('busybox'), join(programs, 'busybox'));
  const applets = told('busybox', '--list')
    .split('\n')
    .map((name) => [name, 'busybox'] as const);
  const links = new Map([
    ...applets.filter(([name]) => name !== 'busybox'),
    ['node', process.execPath],
    ['npm', realpathSync(programCalled('npm'))],
    ['python3', pythonHere()[0] ?? ''],
  ]);
  for (const [name, target] of links) {
    if (!files.has(`usr/bin/${name}`)) symlinkSync(target, join(programs, name));
  }
}

function programCalled(name: string): string {
  return told('sh', '-c', 'command -v "$0"', name);
}

function told(program: string, ...args: readonly string[]): string {
  return execFileSync(program, args, { encoding: 'utf8', maxBuffer: 64 * 1_024 * 1_024 }).trim();
}
