/**
 * Owns how the containers of one run reach each other, and what is beyond. Where a service or a
 * detached step is to be reached by its name, the run gets a network of its own, whose engine knows
 * names; else there is nothing to make.
 */

import type { Work } from '../../protocol/work.js';
import { makingNetwork } from './command-lines.js';
import { ask, type Engine, lastLine, machineFault } from './engine.js';

export const networkKinds = ['bridge', 'none', 'host'] as const;

/** `none`: nothing beyond the run. `host`: the machine's own, this machine's ports included. */
export type NetworkKind = (typeof networkKinds)[number];

export interface Network {
  /** What a container of that name gets. */
  readonly flags: (name: string | null) => readonly string[];
  /** Whether it may be told whom to ask for names: podman's own network would then know none. */
  readonly takesDns: boolean;
}

export async function networkFor(
  engine: Engine,
  kind: NetworkKind,
  work: Pick<Work, 'steps' | 'services'>,
  { name, labels }: { readonly name: string; readonly labels: readonly string[] },
): Promise<Network> {
  const reached = reachedIn(work);
  if (kind === 'host') {
    const local = reached.flatMap((each) => ['--add-host', `${hostName(each)}:127.0.0.1`]);
    return { flags: () => ['--network', 'host', ...local], takesDns: true };
  }
  if (reached.length === 0) {
    const none = kind === 'none';
    return { flags: () => (none ? ['--network', 'none'] : []), takesDns: !none };
  }
  const { exitCode, stderr } = await ask(engine, makingNetwork(name, labels, kind === 'none'));
  if (exitCode !== 0)
    throw machineFault(`no network could be made (${lastLine(stderr)}): ${advice}`);
  return {
    flags: (own) => [
      ...['--network', name],
      ...(own === null ? [] : ['--network-alias', hostName(own)]),
    ],
    takesDns: engine.name === 'docker',
  };
}

/** Those whom steps reach by name. */
function reachedIn({ services, steps }: Pick<Work, 'steps' | 'services'>): string[] {
  return [...services, ...steps.filter(({ isDetached }) => isDetached)].map(({ name }) => name);
}

/** A name may hold what no host's may. */
function hostName(name: string): string {
  return name.replace(/[^A-Za-z0-9_.-]/g, '-');
}

/** Also where a container finds that its network cannot be used. */
export const advice = 'is iptables installed? --container-network host needs none';
