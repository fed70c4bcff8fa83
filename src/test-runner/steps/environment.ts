/**
 * Owns what a step sees in its environment: what every suite gets, what is known of the commit by
 * Woodpecker's names and by Drone's, the step's own, and how the job stands. Pure.
 */

import type { Commit } from '../../protocol/ids.js';
import type { Step, Work } from '../../protocol/work.js';
import { events, type Occasion } from '../../workflow/occasion.js';
import { variablesOf } from '../../workflow/variables.js';
import type { Part } from './graph.js';
import { encodedScript } from './script.js';
import { pluginVariables, resolve, type Secrets } from './settings.js';

/** What is the same for all steps of a run. */
export interface Surroundings {
  /** What every suite gets. */
  readonly suite: Readonly<Record<string, string>>;
  readonly commit: Commit;
  readonly work: Work;
  /** Where the checkout is, as the steps see it. */
  readonly workspace: string;
  readonly startedAtMs: number;
  /** The number of all that is done for the commit, where the dispatcher tells it. */
  readonly pipeline?: number | undefined;
  /** What a step's own spans belong to; absent: all steps' to the run. */
  readonly traceParentOf?: (step: number) => string;
}

/** How the job stands as a step begins. */
export interface Progress {
  readonly atMs: number;
  /** Names of the steps that the job has failed by. */
  readonly failed: readonly string[];
}

/** All that the step sees, where two say a name the later one counts. Throws `MissingSecret`. */
export function stepEnvironment(
  { suite, commit, work, workspace, startedAtMs, pipeline, traceParentOf }: Surroundings,
  part: Part,
  progress: Progress,
  secrets: Secrets,
): Record<string, string> {
  const { step } = part;
  const own = Object.entries(step.environment).map(([name, variable]) => [
    name,
    resolve(variable, secrets),
  ]);
  return {
    ...suite,
    ...(traceParentOf === undefined ? {} : { TRACEPARENT: traceParentOf(part.number) }),
    ...given(variablesOf(occasionOf(work, commit))),
    ...(isPlugin(step) ? {} : work.cell),
    CI_WORKSPACE: workspace,
    DRONE_WORKSPACE: workspace,
    ...pluginVariables(step.settings, secrets),
    ...Object.fromEntries(own),
    ...ofStep(part, work, progress, startedAtMs),
    ...numbered(pipeline),
    ...ofTrivet(suite),
    ...(step.entrypoint === null ? {} : { CI_SCRIPT: encodedScript(step) }),
  };
}

/** Its image is a program, which is told what to do by settings only. */
export function isPlugin({ commands, entrypoint }: Step): boolean {
  return commands.length === 0 && entrypoint === null;
}

/** By these all that a run has started is found: they are not for a step to change. */
function ofTrivet(suite: Readonly<Record<string, string>>): Record<string, string> {
  return Object.fromEntries(Object.entries(suite).filter(([name]) => name.startsWith('TRIVET_')));
}

/** What the occasion does not have is no variable, rather than an empty one. */
function given(variables: Readonly<Record<string, string>>): Record<string, string> {
  return Object.fromEntries(Object.entries(variables).filter(([, value]) => value !== ''));
}

function occasionOf({ occasion }: Work, commit: Commit): Occasion {
  const event = events.find((known) => known === occasion.event) ?? 'push';
  return {
    ...occasion,
    // git ends it with a line feed, which no comparison in a script expects.
    message: occasion.message.trimEnd(),
    ...{ event, commit, paths: null, cron: '', deployTarget: '', pullRequest: null },
    ...{ instance: '', platform: '', variables: {} },
  };
}

function numbered(pipeline: number | undefined): Record<string, string> {
  if (pipeline === undefined) return {};
  return { CI_PIPELINE_NUMBER: String(pipeline), DRONE_BUILD_NUMBER: String(pipeline) };
}

function ofStep(
  { number, step, isService }: Part,
  { workflow }: Work,
  { failed, atMs }: Progress,
  startedAtMs: number,
): Record<string, string> {
  const status = failed.length === 0 ? 'success' : 'failure';
  const [began, begins] = [startedAtMs, atMs].map((at) => String(Math.floor(at / 1_000)));
  const type = isService ? 'service' : isPlugin(step) ? 'plugin' : 'commands';
  return {
    CI_SYSTEM_NAME: 'trivet',
    CI_WORKFLOW_NAME: workflow,
    CI_STEP_NAME: step.name,
    CI_STEP_NUMBER: String(number),
    CI_STEP_TYPE: type,
    CI_STEP_STARTED: begins ?? '',
    CI_PIPELINE_STATUS: status,
    CI_PIPELINE_STARTED: began ?? '',
    DRONE_STAGE_NAME: workflow,
    DRONE_STAGE_STARTED: began ?? '',
    DRONE_STAGE_STATUS: status,
    DRONE_STEP_NAME: step.name,
    DRONE_STEP_NUMBER: String(number),
    DRONE_BUILD_STATUS: status,
    DRONE_BUILD_STARTED: began ?? '',
    ...(failed.length === 0 ? {} : { DRONE_FAILED_STEPS: failed.join(',') }),
  };
}
