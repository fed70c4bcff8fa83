/**
 * Owns runners for tests: the real shell on real sockets, with a clone, told by a stand-in.
 * Each is aborted, and its slots released, when its test ends.
 */

import { randomBytes } from 'node:crypto';
import { onTestFinished } from 'vitest';
import { CacheStore } from '../../src/test-runner/cache/store.js';
import { usualName } from '../../src/test-runner/introduction.js';
import { LocalExecutor } from '../../src/test-runner/local/executor.js';
import { GivenSites } from '../../src/test-runner/local/sites.js';
import { claimSlots } from '../../src/test-runner/local/slots.js';
import { reportsAround } from '../../src/test-runner/reports/around.js';
import { startRunner } from '../../src/test-runner/shell.js';
import { inherited } from '../../src/test-runner/suite/environment.js';
import { realClock } from '../../src/world/clock.js';
import { openClone, repositoryName } from '../../src/world/clone.js';
import { type Hosts, nobody } from '../../src/world/hosts.js';
import { realNetwork } from '../../src/world/network.js';
import type { Told } from '../../src/world/story.js';
import { temporaryFolder } from './git.js';

export interface RunnerSettings {
  readonly clone: string;
  readonly dispatcherPort: number;
  readonly command?: string | null;
  readonly jobs?: number;
  readonly timeoutMs?: number;
  readonly graceMs?: number;
  readonly logBytesMax?: number;
  readonly state?: string;
  /** Without it, checkouts lie in the state folder. */
  readonly checkouts?: string;
  /** Where caches are kept; without it, nowhere. */
  readonly cache?: string;
  readonly cacheBytesMax?: number;
  readonly reachable?: string | null;
  readonly host?: string;
  readonly mayDial?: Hosts;
  /** Files that a sandbox hides; without them there is no sandbox. */
  readonly secrets?: readonly string[];
  /** Such a sandbox lets suites use the network. */
  readonly sandboxNet?: boolean;
  readonly environment?: Readonly<Record<string, string>>;
  /** The folder of the owner's hooks. */
  readonly hooks?: string;
}

export async function runnerFor(settings: RunnerSettings) {
  const clone = await openClone(settings.clone);
  const state = settings.state ?? temporaryFolder();
  const guard = 'none-stands-here';
  const { secrets, sandboxNet: network = false } = settings;
  const sandbox = secrets === undefined ? null : { secrets, network };
  const told: Told[] = [];
  const tell = (line: Told) => told.push(line);
  const checkouts = settings.checkouts ?? null;
  const { cache, cacheBytesMax: bytesMax = 1e9 } = settings;
  const caches = cache === undefined ? null : new CacheStore({ folder: cache, bytesMax, guard });
  const claim = { guard, tell, sandbox, checkouts, caches };
  const exits: number[] = [];
  const localStart = randomBytes(4).toString('hex');
  const [name, repository] = [usualName(localStart), repositoryName(clone)];
  const logBytesMax = settings.logBytesMax ?? 1_000_000_000;
  const offer = { capacity: settings.jobs ?? 1, labels: [] };
  const sites = new GivenSites(
    new Map([[repository, (count: number) => claimSlots(state, clone, count, claim)]]),
  );
  const executor = new LocalExecutor(realClock, sites, offer, {
    command: settings.command === undefined ? 'echo hello' : settings.command,
    isOffline: sandbox?.network === false,
    timeoutMs: settings.timeoutMs ?? 60_000,
    graceMs: settings.graceMs ?? 5_000,
    logBytesMax,
    names: { runner: name, repository, guard },
    hooks: settings.hooks ?? null,
    environment: inherited(settings.environment ?? { PATH: process.env['PATH'] ?? '' }),
    around: [reportsAround(realClock)],
  });
  const runner = await startRunner(
    { clock: realClock, network: realNetwork, tell, exit: (code) => exits.push(code) },
    {
      name,
      version: 'test',
      repositories: [repository],
      host: settings.host ?? '127.0.0.1',
      mayDial: settings.mayDial ?? nobody,
      port: 0,
      dispatcher: { host: '127.0.0.1', port: settings.dispatcherPort },
      reachable: settings.reachable === undefined ? '127.0.0.1' : settings.reachable,
      localStart,
      logBytesMax,
    },
    executor,
  );
  onTestFinished(async () => {
    runner.abort();
    await runner.settled();
  });
  return {
    runner,
    executor,
    slots: sites.slots,
    told,
    exits,
    sentences: () => told.map(({ msg }) => msg),
  };
}

/** Where that runner listens for a classic dispatcher. */
export function portOf(told: readonly Told[]): number {
  return Number(told.find(({ event }) => event === 'listening')?.['port']);
}
