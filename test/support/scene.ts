/**
 * Owns a scene for pages: an observer's session that hands commits over to a dispatcher, and runners'
 * sessions that do as a test says. Words in it may be hostile.
 */

import { encodeSession } from '../../src/protocol/encoder.js';
import type { Commit, RunId } from '../../src/protocol/ids.js';
import { handover, report } from '../../src/protocol/job-bodies.js';
import type { StepReport } from '../../src/protocol/work.js';
import { commit } from './commits.js';
import { type ModernPeer, modernPeer } from './modern-peers.js';
import { planned } from './plans.js';
import { startWeb } from './web.js';

export interface Scene {
  readonly port: number;
  runner(name: string): Promise<ModernPeer>;
  /** Hands a commit over; without files it is one job, `default`. */
  handOver(handed: Partial<Handed>): Promise<Commit>;
}

interface Handed {
  readonly subject: string;
  readonly branch: string;
  readonly author: string;
  readonly files: Readonly<Record<string, string>>;
}

/** At a dispatcher that a test started. */
export function sceneAt(port: number): Scene {
  let handed = 0;
  const knows = ['jobs', 'work', 'steps'];
  return {
    port,
    runner: (name) => modernPeer(port, { role: 'runner', name, repository: 'shop', knows }),
    handOver: async ({ files, ...words }) => {
      handed += 1;
      const name = `shop-${handed}`;
      const hello = { role: 'observer', name, repository: 'shop', knows } as const;
      const observer = await modernPeer(port, hello);
      const id = commit(0xc0ffee00 + handed);
      const usual = { branch: 'main', author: 'Ada', subject: `Change ${handed}` };
      const jobs = files === undefined ? {} : { jobs: planned(files).jobs };
      const body = handover.parse({ ...usual, ...words, ...jobs });
      observer.socket.write(encodeSession({ verb: 'dispatch', commit: id, body }));
      await observer.hears('accepted');
      observer.socket.destroy();
      return id;
    },
  };
}

export async function aScene(): Promise<Scene> {
  return sceneAt((await startWeb()).port);
}

export interface Failing {
  readonly name: string;
  readonly message: string;
}

/** Ends a run as failed: in its first step where it has `steps`, with these tests. */
export function fails(
  runner: ModernPeer,
  run: RunId,
  { steps = [] as readonly string[], failures = [] as readonly Failing[] } = {},
): void {
  const tests = { passed: 3, failed: failures.length, skipped: 0, durationMs: 900, failures };
  const told = steps.map(
    (name, index): StepReport => ({
      ...{ number: index + 1, name, isService: false, isIgnored: false, logBytes: 0, reason: '' },
      ...(index === 0
        ? { state: 'failed', exitCode: 1, startedAfterMs: 5, durationMs: 40 }
        : { state: 'skipped', exitCode: null, startedAfterMs: null, durationMs: null }),
    }),
  );
  const ending = { end: 'failed', exitCode: 1, logBytes: 0, durationMs: 50 };
  const body = report.parse({
    ...ending,
    ...(steps.length > 0 && { steps: told }),
    ...(failures.length > 0 && { tests }),
  });
  runner.say({ verb: 'results', run, body });
}
