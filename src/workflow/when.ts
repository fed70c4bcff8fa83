/**
 * Owns what `when` means: whether its conditions hold for an occasion, and if not, the reason in a
 * few words. Of a list one item must hold, of an item all that it says. Only `status` is left to
 * whoever runs the steps: it is known last.
 */

import { PatternError } from './automaton.js';
import { holds } from './expression.js';
import { matchesGlob } from './glob.js';
import { pathComparisonsMax } from './limits.js';
import type { Cell } from './matrix.js';
import type { Occasion } from './occasion.js';
import type { Condition, Filter } from './schema-parts.js';

export type Outcome = 'success' | 'failure';

/** What conditions are held against. */
export interface Asked {
  readonly occasion: Occasion;
  readonly variables: Readonly<Record<string, string | undefined>>;
  readonly cell: Cell;
  /** Where the job will run, as far as its labels say; empty: anywhere. */
  readonly platform: string;
  readonly paths: PathComparisons;
}

/** What the filters of a plan said of its changed paths; the same filter stands in every cell. */
export interface PathComparisons {
  readonly known: Map<string, string | null>;
  left: number;
}

export function noComparisonsYet(): PathComparisons {
  return { known: new Map(), left: pathComparisonsMax };
}

export type Judgement =
  | { readonly isMatch: true; readonly runsOn: readonly Outcome[] }
  | { readonly isMatch: false; readonly because: string };

/** Throws PatternError where an expression cannot be evaluated. */
export function judge(conditions: readonly Condition[] | undefined, asked: Asked): Judgement {
  if (conditions === undefined || conditions.length === 0) {
    return { isMatch: true, runsOn: ['success'] };
  }
  const judged = conditions.map((item) => ({ item, because: whyNot(item, asked) }));
  const matching = judged.filter(({ because }) => because === null);
  if (matching.length === 0) {
    const reasons = new Set(judged.map(({ because }) => because ?? ''));
    return { isMatch: false, because: [...reasons].join('; ') };
  }
  const runsOn = new Set(matching.flatMap(({ item }) => item.status ?? (['success'] as const)));
  return { isMatch: true, runsOn: [...runsOn].toSorted().toReversed() };
}

/** The first condition that does not hold, in words; null where all do. */
function whyNot(condition: Condition, asked: Asked): string | null {
  for (const test of tests) {
    const because = test(condition, asked);
    if (because !== null) return because;
  }
  return null;
}

type Test = (condition: Condition, asked: Asked) => string | null;

const tests: readonly Test[] = [
  ({ event }, { occasion }) => compared('event', event, occasion.event),
  // A tag has no branch.
  ({ branch }, { occasion }) =>
    occasion.event === 'tag' ? null : compared('branch', branch, occasion.branch),
  ({ ref }, { occasion }) => compared('ref', ref, occasion.ref),
  ({ repo }, { occasion }) => compared('repo', repo, occasion.repository),
  ({ instance }, { occasion }) => compared('instance', instance, occasion.instance),
  ({ cron }, { occasion }) =>
    occasion.event === 'cron' ? compared('cron', cron, occasion.cron) : null,
  ({ environment }, { occasion }) => compared('deploy target', environment, occasion.deployTarget),
  ({ platform }, asked) =>
    asked.platform === '' ? null : compared('platform', platform, asked.platform),
  ({ matrix }, { cell }) =>
    Object.entries(matrix ?? {})
      .map(([axis, filter]) => compared(axis, filter, cell[axis] ?? ''))
      .find((because) => because !== null) ?? null,
  byPath,
  ({ evaluate }, { variables }) =>
    evaluate === undefined || isTrue(evaluate, variables) ? null : `not ${evaluate}`,
];

function compared(name: string, filter: Filter | undefined, value: string): string | null {
  if (filter === undefined || lets(filter, value)) return null;
  const { include, exclude } = filter;
  const isExcluded = exclude.some((glob) => matchesGlob(glob, value));
  const shown = value === '' ? 'empty' : value;
  return isExcluded ? `${name} is ${shown}` : `${name} is ${shown}, not ${include.join(' or ')}`;
}

/** What is excluded is not let through; otherwise what is included, which nothing said is all. */
function lets({ include, exclude }: Filter, value: string): boolean {
  if (exclude.some((glob) => matchesGlob(glob, value))) return false;
  return include.length === 0 || include.some((glob) => matchesGlob(glob, value));
}

function isTrue(evaluate: string, variables: Asked['variables']): boolean {
  try {
    return holds(evaluate, variables);
  } catch (wrong) {
    if (!(wrong instanceof PatternError)) throw wrong;
    throw new PatternError(`has an expression that ${wrong.message}`);
  }
}

type PathFilter = NonNullable<Condition['path']>;

/** Paths are held against pushes and pull requests only. */
function byPath({ path }: Condition, { occasion, paths: comparisons }: Asked): string | null {
  const { event, paths, message } = occasion;
  const hasPaths = event === 'push' || event.startsWith('pull_request');
  if (path === undefined || paths === null || !hasPaths) return null;
  const { ignoreMessage, onEmpty } = path;
  if (ignoreMessage !== null && message.toLowerCase().includes(ignoreMessage.toLowerCase())) {
    return null;
  }
  if (paths.length === 0) return onEmpty ? null : 'no file changed';
  const filter = JSON.stringify(path);
  const known = comparisons.known.get(filter);
  if (known !== undefined) return known;
  comparisons.left -= paths.length * (path.include.length + path.exclude.length);
  if (comparisons.left < 0) {
    throw new PatternError(`compares more than ${pathComparisonsMax} times a path with a glob`);
  }
  const because = whyNotPaths(path, paths);
  comparisons.known.set(filter, because);
  return because;
}

/** `exclude` turns down a commit all of whose files it names; `include` wants one file. */
function whyNotPaths({ include, exclude }: PathFilter, paths: readonly string[]): string | null {
  const isOneOf = (globs: readonly string[]) => (file: string) =>
    globs.some((glob) => matchesGlob(glob, file));
  if (exclude.length > 0 && paths.every(isOneOf(exclude))) {
    return `only ${exclude.join(' or ')} changed`;
  }
  const isWanted = include.length === 0 || paths.some(isOneOf(include));
  return isWanted ? null : `no file in ${include.join(' or ')} changed`;
}
