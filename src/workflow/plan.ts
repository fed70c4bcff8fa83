/**
 * Owns the plan of a commit: its workflow files in, jobs out, in an order in which each stands
 * behind what it needs. Pure: whoever asks reads the files and knows the commit.
 */

import { jobsOfCommitMax } from '../protocol/limits.js';
import { error, type Finding, type Remark, warning } from './finding.js';
import { graphOf } from './graph.js';
import { type Draft, draftJob, numbered } from './jobs.js';
import { commitCharactersMax } from './limits.js';
import { isSkipped, type Occasion } from './occasion.js';
import type { Job, LeftOut, Plan } from './plan-types.js';
import { type ReadWorkflow, readFile } from './reading.js';
import { type SourceFile, workflowName } from './sources.js';
import { variablesOf } from './variables.js';
import { noComparisonsYet } from './when.js';

/** The plan that these workflow files make for an occasion. Never throws, whatever they hold. */
export function planCommit(files: readonly SourceFile[], occasion: Occasion): Plan {
  if (isSkipped(occasion)) return { jobs: [], leftOut: [], isSkipped: true, findings: [] };
  return planAnyway(files, occasion);
}

/** The same, whether or not the commit's message asks for it to be skipped. */
export function planAnyway(files: readonly SourceFile[], occasion: Occasion): Plan {
  const variables = variablesOf(occasion);
  let charactersLeft = commitCharactersMax;
  const reads = files.map((file) => {
    const read = readFile(file, variables, charactersLeft);
    charactersLeft -= read.characters;
    return read;
  });
  const findings = reads.flatMap((read) => read.findings);
  const paths = noComparisonsYet();
  const planned = reads
    .flatMap((read) => read.workflows)
    .map((read) => ({ read, draft: draftJob(read, occasion, variables, paths) }));
  for (const { read, draft } of planned) findings.push(...inFile(read, draft.remarks));
  const broken = brokenWorkflows(findings);
  const settled = settle(planned, findings, broken);
  const unique = [...new Map(findings.map((each) => [JSON.stringify(each), each])).values()];
  return { ...settled, isSkipped: false, findings: unique };
}

interface Planned {
  readonly read: ReadWorkflow;
  readonly draft: Draft;
}

/** Gives jobs their names and what they need, and leaves out those whose needs are left out. */
function settle(
  planned: readonly Planned[],
  findings: Finding[],
  broken: ReadonlySet<string>,
): { readonly jobs: readonly Job[]; readonly leftOut: readonly LeftOut[] } {
  const byWorkflow = new Map<string, Planned[]>();
  for (const each of planned) {
    const { name } = each.read;
    byWorkflow.set(name, [...(byWorkflow.get(name) ?? []), each]);
  }
  const because = new Map<string, string>();
  for (const [name, cells] of byWorkflow) {
    const reason = cells.find(({ draft }) => draft.job === null)?.draft.because ?? '';
    if (cells.every(({ draft }) => draft.job === null)) because.set(name, reason);
  }
  const missed = new Set<string>();
  const order = orderOf({ byWorkflow, because, missed, broken }, findings);
  const jobs = order.names
    .flatMap((name) => byWorkflow.get(name) ?? [])
    .flatMap(({ draft }) => (draft.job === null ? [] : [draft.job]));
  if (jobs.length > jobsOfCommitMax) {
    const file = jobs.at(-1)?.file ?? '';
    const says = `The commit has ${jobs.length} jobs, and at most ${jobsOfCommitMax} are expected.`;
    findings.push({ file, ...error({ line: 1, column: 1 }, says) });
    return { jobs: [], leftOut: [] };
  }
  const cellsLeftOut = planned
    .filter(({ draft, read }) => draft.job === null && !because.has(read.name))
    .map(({ draft, read }) => ({ name: read.name, because: draft.because }));
  return {
    jobs: withNeeds(jobs, order.needs),
    leftOut: [
      ...[...because].map(([name, why]) => ({
        ...{ name, because: why },
        ...(missed.has(name) && { isMissed: true as const }),
      })),
      ...cellsLeftOut,
    ],
  };
}

interface Ordering {
  readonly byWorkflow: ReadonlyMap<string, readonly Planned[]>;
  readonly because: Map<string, string>;
  readonly missed: Set<string>;
  readonly broken: ReadonlySet<string>;
}

/** What the workflows of files are called that hold an error. */
function brokenWorkflows(findings: readonly Finding[]): Set<string> {
  const errors = findings.filter(({ severity }) => severity === 'error');
  return new Set(errors.map(({ file }) => workflowName(file)));
}

/**
 * The workflows, each behind what it needs. One whose need is left out is left out, too, as
 * Woodpecker has it, and so on: `because` learns of it.
 */
function orderOf({ byWorkflow, because, missed, broken }: Ordering, findings: Finding[]) {
  for (;;) {
    const vertices = [...byWorkflow].map(([name, [first]]) => ({
      name,
      dependsOn: first?.read.workflow.depends_on ?? [],
      isLeftOut: because.has(name),
    }));
    const { needs, order, misfits } = graphOf(vertices, 'workflow');
    const dropped = misfits.filter(({ kind, isOptional }) => kind !== 'circle' && !isOptional);
    for (const { name, index, kind, says } of misfits) {
      const read = byWorkflow.get(name)?.[0]?.read;
      if (read === undefined || kind === 'left-out') continue;
      // The last time round there is nothing left to drop, and what is optional is told of once.
      if (dropped.length > 0 && !dropped.some((each) => each.name === name)) continue;
      const needed = read.workflow.depends_on?.[index]?.name ?? '';
      // Its own file is told of.
      if (broken.has(needed)) continue;
      const place = read.tree.at(['depends_on', index]);
      findings.push(
        ...inFile(read, [kind === 'circle' ? error(place, says) : warning(place, says)]),
      );
    }
    if (dropped.length === 0) return { names: order, needs };
    for (const { name, index, kind, says } of dropped) {
      const needed = byWorkflow.get(name)?.[0]?.read.workflow.depends_on?.[index]?.name ?? '';
      const isBroken = broken.has(needed);
      because.set(
        name,
        isBroken ? `it needs ${needed}, whose file is wrong` : says.replace(/[.?]$/, ''),
      );
      if (kind === 'unknown' || isBroken || missed.has(needed)) missed.add(name);
    }
  }
}

/** Names made unique, and for each workflow that is needed all of its jobs. */
function withNeeds(jobs: readonly Job[], needs: ReadonlyMap<string, readonly string[]>): Job[] {
  const taken = new Set<string>();
  const named = jobs.map((job) => {
    let { name } = job;
    for (let number = 2; taken.has(name); number += 1) name = numbered(job.name, number);
    taken.add(name);
    return { ...job, name };
  });
  return named.map((job) => {
    const needed = needs.get(job.workflow) ?? [];
    const names = named.filter(({ workflow }) => needed.includes(workflow)).map(({ name }) => name);
    return { ...job, needs: names };
  });
}

function inFile({ file }: ReadWorkflow, remarks: readonly Remark[]): Finding[] {
  return remarks.map((remark) => ({ file, ...remark }));
}
