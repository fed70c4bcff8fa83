/**
 * Owns what counts as a commit's test suite: `--command`, else the commit's own `.ci/run`, else
 * the first row of the table below that the tree shows. Reads the tree, runs nothing.
 *
 * `.ci/run` is the simplest workflow: an executable file in the commit, run from the tree's top.
 */

/** A program and its arguments, and how people write it. */
export interface Command {
  readonly file: string;
  readonly args: readonly string[];
  readonly says: string;
}

/** A read-only view of a checkout. Paths are relative to its top. */
export interface Tree {
  /** The text of a regular file, or null. */
  read(path: string): string | null;
  isExecutable(path: string): boolean;
  /** The names of the files in a folder; empty where there is none. */
  list(folder: string): readonly string[];
}

export type Suite =
  | { readonly kind: 'command'; readonly command: Command }
  | { readonly kind: 'none'; readonly says: string };

export const workflowPath = '.ci/run';

/** What to run for a tree. Where nothing is found, a sentence without its full stop says what would be. */
export function findSuite(tree: Tree, command: string | null): Suite {
  if (command !== null) return byShell(command);
  if (tree.read(workflowPath) !== null) return workflow(tree);
  for (const { shows, run } of rows) {
    if (shows(tree)) return byShell(run(tree));
  }
  return { kind: 'none', says: nothingFound };
}

const nothingFound =
  'No test suite was found: add an executable .ci/run, a package.json with a test script, ' +
  'go.mod, Cargo.toml, pyproject.toml, a Makefile with a test target or a tests folder of ' +
  'Python unittests, or start the runner with --command';

const rows: readonly {
  readonly shows: (tree: Tree) => boolean;
  readonly run: (tree: Tree) => string;
}[] = [
  { shows: hasNpmTest, run: npmTest },
  { shows: has('go.mod'), run: () => 'go test ./...' },
  { shows: has('Cargo.toml'), run: () => 'cargo test' },
  { shows: hasPytest, run: () => 'python3 -m pytest' },
  { shows: hasMakeTest, run: () => 'make test' },
  { shows: hasUnittests, run: () => 'python3 -m unittest discover -s tests' },
];

function workflow(tree: Tree): Suite {
  if (tree.isExecutable(workflowPath)) {
    return {
      kind: 'command',
      command: { file: `./${workflowPath}`, args: [], says: workflowPath },
    };
  }
  const says = `${workflowPath} is not executable: run "chmod +x ${workflowPath}" and commit that`;
  return { kind: 'none', says };
}

function byShell(text: string): Suite {
  return { kind: 'command', command: { file: 'sh', args: ['-c', text], says: text } };
}

function has(path: string): (tree: Tree) => boolean {
  return (tree) => tree.read(path) !== null;
}

function hasNpmTest(tree: Tree): boolean {
  const script = packageJson(tree)?.scripts?.['test'];
  // What `npm init` writes is a reminder, not a suite.
  return typeof script === 'string' && script !== '' && !script.includes('no test specified');
}

function npmTest(tree: Tree): string {
  if (has('package-lock.json')(tree)) return 'npm ci && npm test';
  const { dependencies = {}, devDependencies = {} } = packageJson(tree) ?? {};
  const needed = Object.keys({ ...dependencies, ...devDependencies });
  return needed.length > 0 ? 'npm install && npm test' : 'npm test';
}

interface PackageJson {
  readonly scripts?: Readonly<Record<string, unknown>>;
  readonly dependencies?: object;
  readonly devDependencies?: object;
}

function packageJson(tree: Tree): PackageJson | null {
  try {
    const parsed: unknown = JSON.parse(tree.read('package.json') ?? 'null');
    return typeof parsed === 'object' ? parsed : null;
  } catch {
    // A broken package.json shows no suite; the next row may.
    return null;
  }
}

function hasPytest(tree: Tree): boolean {
  return ['pytest.ini', 'conftest.py', 'tests/conftest.py', 'pyproject.toml'].some((path) =>
    has(path)(tree),
  );
}

function hasMakeTest(tree: Tree): boolean {
  return ['GNUmakefile', 'makefile', 'Makefile'].some((path) =>
    /^test\s*:(?!=)/m.test(tree.read(path) ?? ''),
  );
}

function hasUnittests(tree: Tree): boolean {
  return tree.list('tests').some((name) => /^test.*\.py$/.test(name));
}
