/**
 * Owns what a document of a `.drone.yml` of Drone 1 and 2 may say. Its steps are Woodpecker's with
 * a few other keys, so they are made from ours.
 */

import * as z from 'zod';
import { step, workflow } from './schema.js';
import {
  dependencies,
  environment,
  filter,
  outcomeFilter,
  text,
  undone,
  yesNo,
} from './schema-parts.js';

/** What is not done may have whatever shape it has elsewhere. */
const anything = z.unknown().optional();

const onDronesServer = 'only Drone’s server knows it';
const inContainers = 'what a container may have, the owner of the runner decides, not the file';
const platformOnly = 'only `os` and `arch` tell runners apart';

const condition = z.strictObject({
  branch: filter.optional(),
  event: filter.optional(),
  ref: filter.optional(),
  repo: filter.optional(),
  instance: filter.optional(),
  target: filter.optional(),
  cron: filter.optional(),
  status: outcomeFilter.optional(),
  action: undone(anything, onDronesServer),
  paths: undone(anything, 'Drone itself does not look at it; `path` would be ours'),
});

const droneStep = step
  .omit({
    name: true,
    when: true,
    depends_on: true,
    directory: true,
    secrets: true,
    group: true,
    timeout: true,
    silence: true,
  })
  .extend({
    name: text,
    when: condition.optional(),
    depends_on: dependencies.optional(),
    failure: z
      .enum(['fail', 'ignore', 'fast', 'fast-fail', 'fail-fast'])
      .transform((written) =>
        written.includes('fast') ? 'cancel' : (written as 'fail' | 'ignore'),
      )
      .optional(),
    working_dir: z.string().optional(),
    command: undone(anything, `arguments of the image’s own program: ${inContainers}`),
    resources: undone(anything, 'it is for Kubernetes'),
    shell: undone(anything, 'Drone itself does not look at it'),
  });

export const pipeline = z.strictObject({
  kind: z.literal('pipeline'),
  type: z
    .enum(['docker', 'exec', 'kubernetes', 'vm', 'digitalocean', 'ssh', 'macstadium'])
    .default('docker'),
  name: text.default('default'),
  trigger: condition.optional(),
  platform: z
    .strictObject({
      os: text.optional(),
      arch: text.optional(),
      variant: undone(anything, platformOnly),
      version: undone(anything, platformOnly),
    })
    .optional(),
  node: z.record(z.string(), text).optional(),
  clone: z
    .strictObject({
      disable: yesNo.optional(),
      depth: undone(anything, 'a checkout knows the whole history, at no cost'),
      retries: undone(anything, 'a fetch is tried again by itself'),
      skip_verify: undone(yesNo.optional(), 'set `http.sslVerify` in the clone instead'),
      trace: undone(yesNo.optional(), 'a checkout tells what goes wrong'),
    })
    .optional(),
  concurrency: z.strictObject({ limit: z.number().optional() }).optional(),
  environment: environment.optional(),
  steps: z.array(droneStep),
  services: z.array(droneStep).optional(),
  depends_on: dependencies.optional(),
  // Ours; Drone passes over what it does not know.
  cache: workflow.shape.cache,
  reports: workflow.shape.reports,
  workspace: undone(
    anything,
    'the checkout lies where the runner keeps it, in a container at Woodpecker’s usual place',
  ),
  volumes: undone(anything, inContainers),
  image_pull_secrets: undone(anything, inContainers),
  host_volumes: undone(anything, inContainers),
  pool: undone(anything, 'a job goes to any runner with its labels; use `node`'),
  node_selector: undone(anything, 'it is for Kubernetes; use `node`'),
  node_name: undone(anything, 'it is for Kubernetes; use `node`'),
  tolerations: undone(anything, 'it is for Kubernetes'),
  metadata: undone(anything, 'it is for Kubernetes'),
  service_account_name: undone(anything, 'it is for Kubernetes'),
  server: undone(anything, 'Trivet makes no machines'),
});

export type Pipeline = z.output<typeof pipeline>;
export type DroneStep = z.output<typeof droneStep>;
export type DroneCondition = z.output<typeof condition>;
