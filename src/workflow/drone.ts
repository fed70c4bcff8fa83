/**
 * Owns how a pipeline of Drone becomes a workflow of ours, for the planner and for `trivet convert`
 * alike. Where Drone means something else by the same word, the workflow says it in ours:
 *
 *   branch           is held against tags too, so it lets none through
 *   depends_on       passes over what its conditions left out
 *   exit code 78     ends the pipeline at once, as passed
 *   promote, custom  are `deployment` and `manual`
 */

import type { DroneCondition, DroneStep, Pipeline } from './drone-schema.js';
import type { StepInput, WorkflowInput } from './schema.js';
import type { ConditionInput, Dependency, Filter } from './schema-parts.js';

/** The workflow, as it would be written. */
export function fromDrone(pipeline: Pipeline): WorkflowInput {
  const { trigger, platform, node, clone, concurrency, depends_on, services } = pipeline;
  const { cache, reports } = pipeline;
  const status = outcomesOf(trigger?.status);
  const labels = {
    ...node,
    ...(platform === undefined ? {} : { platform: platformOf(platform) }),
    ...(pipeline.type === 'exec' ? { backend: 'local' } : {}),
  };
  const conditions = trigger === undefined ? {} : conditionOf(trigger, false);
  const inEveryStep = pipeline.environment ?? {};
  return without({
    when: isEmpty(conditions) ? undefined : [conditions],
    labels: isEmpty(labels) ? undefined : labels,
    depends_on: depends_on?.length ? depends_on.map(optional) : undefined,
    runs_on: status,
    skip_clone: clone?.disable === true ? true : undefined,
    concurrency: concurrency?.limit,
    stop_on: 78,
    cache,
    reports,
    services: services?.map((service) => stepFrom(service, inEveryStep)),
    steps: asGraph(pipeline.steps).map((step) => stepFrom(step, inEveryStep)),
  });
}

function platformOf({ os, arch }: NonNullable<Pipeline['platform']>): string {
  return `${os ?? 'linux'}/${arch ?? 'amd64'}`;
}

/**
 * One dependency that is named makes a graph of the steps, though its step be left out; an empty
 * list makes none.
 */
function asGraph(steps: readonly DroneStep[]): DroneStep[] {
  const named = steps.filter(({ depends_on }) => depends_on?.length);
  const mayBeLeftOut = named.length > 0 && named.every(({ when }) => when !== undefined);
  return steps.map(({ depends_on, ...step }) => {
    if (depends_on?.length) return { ...step, depends_on };
    return mayBeLeftOut ? { ...step, depends_on: [] } : step;
  });
}

function stepFrom(step: DroneStep, inEveryStep: NonNullable<DroneStep['environment']>): StepInput {
  const { name, when, working_dir, depends_on, environment, shell, command, resources, ...same } =
    step;
  const conditions = when === undefined ? {} : conditionOf(when, true);
  const isPlugin = step.commands === undefined;
  const variables = { ...(isPlugin ? {} : inEveryStep), ...environment };
  return without({
    name,
    ...same,
    environment: isEmpty(variables) ? undefined : variables,
    directory: working_dir,
    depends_on: depends_on?.filter(isNoClone).map(optional),
    when: isEmpty(conditions) ? undefined : [conditions],
  });
}

/** Drone calls its checkout a step; ours is there before all of them. */
function isNoClone({ name }: Dependency): boolean {
  return name !== 'clone';
}

/** In Drone a step that is left out stands for what it depends on. */
function optional({ name }: Dependency) {
  return { name, optional: true };
}

function conditionOf(condition: DroneCondition, isStep: boolean): ConditionInput {
  const { branch, ref, repo, instance, cron, target, status } = condition;
  const event = eventsOf(condition);
  return without({
    event: event === null ? undefined : written(event),
    branch: branch === undefined ? undefined : written(branch),
    ref: ref === undefined ? undefined : written(ref),
    repo: repo === undefined ? undefined : written(repo),
    instance: instance === undefined ? undefined : written(instance),
    cron: cron === undefined ? undefined : written(cron),
    evaluate: target === undefined ? undefined : targetIn(target),
    status: isStep ? outcomesOf(status) : undefined,
  });
}

const ourEvents: Readonly<Record<string, string>> = {
  promote: 'deployment',
  rollback: 'deployment',
  custom: 'manual',
};

function eventsOf({ event, branch }: DroneCondition): Filter | null {
  const ours = (names: readonly string[]) => [
    ...new Set(names.map((name) => ourEvents[name] ?? name)),
  ];
  if (event !== undefined) return { include: ours(event.include), exclude: ours(event.exclude) };
  const takesNoTag = branch !== undefined && branch.include.length > 0;
  return takesNoTag ? { include: [], exclude: ['tag'] } : null;
}

function targetIn({ include, exclude }: Filter): string {
  const list = (names: readonly string[]) => names.map((name) => JSON.stringify(name)).join(', ');
  const is = include.length > 0 ? [`CI_PIPELINE_DEPLOY_TARGET in [${list(include)}]`] : [];
  const isNot = exclude.length > 0 ? [`CI_PIPELINE_DEPLOY_TARGET not in [${list(exclude)}]`] : [];
  return [...is, ...isNot].join(' && ') || 'true';
}

/** Both: always. `failure` alone: only then. Undefined: as if nothing were said. */
function outcomesOf(filter: Filter | undefined): ('success' | 'failure')[] | undefined {
  if (filter === undefined) return undefined;
  const { include, exclude } = filter;
  const isIn = (name: string) =>
    !exclude.includes(name) && (include.length === 0 || include.includes(name));
  const outcomes = (['success', 'failure'] as const).filter(isIn);
  return outcomes.length === 0 ? undefined : outcomes;
}

/** A filter in the fewest words. */
function written({ include, exclude }: Filter) {
  if (exclude.length > 0) {
    return include.length > 0
      ? { include: [...include], exclude: [...exclude] }
      : { exclude: [...exclude] };
  }
  return include.length === 1 && include[0] !== undefined ? include[0] : [...include];
}

function isEmpty(record: object): boolean {
  return Object.keys(record).length === 0;
}

type Stated<Fields> = { [Key in keyof Fields]: Exclude<Fields[Key], undefined> };

/** The record without what is undefined, so that it is not written either. */
function without<Fields extends object>(fields: Fields): Stated<Fields> {
  const stated = Object.entries(fields).filter(([, value]) => value !== undefined);
  return Object.fromEntries(stated) as Stated<Fields>;
}
