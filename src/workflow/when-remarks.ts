/**
 * Owns what is to be said of conditions before any commit is there: expressions that are wrong, and
 * filters that can never hold, or hold more often than they look.
 */

import { PatternError } from './automaton.js';
import { compile } from './expression.js';
import { didYouMean, error, quoted, type Remark, warning } from './finding.js';
import { events } from './occasion.js';
import type { Condition } from './schema-parts.js';
import type { Path, Tree } from './tree.js';

/** The remarks on the `when` at that path. */
export function remarksOnWhen(
  conditions: readonly Condition[] | undefined,
  path: Path,
  tree: Tree,
): Remark[] {
  return (conditions ?? []).flatMap((condition, index) => {
    // A lone condition may stand there without a list.
    const inList = [...path, index];
    const inItem = (key: string) => tree.at([...(has(tree, inList) ? inList : path), key]);
    return [
      ...onExpression(condition, inItem),
      ...onEvents(condition, inItem),
      ...onFilters(condition, inItem),
    ];
  });
}

function has(tree: Tree, path: Path): boolean {
  const value = path.reduce<unknown>((within, key) => {
    return (within as Record<PropertyKey, unknown> | null | undefined)?.[key];
  }, tree.value);
  return value !== undefined;
}

type At = (key: string) => ReturnType<Tree['at']>;

function onExpression({ evaluate }: Condition, at: At): Remark[] {
  if (evaluate === undefined) return [];
  try {
    compile(evaluate);
    return [];
  } catch (wrong) {
    if (!(wrong instanceof PatternError)) throw wrong;
    return [error(at('evaluate'), `The expression ${wrong.message}.`)];
  }
}

function onEvents({ event }: Condition, at: At): Remark[] {
  const named = [...(event?.include ?? []), ...(event?.exclude ?? [])];
  return named
    .filter((name) => !/[*?[{]/.test(name) && !events.some((known) => known === name))
    .map((name) => {
      const hint = didYouMean(name, events);
      const says = `There is no event ${quoted(name)}${hint || `; there are ${events.join(', ')}.`}`;
      return warning(at('event'), says);
    });
}

function onFilters({ event, branch, cron, path }: Condition, at: At): Remark[] {
  const remarks: Remark[] = [];
  const only = event !== undefined && event.include.length === 1 ? event.include[0] : null;
  if (branch !== undefined && only === 'tag') {
    remarks.push(warning(at('branch'), 'A tag has no branch: for tags this is not looked at.'));
  }
  if (cron !== undefined && event === undefined) {
    const says =
      'Only cron events are held against "cron": without "event: cron" this is for all others, too.';
    remarks.push(warning(at('cron'), says));
  }
  const globs = [...(path?.include ?? []), ...(path?.exclude ?? [])];
  const folder = globs.find((glob) => glob.endsWith('/'));
  if (folder !== undefined) {
    const says = `${quoted(folder)} matches no file: for all in that folder write "${folder}**".`;
    remarks.push(warning(at('path'), says));
  }
  return remarks;
}
