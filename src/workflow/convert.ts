/**
 * Owns how a file of Drone's is written in our language: what the planner makes of it, in the
 * fewest words. `${…}` stays as it is, for it means the same there; comments are lost.
 */

import { stringify } from 'yaml';
import { check } from './check.js';
import { fromDrone } from './drone.js';
import { pipeline } from './drone-schema.js';
import { error, type Finding } from './finding.js';
import { inTodaysWords, withSettings } from './old-forms.js';
import { workflow } from './schema.js';
import { isDrones, type SourceFile } from './sources.js';
import { type Tree, treesOf } from './tree.js';

export interface Converted {
  /** A file's name and its text: `.trivet.yml`, or several in `.trivet/`. */
  readonly files: readonly SourceFile[];
  readonly findings: readonly Finding[];
}

export function convert(source: SourceFile): Converted {
  const { trees, remarks } = treesOf(source.text, true);
  const found = trees
    .filter(({ value }) => value !== null)
    .map((tree) => (isDrones(source) ? pipelineIn(tree) : oldWorkflowIn(tree)));
  const findings = [...remarks, ...found.flatMap((each) => each.remarks)];
  const written = found.flatMap((each) => (each.written === null ? [] : [each.written]));
  if (findings.length === 0 && written.length === 0) {
    findings.push(error({ line: 1, column: 1 }, 'There is no pipeline in it.'));
  }
  const paths = pathsOf(written.map(({ name }) => name));
  const files = written.map(({ input }, index) => ({
    path: paths[index] ?? '',
    text: stringify(input, { lineWidth: 100, aliasDuplicateObjects: false }),
  }));
  return { files, findings: findings.map((remark) => ({ file: source.path, ...remark })) };
}

/** A file for each, none of which another takes the name of, on whatever disk. */
function pathsOf(names: readonly string[]): string[] {
  if (names.length === 1) return ['.trivet.yml'];
  const taken = new Set<string>();
  return names.map((name) => {
    const base = name.replace(/[^\p{L}\p{N}._-]+/gu, '-');
    let free = base;
    for (let number = 2; taken.has(free.toLowerCase()); number += 1) free = `${base}-${number}`;
    taken.add(free.toLowerCase());
    return `.trivet/${free}.yml`;
  });
}

function pipelineIn(tree: Tree) {
  const kind = (tree.value as { kind?: unknown } | null)?.kind;
  if (kind === 'secret' || kind === 'signature') return { written: null, remarks: [] };
  const { value, remarks } = check(pipeline, tree);
  const written = value === null ? null : { name: value.name, input: fromDrone(value) };
  return { written, remarks };
}

/** Drone before 1.0, whose words were Woodpecker's later. */
function oldWorkflowIn(tree: Tree) {
  const { value, remarks } = check(workflow, { ...tree, value: withSettings(tree.value) });
  const input = value === null ? null : fewestWords(inTodaysWords(value));
  return { written: input === null ? null : { name: 'default', input }, remarks };
}

/** Filters and lists of one as they would be typed. */
function fewestWords(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(fewestWords);
  if (typeof value !== 'object' || value === null) return value;
  const { include, exclude, ...others } = value as Record<string, unknown>;
  const isFilter =
    Array.isArray(include) && Array.isArray(exclude) && Object.keys(others).length === 0;
  if (isFilter && exclude.length === 0) return include.length === 1 ? include[0] : include;
  const fields = Object.entries(value).map(([key, its]) => [key, fewestWords(its)]);
  return Object.fromEntries(fields);
}
