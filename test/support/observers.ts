/**
 * Owns real observers for tests: in this process, upon a real clone, with real sockets, until the
 * end of the test.
 */

import { join } from 'node:path';
import { onTestFinished, vi } from 'vitest';
import type { Policy } from '../../src/observer/core/core.js';
import { watchRefs } from '../../src/observer/hints.js';
import { planner } from '../../src/observer/planning.js';
import { openPositions } from '../../src/observer/position.js';
import { openRepository } from '../../src/observer/repository.js';
import { observe } from '../../src/observer/shell.js';
import { findSource } from '../../src/observer/source.js';
import { realClock } from '../../src/world/clock.js';
import { realNetwork } from '../../src/world/network.js';
import type { Told } from '../../src/world/story.js';
import type { TestRepository } from './git.js';

/** Only a hint or a poll makes an observer look again that has this for an interval. */
const never = 3_600_000;

/** Starts observers on that clone, one after the other. */
export async function observersOn(clone: TestRepository) {
  const source = await findSource(clone.path);
  return (dispatcher: { port: number }, policy: Partial<Policy> = {}) => {
    const positions = openPositions(join(source.gitFolder, 'trivet'), source.name);
    const repository = openRepository(source, { branches: [], refs: [] });
    const story: Told[] = [];
    const exit = vi.fn();
    const observer = observe(
      {
        clock: realClock,
        network: realNetwork,
        repository,
        plan: planner(repository, { slug: source.name, cloneUrl: '' }),
        watch: watchRefs,
        save: positions.save,
        tell: (told) => story.push(told),
        exit,
      },
      {
        ...{ intervalMs: never, fromNow: false, latestOnly: false, once: false },
        ...policy,
        dispatcher: { host: '127.0.0.1', port: dispatcher.port },
        saved: positions.saved,
        hello: {
          ...{ role: 'observer', name: 'o', version: '1', repository: source.name },
          ...{ labels: [], capacity: 1, knows: [], runs: [] },
        },
      },
    );
    const stop = () => {
      observer.close();
      positions.release();
    };
    onTestFinished(stop);
    const said = () => story.map(({ msg }) => msg);
    return { observer, story, said, exit, stop };
  };
}
