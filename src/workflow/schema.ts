/**
 * Owns what a workflow file may say: the one truth from which files are checked, docs/workflows.md
 * and schema/trivet.schema.json are made. The language is Woodpecker's; ours are `timeout`,
 * `silence`, `retry`, `priority`, `group`, `cache`, `reports`, `stop_on` and lists of labels.
 */

import * as z from 'zod';
import { jobNamePattern } from '../protocol/ids.js';
import { containerWordsMax } from '../protocol/limits.js';
import { containerPatterns } from '../protocol/work.js';
import { dependenciesMax } from './limits.js';
import {
  dependencies,
  duration,
  environment,
  filter,
  old,
  outcomes,
  secrets,
  text,
  texts,
  undone,
  when,
  yesNo,
} from './schema-parts.js';

const matching = (pattern: RegExp, expected: string) =>
  [(written: string) => pattern.test(written), expected] as const;

/** One or several, as the engine's command line takes them. */
const containerWords = (pattern: RegExp, expected: string) =>
  z
    .union([
      text.refine(...matching(pattern, expected)),
      z.array(text.refine(...matching(pattern, expected))),
    ])
    .transform((written) => (Array.isArray(written) ? written : [written]))
    .refine((all) => all.length <= containerWordsMax, `at most ${containerWordsMax} of them`);

/** What is not done may have whatever shape it has elsewhere. */
const anything = z.unknown().optional();

const inContainers = 'what a container may have, the owner of the runner decides, not the file';
const depends = dependencies.refine(
  (names) => names.length <= dependenciesMax,
  `at most ${dependenciesMax} names`,
);

const wholeNumber = (least: number, most: number) => {
  const expected = `a whole number from ${least} to ${most}`;
  return z.number(expected).int(expected).min(least, expected).max(most, expected);
};

const runsAtOnce = wholeNumber(1, 1_000);

export const step = z
  .strictObject({
    name: text.optional().describe('in a list; in a map the key is the name'),
    image: text.optional().describe('the container image; with no commands: a plugin'),
    commands: texts
      .optional()
      .describe('run one after the other in one shell, which ends at the first that fails'),
    entrypoint: texts.optional().describe('what the container starts instead of the shell'),
    environment: environment.optional().describe('variables; `{from_secret: name}` for a secret'),
    settings: z.record(z.string(), z.unknown()).optional().describe('of a plugin, as `PLUGIN_…`'),
    depends_on: depends
      .optional()
      .describe('names of steps; without any in the workflow, one after the other'),
    when: when.optional().describe('the conditions below; one item of a list must match'),
    failure: z
      .enum(['fail', 'ignore', 'cancel'])
      .optional()
      .describe('`ignore`: the job stays green; `cancel`: the job ends at once; else `fail`'),
    detach: yesNo.optional().describe('is started and not waited for'),
    directory: z.string().optional().describe('where the commands begin'),
    pull: z
      .union([
        yesNo.transform(
          (pull) => (pull ? 'always' : 'if-not-exists') as 'always' | 'if-not-exists',
        ),
        z.enum(['default', 'always', 'if-not-exists', 'never']),
      ])
      .optional()
      .describe('whether the image is fetched anew'),
    timeout: duration
      .optional()
      .describe('ours: the step is ended after this time, such as `30s`, `10m` or `2h`'),
    silence: duration.optional().describe('ours: the step is ended after so long without output'),
    ports: texts.optional().describe('of a service; for people to read'),
    user: text
      .refine(...matching(containerPatterns.user, 'a user such as node or 1000:1000'))
      .optional()
      .describe('as whom a container runs its program'),
    dns: containerWords(containerPatterns.dns, 'an address such as 9.9.9.9')
      .optional()
      .describe('addresses that a container asks for names'),
    extra_hosts: containerWords(containerPatterns.extraHost, 'a line such as db:10.0.0.7')
      .optional()
      .describe('names that a container knows, as `name:address`'),
    tmpfs: containerWords(containerPatterns.tmpfs, 'a folder such as /scratch or /scratch:size=64m')
      .optional()
      .describe('folders of a container that are in memory and begin empty'),
    privileged: undone(yesNo.optional(), inContainers),
    volumes: undone(anything, inContainers),
    devices: undone(anything, inContainers),
    dns_search: undone(anything, inContainers),
    network_mode: undone(anything, inContainers),
    shm_size: undone(anything, inContainers),
    mem_limit: undone(anything, inContainers),
    backend_options: undone(anything, 'it is for backends that Trivet does not have'),
    secrets: old(secrets.optional(), '`environment: {NAME: {from_secret: name}}`'),
    group: old(text.optional(), '`depends_on`'),
    command: old(texts.optional(), '`commands`'),
  })
  .meta({ id: 'step' });

/** A map whose keys are the names, or a list whose items have them. */
const steps = z.union([z.record(z.string(), step), z.array(step)]);

const labels = z.record(z.string(), text);

const cache = z.strictObject({
  key: texts.describe(
    'what they are made from: files or globs of them, whose content counts, or any text',
  ),
  paths: texts.describe('what is kept: folders or files that the commit does not bring'),
  fallback: texts.optional().describe('beginnings of older keys that will do'),
});

export const matrix = z
  .record(
    z.string(),
    z.union([
      z.array(text),
      z.array(z.record(z.string(), text)),
      z.null().transform((): string[] => []),
    ]),
  )
  .describe('axes with their values, or `include` with whole cells');

export const workflow = z.strictObject({
  when: when.optional().describe('whether the workflow is for a commit at all'),
  steps: steps.optional().describe('what is done; a map or a list'),
  services: steps.optional().describe('run beside the steps, from the start to the end'),
  clone: steps.optional().describe('steps instead of the checkout'),
  skip_clone: yesNo.optional().describe('the steps begin in an empty folder'),
  matrix: matrix.optional(),
  labels: z
    .union([labels, z.array(labels)])
    .optional()
    .describe(
      'what a runner must carry; ours: a list, whose later items have `after`, is a preference',
    ),
  depends_on: depends.optional().describe('names of workflows that must have ended before'),
  runs_on: outcomes.optional().describe('how those must have ended'),
  concurrency: z
    .union([runsAtOnce, z.strictObject({ limit: runsAtOnce.optional(), group: text.optional() })])
    .optional()
    .describe('`2`: two jobs of it at a time; with `group`: of all workflows that name it'),
  workspace: undone(
    anything,
    'the checkout lies where the runner keeps it, in a container at Woodpecker’s usual place',
  ),
  timeout: duration
    .optional()
    .describe('ours: a job is ended after this time, such as `30s`, `10m` or `2h`'),
  silence: duration.optional().describe('ours: a job is ended after so long without output'),
  retry: z
    .number()
    .int()
    .min(0)
    .max(10)
    .optional()
    .describe('ours: further runs after an infrastructure fault; never after a red test'),
  priority: z
    .number()
    .int()
    .min(-100)
    .max(100)
    .optional()
    .describe('ours: what is higher goes first'),
  group: z
    .string()
    .regex(jobNamePattern, 'a name such as deploy')
    .optional()
    .describe('ours: of a group one job runs at a time, in all of the repository'),
  cache: z
    .union([cache, z.array(cache)])
    .transform((written) => (Array.isArray(written) ? written : [written]))
    .optional()
    .describe('ours: folders that are kept from run to run'),
  reports: z
    .strictObject({ junit: texts.optional(), tap: texts.optional() })
    .optional()
    .describe('ours: globs for reports of tests'),
  stop_on: wholeNumber(1, 255)
    .optional()
    .describe('ours: a step that exits with this code ends the job at once, as passed'),
  variables: z.unknown().optional().describe('a place for anchors; means nothing'),
  pipeline: old(steps.optional(), '`steps`'),
  platform: old(z.string().optional(), '`labels: {platform: linux/amd64}`'),
  branches: old(filter.optional(), '`when: {branch: …}`'),
});

export type Step = z.output<typeof step>;
export type Workflow = z.output<typeof workflow>;
export type WorkflowInput = z.input<typeof workflow>;
export type StepInput = z.input<typeof step>;
