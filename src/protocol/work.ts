/**
 * Owns what a job of a workflow is for its runner, the *work*: its steps and services, and how each
 * of them went, as JSON on the wire and in the journal. Made by src/workflow, done by src/test-runner.
 * Never looks into a step: the dispatcher hands it on as it came.
 */

import * as z from 'zod';
import { prose } from './characters.js';
import { containerWordsMax, settingsDepthMax, stepLogsMax, stepsMax } from './limits.js';

/** How the job must stand for a step, or the jobs before it for a job. */
export const outcomes = z.array(z.enum(['success', 'failure'])).readonly();

const names = z.array(z.string()).readonly();

/** Fractions are welcome, but it must fit an integer column. */
const milliseconds = z.number().min(0).max(Number.MAX_SAFE_INTEGER).nullable().default(null);

/** Whoever writes it down or goes through it does so by recursion. */
function isShallow(value: unknown): boolean {
  let level = [value];
  for (let depth = 0; depth < settingsDepthMax; depth += 1) {
    level = level.flatMap((each) =>
      typeof each === 'object' && each !== null ? Object.values(each) : [],
    );
    if (level.length === 0) return true;
  }
  return false;
}

const tooDeep = `nested in more than ${settingsDepthMax} levels`;

/** The value of a variable, or the name of the secret that it is. */
const variable = z.union([z.string(), z.object({ from_secret: z.string() })]);

/** What a step may ask of its container. Each is a word of the engine's command line. */
export const containerPatterns = {
  /** `root`, `1000`, `1000:1000`. */
  user: /^(?!-)[\w.-]{1,64}(?::[\w.-]{1,64})?$/,
  /** An address; the engine reads it more closely. */
  dns: /^[\da-f.:]{2,45}$/i,
  /** `db.example.org:10.0.0.7`. */
  extraHost: /^(?!-)[\w.-]{1,253}:(?:host-gateway|\[?[\da-f.:]{2,45}\]?)$/i,
  /** `/scratch`, `/scratch:size=64m,mode=1777`. */
  tmpfs: /^\/[^\s:,]{0,255}(?::[\w=,%]{1,255})?$/,
} as const;

const words = (pattern: RegExp) =>
  z.array(z.string().regex(pattern)).max(containerWordsMax).readonly();

const container = z.object({
  user: z.string().regex(containerPatterns.user).nullable(),
  dns: words(containerPatterns.dns),
  extraHosts: words(containerPatterns.extraHost),
  tmpfs: words(containerPatterns.tmpfs),
});

const step = z.object({
  /** Unique in its job. */
  name: z.string(),
  /** Names of steps that must have ended before. */
  needs: names,
  /** How the job must stand for it to run. */
  runsOn: outcomes,
  image: z.string().nullable(),
  /** Without any it is the image's own program that runs: a plugin, or a service. */
  commands: names,
  entrypoint: names.nullable(),
  environment: z.record(z.string(), variable).readonly(),
  /** Of a plugin; values as they were written, with `{from_secret: name}` among them. */
  settings: z.record(z.string(), z.unknown().refine(isShallow, tooDeep)).readonly(),
  failure: z.enum(['fail', 'ignore', 'cancel']),
  /** Is started and not waited for. */
  isDetached: z.boolean(),
  directory: z.string().nullable(),
  /** By default what is called latest is fetched anew, and else what is not there. */
  pull: z.enum(['default', 'always', 'if-not-exists', 'never']),
  timeoutMs: milliseconds,
  silenceMs: milliseconds,
  /** Where it asks for something that is not usual: a runner without containers passes over it. */
  container: container.optional(),
});

/** What the commit is looked at for; from it come the variables that every step sees. */
const occasion = z.object({
  event: z.string(),
  /** `owner/name`, or only a name. */
  repository: z.string(),
  cloneUrl: z.string(),
  defaultBranch: z.string(),
  branch: z.string(),
  ref: z.string(),
  message: z.string(),
  author: z.string(),
  authorEmail: z.string(),
});

/** What a runner does for a job of a workflow. */
export const work = z.object({
  workflow: z.string(),
  /** Where in the repository it is written. */
  file: z.string(),
  /** The cell of its matrix: these are variables, too. */
  cell: z.record(z.string(), z.string()).readonly(),
  occasion,
  /** Whether the commit is checked out before the steps. */
  isCheckedOut: z.boolean(),
  services: z.array(step).max(stepsMax).readonly(),
  steps: z.array(step).max(stepsMax).readonly(),
  cache: z.array(z.object({ key: names, paths: names, fallback: names })).readonly(),
  reports: z.object({ junit: names, tap: names }),
  timeoutMs: milliseconds,
  silenceMs: milliseconds,
  /** A step that exits with this code ends the job at once, as passed. */
  stopOn: z.number().int().nullable(),
  /** What the planner had to say of the file, a line each, for the log. */
  remarks: names,
});

/** How a step can stand. `stopped`: it was not waited for, and ended with the job. */
export const stepStates = [
  'running',
  'passed',
  'failed',
  'errored',
  'timed-out',
  'cancelled',
  'skipped',
  'stopped',
] as const;

/** How a step stands, or how it ended. */
export const stepReport = z.object({
  /** From 1, in the order of the plan; services come after the steps. Its log is `<run>.<number>`. */
  number: z.number().int().min(1).max(stepLogsMax),
  name: prose(100),
  isService: z.boolean().default(false),
  state: z.enum(stepStates),
  /** Its failure does not count. */
  isIgnored: z.boolean().default(false),
  exitCode: z.number().int().nullable().default(null),
  /** One sentence, where state and exit code do not say it all. */
  reason: prose(500).default(''),
  /** Milliseconds from the beginning of the run; null: it never began. */
  startedAfterMs: milliseconds,
  durationMs: milliseconds,
  /** The length of its log; while it runs, as much as there is. */
  logBytes: z.number().int().min(0).default(0),
});

export type Variable = z.infer<typeof variable>;
export type Step = z.infer<typeof step>;
export type StepContainer = z.infer<typeof container>;
export type Work = z.infer<typeof work>;
export type StepReport = z.infer<typeof stepReport>;
