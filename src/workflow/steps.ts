/**
 * Owns how the steps of a workflow become steps of a job: their names, those that are for this
 * commit, the order in which they may start.
 *
 * Where no step says `depends_on`, each waits for the one before it; where one does, it is a graph,
 * and a step that says nothing starts at once. It starts as soon as what it depends on has ended:
 * Woodpecker would wait for all others of that level besides.
 */

import { PatternError } from './automaton.js';
import { error, type Place, type Remark, warning } from './finding.js';
import { graphOf } from './graph.js';
import type { LeftOut, PlannedStep } from './plan-types.js';
import type { ReadWorkflow } from './reading.js';
import type { Step } from './schema.js';
import type { Path } from './tree.js';
import { type Asked, judge, type Outcome } from './when.js';

type Part = 'steps' | 'services' | 'clone';

export interface PlannedPart {
  readonly steps: readonly PlannedStep[];
  readonly leftOut: readonly LeftOut[];
  readonly remarks: readonly Remark[];
}

interface Named {
  readonly name: string;
  readonly step: Step;
  readonly path: Path;
  /** Null where it is not for this commit. */
  readonly runsOn: readonly Outcome[] | null;
  readonly because: string;
}

/** The steps of one part of a workflow. Services all start at once. */
export function planPart(read: ReadWorkflow, part: Part, asked: Asked): PlannedPart {
  const remarks: Remark[] = [];
  const named = namedSteps(read, part, asked, remarks);
  const kept = named.filter(({ runsOn }) => runsOn !== null);
  const isGraph = kept.some(({ step }) => step.depends_on !== undefined);
  const needs =
    part === 'services' ? new Map() : isGraph ? inGraph(read, named, remarks) : inLine(kept);
  return {
    steps: kept.map((each) => planned(each, needs.get(each.name) ?? [], asked)),
    leftOut: named
      .filter(({ runsOn }) => runsOn === null)
      .map(({ name, because }) => ({ name, because })),
    remarks,
  };
}

function namedSteps(read: ReadWorkflow, part: Part, asked: Asked, remarks: Remark[]): Named[] {
  const { tree, workflow } = read;
  const isOld = part === 'steps' && !Object.hasOwn(tree.value as object, 'steps');
  const top = isOld ? 'pipeline' : part;
  const entries = entriesOf(workflow[part] ?? {}, (key) => tree.atKey([top, key]));
  const taken = new Set<string>();
  return entries.map(([key, step]) => {
    const path = [top, key];
    const base = typeof key === 'string' ? key : (step.name ?? `step-${key}`);
    if (part === 'services' && typeof key === 'number' && step.name === undefined) {
      remarks.push(
        error(tree.at(path), 'This service has no name, by which steps could reach it.'),
      );
    }
    const name = unique(base, taken);
    if (name !== base) {
      const says = `A second step is called "${base}"; here it becomes "${name}".`;
      remarks.push(warning(tree.at(path), says));
    }
    remarks.push(...remarksOf(step, name, path, read));
    return { name, step, path, ...judged(step, path, read, asked, remarks) };
  });
}

/** In the order of the file: an object puts keys such as `1` before all others. */
function entriesOf(
  written: NonNullable<ReadWorkflow['workflow'][Part]>,
  place: (key: string) => Place,
): [string | number, Step][] {
  if (Array.isArray(written)) return written.map((step, at) => [at, step]);
  const entries = Object.entries(written);
  if (!entries.some(([key]) => /^\d+$/.test(key))) return entries;
  return entries.toSorted(([one], [other]) => {
    const [first, second] = [place(one), place(other)];
    return first.line - second.line || first.column - second.column;
  });
}

function unique(base: string, taken: Set<string>): string {
  let name = base;
  for (let number = 2; taken.has(name); number += 1) name = `${base} (${number})`;
  taken.add(name);
  return name;
}

/** Steps of a clone, with names that no other of the job has: by these they are waited for. */
export function setApart(
  steps: readonly PlannedStep[],
  others: readonly { readonly name: string }[],
  warn: (name: string, says: string) => void,
): PlannedStep[] {
  const elsewhere = new Set(others.map(({ name }) => name));
  const clashing = new Set(steps.map(({ name }) => name).filter((name) => elsewhere.has(name)));
  const taken = new Set([...elsewhere, ...steps.map(({ name }) => name)]);
  const names = new Map([...clashing].map((name) => [name, unique(name, taken)]));
  for (const [name, becomes] of names) {
    warn(
      name,
      `The clone has a step "${name}" as well as the workflow; here it becomes "${becomes}".`,
    );
  }
  const now = (name: string) => names.get(name) ?? name;
  return steps.map((step) => ({ ...step, name: now(step.name), needs: step.needs.map(now) }));
}

function remarksOf(step: Step, name: string, path: Path, { tree }: ReadWorkflow): Remark[] {
  const hasCommands = step.commands !== undefined && step.commands.length > 0;
  if (!hasCommands && step.image === undefined && step.entrypoint === undefined) {
    const says = `"${name}" has nothing to do: expected are "commands", or an "image" of a plugin.`;
    return [error(tree.at(path), says)];
  }
  if (!hasCommands || step.settings === undefined) return [];
  const says = `"${name}" has commands and settings, which Woodpecker refuses; here the commands see the settings as PLUGIN_….`;
  return [warning(tree.at([...path, 'settings']), says)];
}

function judged(
  step: Step,
  path: Path,
  { tree }: ReadWorkflow,
  asked: Asked,
  remarks: Remark[],
): Pick<Named, 'runsOn' | 'because'> {
  try {
    const judgement = judge(step.when, asked);
    return judgement.isMatch
      ? { runsOn: judgement.runsOn, because: '' }
      : { runsOn: null, because: judgement.because };
  } catch (wrong) {
    if (!(wrong instanceof PatternError)) throw wrong;
    remarks.push(error(tree.at([...path, 'when']), `"when" ${wrong.message}.`));
    return { runsOn: null, because: 'its condition is wrong' };
  }
}

type Needs = ReadonlyMap<string, readonly string[]>;

function inGraph({ tree }: ReadWorkflow, named: readonly Named[], remarks: Remark[]): Needs {
  const vertices = named.map(({ name, step, runsOn }) => ({
    name,
    dependsOn: step.depends_on ?? [],
    isLeftOut: runsOn === null,
  }));
  const { needs, misfits } = graphOf(vertices, 'step');
  for (const { name, index, says } of misfits) {
    const path = named.find((each) => each.name === name)?.path ?? [];
    remarks.push(error(tree.at([...path, 'depends_on', index]), says));
  }
  return needs;
}

/** One after the other; neighbours of the same old `group` at once. */
function inLine(kept: readonly Named[]): Needs {
  const stages: Named[][] = [];
  for (const each of kept) {
    const last = stages.at(-1);
    const isSame = each.step.group !== undefined && each.step.group === last?.[0]?.step.group;
    if (isSame) last?.push(each);
    else stages.push([each]);
  }
  return new Map(
    stages.flatMap((stage, at) => {
      const before = (stages[at - 1] ?? []).map(({ name }) => name);
      return stage.map(({ name }) => [name, before] as const);
    }),
  );
}

function planned(
  { name, step, runsOn }: Named,
  needs: readonly string[],
  asked: Asked,
): PlannedStep {
  const isPlugin = step.commands === undefined && step.entrypoint === undefined;
  return {
    name,
    needs,
    runsOn: runsOn ?? [],
    image: step.image ?? null,
    commands: step.commands ?? [],
    entrypoint: step.entrypoint ?? null,
    // A plugin is told by its settings only.
    environment: { ...(isPlugin ? {} : asked.cell), ...step.environment },
    settings: step.settings ?? {},
    failure: step.failure ?? 'fail',
    isDetached: step.detach ?? false,
    directory: step.directory ?? null,
    pull: step.pull ?? 'default',
    timeoutMs: step.timeout ?? null,
    silenceMs: step.silence ?? null,
    ...containerOf(step),
  };
}

/** What it asks of its container, where it asks anything. */
function containerOf({ user, dns, extra_hosts, tmpfs }: Step): Pick<PlannedStep, 'container'> {
  const asksNothing = [user, dns, extra_hosts, tmpfs].every((each) => each === undefined);
  if (asksNothing) return {};
  const lists = { dns: dns ?? [], extraHosts: extra_hosts ?? [], tmpfs: tmpfs ?? [] };
  return { container: { user: user ?? null, ...lists } };
}
