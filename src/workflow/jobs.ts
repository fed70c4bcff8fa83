/**
 * Owns how a workflow in one cell of its matrix becomes a job, or is left out and why.
 */

import { jobNamePattern } from '../protocol/ids.js';
import { PatternError } from './automaton.js';
import { error, type Remark, warning } from './finding.js';
import { labelsOf } from './labels.js';
import { cellSuffix } from './matrix.js';
import type { Occasion } from './occasion.js';
import type { Job } from './plan-types.js';
import type { ReadWorkflow } from './reading.js';
import { planPart, setApart } from './steps.js';
import { type Asked, judge, type PathComparisons } from './when.js';

/** A job whose dependencies and final name are not settled yet, or the reason why there is none. */
export interface Draft {
  readonly job: Job | null;
  readonly because: string;
  readonly remarks: readonly Remark[];
}

export function draftJob(
  read: ReadWorkflow,
  occasion: Occasion,
  variables: Readonly<Record<string, string>>,
  paths: PathComparisons,
): Draft {
  const { workflow, tree, cell } = read;
  const remarks: Remark[] = [];
  const labels = labelsOf(workflow, tree, remarks);
  const platform = platformOf(read) ?? occasion.platform;
  const asked: Asked = { occasion, variables: { ...cell, ...variables }, cell, platform, paths };
  if (workflow.steps === undefined) {
    const says = 'The workflow has no steps: expected is "steps", a map or a list.';
    return {
      job: null,
      because: 'it has no steps',
      remarks: [...remarks, error(tree.at([]), says)],
    };
  }
  const [clone, services, steps] = (['clone', 'services', 'steps'] as const).map((part) =>
    planPart(read, part, asked),
  );
  if (clone === undefined || services === undefined || steps === undefined) throw new TypeError();
  remarks.push(...clone.remarks, ...services.remarks, ...steps.remarks);
  const ownClone = setApart(
    clone.steps.filter(({ image }) => !isGitPlugin(image)),
    [...services.steps, ...services.leftOut, ...steps.steps, ...steps.leftOut],
    (name, says) => remarks.push(warning(tree.atKey(['clone', name]), says)),
  );
  if (ownClone.length < clone.steps.length) {
    const says =
      'The checkout is Trivet’s own, with the whole history; the settings of this one are not used.';
    remarks.push(warning(tree.at(['clone']), says));
  }
  const because = whyNone(read, asked, remarks) ?? (steps.steps.length > 0 ? null : 'no step is');
  if (because !== null) return { job: null, because, remarks };
  remarks.push(...remarksOnServices(read, services.steps, labels));
  const cloneNames = ownClone.map(({ name }) => name);
  const job: Job = {
    name: jobName(`${read.name}${cellSuffix(cell)}`),
    workflow: read.name,
    file: read.file,
    cell,
    ...labels,
    needs: [],
    runsOn: workflow.runs_on ?? ['success'],
    ...groupOf(read),
    priority: workflow.priority ?? 0,
    retries: workflow.retry ?? null,
    timeoutMs: workflow.timeout ?? null,
    silenceMs: workflow.silence ?? null,
    isCheckedOut: workflow.skip_clone !== true && ownClone.length === 0,
    services: services.steps,
    // What fetches the files goes before all else.
    steps: [
      ...ownClone,
      ...steps.steps.map((step) =>
        step.needs.length > 0 ? step : { ...step, needs: cloneNames.slice(-1) },
      ),
    ],
    leftOut: [...services.leftOut, ...steps.leftOut],
    cache: (workflow.cache ?? []).map((each) => ({ ...each, fallback: each.fallback ?? [] })),
    reports: { junit: workflow.reports?.junit ?? [], tap: workflow.reports?.tap ?? [] },
    stopOn: workflow.stop_on ?? null,
  };
  return { job, because: '', remarks };
}

/** Why the workflow is not for this commit; null where it is. */
function whyNone(read: ReadWorkflow, asked: Asked, remarks: Remark[]): string | null {
  const isWrong = () => remarks.some(({ severity }) => severity === 'error');
  if (isWrong()) return 'there is an error in it';
  try {
    const judgement = judge(read.workflow.when, asked);
    return judgement.isMatch ? null : judgement.because;
  } catch (wrong) {
    if (!(wrong instanceof PatternError)) throw wrong;
    remarks.push(error(read.tree.at(['when']), `"when" ${wrong.message}.`));
    return 'its condition is wrong';
  }
}

/** A shell can only begin what has commands. */
function remarksOnServices(
  { tree }: ReadWorkflow,
  services: Job['services'],
  { labels, fallbacks }: Pick<Job, 'labels' | 'fallbacks'>,
): Remark[] {
  const images = services.filter(
    ({ commands, entrypoint }) => commands.length === 0 && entrypoint === null,
  );
  const demands = [labels, ...fallbacks.map((each) => each.labels)];
  if (images.length === 0 || demands.every((each) => each.includes('executor=container'))) {
    return [];
  }
  const isDrones = Object.hasOwn(tree.value as object, 'kind');
  const label = isDrones ? 'node: {executor: container}' : 'labels: {backend: docker}';
  const says = `Services need a runner with containers (--executor container), and this job may go to any: "${label}" lets it wait for one.`;
  return [{ ...warning(tree.atKey(['services']), says), isForesight: true }];
}

function platformOf({ workflow: { labels } }: ReadWorkflow): string | null {
  const first = Array.isArray(labels) ? labels[0] : labels;
  return first?.['platform'] ?? null;
}

function isGitPlugin(image: string | null): boolean {
  return /(?:^|\/)(?:plugins\/(?:drone-)?git|plugin-git)(?::|$)/.test(image ?? '');
}

/** `concurrency: 2` is a group of the workflow's own. */
function groupOf({ name, workflow }: ReadWorkflow): Pick<Job, 'group' | 'groupLimit'> {
  const { concurrency } = workflow;
  if (workflow.group !== undefined) return { group: workflow.group, groupLimit: 1 };
  if (concurrency === undefined) return { group: null, groupLimit: 1 };
  const { limit = 1, group = name } =
    typeof concurrency === 'number' ? { limit: concurrency } : concurrency;
  return { group: jobName(group), groupLimit: limit };
}

/** The nearest name that the wire takes. */
export function jobName(text: string): string {
  if (jobNamePattern.test(text)) return text;
  const words = text
    .replace(/[^\p{L}\p{M}\p{N}._@+=,() -]/gu, '-')
    .trim()
    .split(/ +/);
  return beginning(words.join(' '), jobNameCharactersMax) || '-';
}

/** `test (2)`, for a second job whose name would be the same: what is replaced or cut off may differ. */
export function numbered(name: string, number: number): string {
  const suffix = ` (${number})`;
  return `${beginning(name, jobNameCharactersMax - suffix.length)}${suffix}`;
}

/** As the wire has it (jobNamePattern). */
const jobNameCharactersMax = 100;

/** So many characters, of which none is cut in two, and no blank at its end. */
function beginning(text: string, charactersMax: number): string {
  return [...text].slice(0, charactersMax).join('').trimEnd();
}
