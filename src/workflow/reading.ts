/**
 * Owns the way from the text of a file to its workflows: the cells of its matrix, the values put
 * in for each, YAML, the schema, and Drone's or older words turned into ours.
 */

import { check } from './check.js';
import { fromDrone } from './drone.js';
import { pipeline } from './drone-schema.js';
import { didYouMean, error, type Finding, quoted, type Remark, warning } from './finding.js';
import { commitCharactersMax, fileCharactersMax, findingsOfFileMax } from './limits.js';
import { type Cell, cellsOf } from './matrix.js';
import { inTodaysWords, withSettings } from './old-forms.js';
import { type Workflow, workflow } from './schema.js';
import { isDrones, type SourceFile, workflowName } from './sources.js';
import { substitute } from './substitution.js';
import { type Path, type Tree, treesOf } from './tree.js';
import { remarksOnWhen } from './when-remarks.js';

/** A workflow in one cell of its matrix, checked. */
export interface ReadWorkflow {
  readonly name: string;
  readonly file: string;
  readonly cell: Cell;
  readonly workflow: Workflow;
  readonly tree: Tree;
}

export interface Read {
  readonly workflows: readonly ReadWorkflow[];
  readonly findings: readonly Finding[];
}

/** The workflows of a file, in each cell of their matrix; `charactersMax` may be read for it. */
export function readFile(
  source: SourceFile,
  variables: Readonly<Record<string, string>>,
  charactersMax: number,
): Read & { readonly characters: number } {
  const top = { line: 1, column: 1 };
  const tooLong = (says: string) => ({ ...none(source, [error(top, says)]), characters: 0 });
  if (source.text.length > fileCharactersMax) {
    return tooLong(`The file has more than ${fileCharactersMax} characters.`);
  }
  const { cells, remarks } = isDrones(source) ? onlyCell : cellsOf(source.text);
  const characters = cells.length * source.text.length;
  if (characters > charactersMax) {
    const each = cells.length > 1 ? `, this file once for each of ${cells.length} cells` : '';
    return tooLong(
      `More than ${commitCharactersMax} characters are to be read for one commit${each}.`,
    );
  }
  const reads = cells.map((cell) => readCell(source, cell, { ...variables, ...cell }));
  const findings = [...inFile(source, remarks), ...reads.flatMap((read) => read.findings)];
  const workflows = reads.flatMap((read) => read.workflows);
  for (const read of workflows) findings.push(...inFile(source, remarksOnAllWhen(read)));
  const isWrong = findings.some(({ severity }) => severity === 'error');
  return { workflows: isWrong ? [] : workflows, findings: distinct(findings), characters };
}

function remarksOnAllWhen({ workflow, tree }: ReadWorkflow): Remark[] {
  const parts = ['steps', 'pipeline', 'services', 'clone'] as const;
  const ofSteps = parts.flatMap((part) =>
    Object.entries(workflow[part === 'pipeline' ? 'steps' : part] ?? {}).flatMap(([key, step]) =>
      Object.hasOwn(tree.value as object, part)
        ? remarksOnWhen(step.when, [part, key, 'when'], tree)
        : [],
    ),
  );
  return [...remarksOnWhen(workflow.when, ['when'], tree), ...ofSteps];
}

const onlyCell: ReturnType<typeof cellsOf> = { cells: [{}], remarks: [] };

function readCell(
  source: SourceFile,
  cell: Cell,
  variables: Readonly<Record<string, string>>,
): Read {
  const { text, remarks, origin } = substitute(source.text, variables);
  if (remarks.some(({ severity }) => severity === 'error')) return none(source, remarks);
  const read = treesOf(text, isDrones(source));
  const back = (remark: Remark): Remark => ({ ...remark, ...origin(remark) });
  const trees = read.trees.map((tree) => ({
    ...tree,
    at: (path: Path) => origin(tree.at(path)),
    atKey: (path: Path) => origin(tree.atKey(path)),
  }));
  const before = [...remarks, ...read.remarks.map(back)];
  const isBroken = read.remarks.some(({ severity }) => severity === 'error');
  if (isBroken) return none(source, before);
  const parts = isDrones(source) ? drones(source, trees) : ours(source, cell, trees);
  return { ...parts, findings: [...inFile(source, before), ...parts.findings] };
}

function ours(source: SourceFile, cell: Cell, trees: readonly Tree[]): Read {
  const [first, second] = trees;
  if (first === undefined) {
    return none(source, [error({ line: 1, column: 1 }, 'The file is empty: expected are steps.')]);
  }
  const tree = { ...first, value: withSettings(first.value) };
  const { value, remarks } = check(workflow, tree);
  const more =
    second === undefined
      ? []
      : [warning(second.at([]), 'Only the first document counts: one workflow a file.')];
  const findings = inFile(source, [...remarks, ...more]);
  if (value === null) return { workflows: [], findings };
  const name = workflowName(source.path);
  const one = { name, file: source.path, cell, workflow: inTodaysWords(value), tree };
  return { workflows: [one], findings };
}

/** The kinds of documents besides pipelines, and what is to be said of them. */
const otherKinds: Readonly<Record<string, (tree: Tree) => Remark>> = {
  secret: (tree) =>
    warning(
      tree.at(['kind']),
      'Secrets are not read from the file: set them with "trivet secret set".',
    ),
  signature: (tree) =>
    warning(tree.at(['kind']), 'The signature is not checked: what may be pushed is tested.'),
  template: (tree) =>
    error(tree.at(['kind']), 'A template lies on Drone’s server: write the pipeline here instead.'),
};

function drones(source: SourceFile, trees: readonly Tree[]): Read {
  const reads = trees.filter(({ value }) => value !== null).map((tree) => drone(source, tree));
  const workflows = reads.flatMap((read) => read.workflows);
  const findings = reads.flatMap((read) => read.findings);
  const isSaid = workflows.length > 0 || findings.some(({ severity }) => severity === 'error');
  const empty = error({ line: 1, column: 1 }, 'There is no document of kind pipeline.');
  return { workflows, findings: isSaid ? findings : [...findings, ...inFile(source, [empty])] };
}

function drone(source: SourceFile, tree: Tree): Read {
  const kind = (tree.value as { kind?: unknown } | null)?.kind;
  if (kind !== 'pipeline') {
    const known = Object.keys(otherKinds).concat('pipeline');
    const other = Object.hasOwn(otherKinds, String(kind)) ? otherKinds[String(kind)] : undefined;
    const hint = didYouMean(String(kind), known) || ' and it is ignored.';
    const unknown = warning(
      tree.at(['kind']),
      `This document is of the kind ${quoted(kind)}${hint}`,
    );
    return none(source, [other?.(tree) ?? unknown]);
  }
  const { value, remarks } = check(pipeline, tree);
  if (value === null) return none(source, remarks);
  const written = workflow.parse(fromDrone(value));
  const type = ['docker', 'exec'].includes(value.type)
    ? []
    : [
        warning(
          tree.at(['type']),
          `A pipeline of type "${value.type}" is run like one of type docker.`,
        ),
      ];
  const translated = {
    ...tree,
    at: (path: Path) => tree.at(inDrone(path)),
    atKey: (path: Path) => tree.atKey(inDrone(path)),
  };
  const one = {
    name: value.name,
    file: source.path,
    cell: {},
    workflow: written,
    tree: translated,
  };
  return { workflows: [one], findings: inFile(source, [...remarks, ...type]) };
}

/** The path in a file of Drone's of what stands at a path of ours. */
function inDrone([first, ...rest]: Path): Path {
  return first === 'when'
    ? ['trigger', ...rest.slice(1)]
    : first === undefined
      ? []
      : [first, ...rest];
}

function none(source: SourceFile, remarks: readonly Remark[]): Read {
  return { workflows: [], findings: inFile(source, remarks) };
}

function inFile({ path }: SourceFile, remarks: readonly Remark[]): Finding[] {
  return remarks.map((remark) => ({ file: path, ...remark }));
}

/** Each once, though every cell of a matrix found it. */
function distinct(findings: readonly Finding[]): Finding[] {
  const all = new Map(findings.map((finding) => [JSON.stringify(finding), finding]));
  return [...all.values()].slice(0, findingsOfFileMax);
}
