/**
 * Owns what older files are taken for: Woodpecker's before 1.0 and Drone's 0.x (`pipeline:`,
 * `secrets:`, `branches:`, `platform:`, a plugin's settings beside its image). Each is warned of by
 * the note at its key.
 */

import type { Step, Workflow } from './schema.js';
import { step as stepSchema } from './schema.js';

/** The value of a file of the old kind, with what its plugins are told under `settings`. */
export function withSettings(value: unknown): unknown {
  if (!isMap(value) || !isMap(value['pipeline'])) return value;
  const parts = ['pipeline', 'services', 'clone'].filter((part) => isMap(value[part]));
  const changed = parts.map((part) => [part, mapped(value[part] as Fields, stepWithSettings)]);
  return Object.assign(Object.create(null), value, Object.fromEntries(changed));
}

type Fields = Readonly<Record<string, unknown>>;

function stepWithSettings(step: unknown): unknown {
  if (!isMap(step) || step['commands'] !== undefined || step['settings'] !== undefined) return step;
  const isKnown = (key: string) => Object.hasOwn(stepSchema.shape, key);
  const known = Object.entries(step).filter(([key]) => isKnown(key));
  const settings = Object.entries(step).filter(([key]) => !isKnown(key));
  return settings.length === 0
    ? step
    : { ...Object.fromEntries(known), settings: Object.fromEntries(settings) };
}

/** The workflow in today's words. */
export function inTodaysWords(written: Workflow): Workflow {
  const { pipeline, platform, branches, ...workflow } = written;
  const labels = workflow.labels ?? {};
  const when = (workflow.when ?? []).map(conditionInTodaysWords);
  const onBranches =
    branches === undefined
      ? when
      : [...(when.length === 0 ? [{}] : when)].map((item) => ({ branch: branches, ...item }));
  return {
    ...workflow,
    ...mappedSteps(workflow, ['services', 'clone']),
    ...(onBranches.length === 0 ? {} : { when: onBranches }),
    ...(workflow.steps === undefined && pipeline === undefined
      ? {}
      : { steps: stepsInTodaysWords(workflow.steps ?? pipeline ?? []) }),
    ...(platform === undefined || Array.isArray(labels) ? {} : { labels: { platform, ...labels } }),
  };
}

function mappedSteps(workflow: Workflow, parts: readonly ('services' | 'clone')[]) {
  return Object.fromEntries(
    parts.flatMap((part) => {
      const steps = workflow[part];
      return steps === undefined ? [] : [[part, stepsInTodaysWords(steps)]];
    }),
  );
}

type Steps = NonNullable<Workflow['steps']>;

function stepsInTodaysWords(steps: Steps): Steps {
  return Array.isArray(steps) ? steps.map(stepInTodaysWords) : mapped(steps, stepInTodaysWords);
}

/** `group` stays: what it means, only its neighbours say. */
function stepInTodaysWords({ secrets, command, ...step }: Step): Step {
  const environment =
    secrets === undefined ? step.environment : { ...secrets, ...step.environment };
  return {
    ...step,
    ...(environment === undefined ? {} : { environment }),
    ...(command === undefined || step.commands !== undefined ? {} : { commands: command }),
    ...(step.when === undefined ? {} : { when: step.when.map(conditionInTodaysWords) }),
  };
}

type Conditions = NonNullable<Workflow['when']>[number];

function conditionInTodaysWords({ branches, tag, ...condition }: Conditions): Conditions {
  const ofTags = (globs: readonly string[]) => globs.map((glob) => `refs/tags/${glob}`);
  return {
    ...condition,
    ...(branches === undefined ? {} : { branch: condition.branch ?? branches }),
    ...(tag === undefined
      ? {}
      : { ref: { include: ofTags(tag.include), exclude: ofTags(tag.exclude) } }),
  };
}

function mapped<From, To>(
  fields: Readonly<Record<string, From>>,
  change: (its: From) => To,
): Record<string, To> {
  return Object.fromEntries(Object.entries(fields).map(([key, its]) => [key, change(its)]));
}

function isMap(value: unknown): value is Fields {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
