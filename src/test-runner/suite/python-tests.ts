/**
 * Owns where the tests of a Python tree lie that says nothing of them, and which of the two ways
 * they are run in. Reads the tree only.
 *
 * unittest looks into packages alone: a folder without `__init__.py` needs a start of its own, or
 * what lies in it never runs, and the suite is green.
 */

import type { Tree } from './suite.js';

/** Null where pytest must run them; else the folders that unittest must start in, at least one. */
export type Starts = readonly string[] | null;

/** What a file that is named like a test tells; the text itself may be long. */
interface TestFile {
  readonly isPytest: boolean;
  /** Classes of no kind that have tests: pytest's, or the other halves of test cases. */
  readonly plain: readonly string[];
  readonly bases: readonly string[];
  readonly hasTests: boolean;
}

/** Beyond this many folders nobody looks for tests, and looking would hold up the runner. */
const foldersMost = 2_000;

/** What is no test itself: what tests read, what others wrote, what tools made. */
const isNone = /^(?:\.|(?:node_modules|__pycache__|venv|testdata|fixtures?)$)/;

/** In the first of the folders where they are used to lie; undefined where there are none. */
export function pythonTestsIn(tree: Tree): Starts | undefined {
  for (const top of ['tests', 'test', '.']) {
    const starts = [...filesByStart(tree, top)].filter(([, files]) => files.length > 0);
    const files = starts.flatMap(([, files]) => files);
    const bases = new Set(files.flatMap((file) => file.bases));
    const isForPytest = ({ isPytest, plain }: TestFile) =>
      isPytest || plain.some((name) => !bases.has(name));
    if (files.some(isForPytest)) return null;
    // A start in a folder of helpers would run nothing.
    const full = starts.filter(([, files]) => files.some(({ hasTests }) => hasTests));
    if (starts.length > 0) return (full.length > 0 ? full : starts).map(([start]) => start);
  }
  return undefined;
}

function filesByStart(tree: Tree, top: string): Map<string, TestFile[]> {
  const found = new Map<string, TestFile[]>();
  const folders = [{ folder: top, start: top }];
  for (const { folder, start } of folders) {
    const inside = (name: string) => (folder === '.' ? name : `${folder}/${name}`);
    const files = tree
      .list(folder)
      .filter((name) => /^test.*\.py$|_test\.py$/.test(name))
      .map((name) => testFile(name, tree.read(inside(name)) ?? ''));
    found.set(start, [...(found.get(start) ?? []), ...files]);
    for (const name of tree.folders(folder)) {
      if (isNone.test(name) || folders.length >= foldersMost) continue;
      const path = inside(name);
      const isPackage = tree.read(`${path}/__init__.py`) !== null;
      folders.push({ folder: path, start: isPackage ? start : path });
    }
  }
  return found;
}

function testFile(name: string, text: string): TestFile {
  return {
    // What unittest passes over: such a name, a function that stands alone.
    isPytest:
      !name.startsWith('test') || /^(?:async )?def test|^(?:import|from) pytest\b/m.test(text),
    plain: [...text.matchAll(plainClass)].map(([, name = '']) => name),
    bases: [...text.matchAll(basesOfClass)].flatMap(([, bases = '']) => bases.match(/\w+/g) ?? []),
    hasTests: /\bdef test|TestCase|load_tests/.test(text),
  };
}

const plainClass =
  /^class (Test\w*)(?:\s*\(\s*(?:object\s*)?\))?\s*:.*\n(?:[ \t#].*\n|\r?\n)*?[ \t]+(?:async )?def test/gm;

const basesOfClass = /^class \w+\s*\(([^()]*)/gm;
