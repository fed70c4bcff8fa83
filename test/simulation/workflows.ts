/**
 * Owns what commits want done in worlds of workflows: a matrix, of which each cell is a job with steps
 * and perhaps a service, and what may come after all of them; and what each step does. Drawn from the
 * commit's id alone. Other worlds have none of it, and are as they were.
 */

import type { Commit } from '../../src/protocol/ids.js';
import type { PlannedJob } from '../../src/protocol/job-bodies.js';
import { type Step, type Work, work } from '../../src/protocol/work.js';
import { rareLabel, secretName } from './plans.js';
import { hashOf, Random } from './random.js';
import { bytesFrom, type Script, withSecret } from './suites.js';

/** Of a thousand worlds without plans of other kinds, so many have workflows. */
export const workflows = 150;

const stepNames = ['fetch', 'build', 'check', 'pack', 'tell'];

/** The jobs of that commit, in an order in which each needs only what stands before it. */
export function workflowPlanOf(commit: Commit): PlannedJob[] {
  const random = new Random(hashOf(commit), 'workflows');
  const cells = ['18', '20', '22'].slice(0, random.between(1, 3)).map((node) => ({ node }));
  const matrix = cells.map((cell) => ({
    ...{ name: jobNameOf({ workflow: 'matrix', cell }), needs: [], group: null },
    labels: random.perMille(150) ? [rareLabel] : [],
    work: workOf(random, 'matrix', cell),
  }));
  if (!random.perMille(400)) return matrix;
  const release = {
    ...{ name: jobNameOf({ workflow: 'release', cell: {} }), labels: [] },
    needs: matrix.map(({ name }) => name),
    ...(random.perMille(300) && { runsOn: ['success', 'failure'] as const }),
    group: random.perMille(500) ? 'staging' : null,
    work: workOf(random, 'release', {}),
  };
  return [...matrix, release];
}

/** What that job does; undefined where it is no job of the commit's workflows. */
export function workflowOf(job: { readonly commit: Commit; readonly name: string }) {
  return workflowPlanOf(job.commit).find(({ name }) => name === job.name)?.work;
}

/** Whether a run that does this is given the secret. */
export function namesSecret({ steps }: Work): boolean {
  return steps.some(({ environment }) => 'KEY' in environment);
}

/** What the part of that number does, whoever runs it and however often. */
export function stepScriptOf(commit: Commit, doing: Work, number: number): Script {
  const stream = `${jobNameOf(doing)}, ${number}`;
  const random = new Random(hashOf(commit), stream);
  const isService = number > doing.steps.length;
  const kind = random.below(100);
  const floods = kind >= 97 && !isService;
  const count = floods ? 6 : random.below(5);
  const drawn = Array.from({ length: count }, () => ({
    afterMs: random.between(0, floods ? 20 : 150),
    bytes: bytesFrom(random, floods ? 2_500 : random.between(1, random.perMille(100) ? 3_000 : 80)),
  }));
  const ends =
    kind < 82 ? 'passes' : kind < 91 ? 'fails' : kind < 94 ? 'hangs' : 'kills its runner';
  return {
    prints: floods || random.perMille(500) ? drawn : withSecret(drawn, random),
    ends: isService && kind < 82 ? 'hangs' : floods ? 'passes' : ends,
    afterMs: random.between(0, random.perMille(100) ? 1_500 : 150),
    ignoresTerm: random.perMille(300),
  };
}

/** As it is called in the wire's words. */
function jobNameOf({ workflow, cell }: Pick<Work, 'workflow' | 'cell'>): string {
  const axes = Object.entries(cell).map(([name, value]) => `${name}=${value}`);
  return axes.length === 0 ? workflow : `${workflow} (${axes.join(', ')})`;
}

function workOf(random: Random, workflow: string, cell: Record<string, string>): Work {
  const names = stepNames.slice(0, random.between(1, stepNames.length));
  const isChain = random.perMille(300);
  const steps = names.map((name, index): Step => {
    const before = names.slice(0, index);
    const needs = isChain ? before.slice(-1) : before.filter(() => random.perMille(400));
    return { ...drawnStep(random, name), needs };
  });
  const services = random.perMille(250) ? [{ ...plainStep, name: 'store' }] : [];
  return work.parse({
    ...{ workflow, file: '.trivet.yml', cell, isCheckedOut: true, services, steps },
    occasion: {
      ...{ event: 'push', repository: 'team/demo', cloneUrl: '', defaultBranch: 'main' },
      ...{ branch: 'main', ref: 'refs/heads/main', message: '', author: '', authorEmail: '' },
    },
    ...{ cache: [], reports: { junit: [], tap: [] }, stopOn: null },
    remarks: random.perMille(200) ? ['the file has a word that nobody knows'] : [],
  });
}

const plainStep: Omit<Step, 'name'> = {
  ...{ needs: [], runsOn: ['success'], image: null, commands: ['play'], entrypoint: null },
  ...{ environment: {}, settings: {}, failure: 'fail', isDetached: false, directory: null },
  ...{ pull: 'default', timeoutMs: null, silenceMs: null },
};

function drawnStep(random: Random, name: string): Step {
  return {
    ...{ ...plainStep, name },
    runsOn: random.perMille(800) ? ['success'] : random.pick(endings),
    failure: random.perMille(200) ? random.pick(['ignore', 'ignore', 'cancel']) : 'fail',
    environment: random.perMille(250) ? { KEY: { from_secret: secretName } } : {},
    timeoutMs: random.perMille(300) ? random.between(500, 2_000) : null,
  };
}

const endings: readonly Step['runsOn'][] = [['failure'], ['success', 'failure']];
