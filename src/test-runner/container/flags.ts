/**
 * Owns the flags of a runner's containers, and what is wrong with them.
 */

import type { Options as Flag } from 'yargs';
import { UsageError } from '../../world/exit.js';
import { wholeNumber } from '../../world/flag-values.js';
import { engineNames } from './engine.js';
import type { ContainerOptions } from './executor.js';
import type { Wanted } from './finding-engine.js';
import { networkKinds } from './network.js';

/** As many processes and threads as a machine commonly has numbers for. */
const pidsMax = 4_194_304;

export const containerFlags = {
  'container-engine': {
    choices: engineNames,
    defaultDescription: 'the first that answers',
    describe: 'what runs the containers',
  },
  'container-runtime': {
    type: 'string',
    defaultDescription: "the engine's own",
    describe: 'what the engine starts them with: runc, crun',
  },
  'container-network': {
    choices: networkKinds,
    default: 'bridge' as const,
    describe: 'none: the services of the run, and nothing beyond; host: as this machine',
  },
  'container-memory': {
    type: 'string',
    default: '4g',
    describe: 'what each container may have: 512m, 4g',
    coerce: memory,
  },
  'container-cpus': {
    type: 'string',
    defaultDescription: 'all',
    describe: 'how much of how many processors each may use: 2, 0.5',
    coerce: processors,
  },
  'container-pids': {
    default: '4096',
    describe: 'processes and threads at once in each',
    coerce: wholeNumber('container-pids', pidsMax),
  },
} as const satisfies Readonly<Record<string, Flag>>;

export interface ContainerFlags {
  readonly 'container-engine': Wanted['engine'] | undefined;
  readonly 'container-runtime': string | undefined;
  readonly 'container-network': ContainerOptions['network'];
  readonly 'container-memory': string;
  readonly 'container-cpus': number | undefined;
  readonly 'container-pids': number;
}

export function containersOf(
  read: ContainerFlags,
): ContainerOptions & Pick<Wanted, 'engine' | 'runtime'> {
  return {
    engine: read['container-engine'] ?? null,
    runtime: read['container-runtime'] ?? null,
    network: read['container-network'],
    memory: read['container-memory'],
    cpus: read['container-cpus'] ?? null,
    pids: read['container-pids'],
  };
}

function memory(text: string): string {
  if (/^[1-9][0-9]{0,15}[bkmg]?$/i.test(text)) return text;
  throw new UsageError(`--container-memory is a size such as 512m or 4g, not "${text}".`);
}

function processors(text: string | undefined): number | undefined {
  if (text === undefined) return text;
  const value = /^[0-9]+([.][0-9]+)?$/.test(text) ? Number(text) : 0;
  if (value > 0) return value;
  throw new UsageError(`--container-cpus is a number such as 2 or 0.5, not "${text}".`);
}
