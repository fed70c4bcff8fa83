/**
 * Owns what a document of a `.drone.yml` of Drone 1 and 2 may say. Its steps are Woodpecker's with
 * a few other keys, so they are made from ours.
 */

import { z } from 'zod';
import { step } from './schema.js';
import { dependencies, environment, filter, text, texts, undone, yesNo } from './schema-parts.js';

const onDronesServer = 'only Drone’s server knows it';
const inContainers = 'it needs the container executor, which is to come';
const platformOnly = 'only `os` and `arch` tell runners apart';

const condition = z.strictObject({
  branch: filter.optional(),
  event: filter.optional(),
  ref: filter.optional(),
  repo: filter.optional(),
  instance: filter.optional(),
  target: filter.optional(),
  cron: filter.optional(),
  status: filter.optional(),
  action: undone(filter.optional(), onDronesServer),
  paths: undone(z.unknown().optional(), 'Drone itself does not look at it; `path` would be ours'),
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
    shell: undone(z.unknown().optional(), 'Drone itself does not look at it'),
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
      variant: undone(text.optional(), platformOnly),
      version: undone(text.optional(), platformOnly),
    })
    .optional(),
  node: z.record(z.string(), text).optional(),
  clone: z
    .strictObject({
      disable: yesNo.optional(),
      depth: undone(z.number().optional(), 'a checkout knows the whole history, at no cost'),
      retries: undone(z.number().optional(), 'a fetch is tried again by itself'),
      skip_verify: undone(yesNo.optional(), 'set `http.sslVerify` in the clone instead'),
      trace: undone(yesNo.optional(), 'a checkout tells what goes wrong'),
    })
    .optional(),
  concurrency: z.strictObject({ limit: z.number().optional() }).optional(),
  environment: environment.optional(),
  steps: z.array(droneStep),
  services: z.array(droneStep).optional(),
  depends_on: dependencies.optional(),
  workspace: undone(
    z.strictObject({ base: text.optional(), path: text.optional() }).optional(),
    'the checkout lies where the runner keeps it; the container executor is to come',
  ),
  volumes: undone(z.array(z.unknown()).optional(), inContainers),
  image_pull_secrets: undone(texts.optional(), inContainers),
  host_volumes: undone(z.unknown().optional(), inContainers),
  pool: undone(z.unknown().optional(), 'a job goes to any runner with its labels; use `node`'),
  node_selector: undone(z.unknown().optional(), 'it is for Kubernetes; use `node`'),
  node_name: undone(text.optional(), 'it is for Kubernetes; use `node`'),
  tolerations: undone(z.unknown().optional(), 'it is for Kubernetes'),
  metadata: undone(z.unknown().optional(), 'it is for Kubernetes'),
  service_account_name: undone(text.optional(), 'it is for Kubernetes'),
  server: undone(z.unknown().optional(), 'Trivet makes no machines'),
});

export type Pipeline = z.output<typeof pipeline>;
export type DroneStep = z.output<typeof droneStep>;
export type DroneCondition = z.output<typeof condition>;
