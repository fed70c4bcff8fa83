/**
 * Owns what the record of the wire is given of a dispatcher. Never changes anything.
 */

import { parseCommit, parseRun } from '../../protocol/ids.js';
import type { Clock, SteadyUs } from '../../world/clock.js';
import type { DispatcherCore } from '../core/core.js';
import type { Feed } from '../feed/feed.js';
import { Recorder } from '../feed/recorder.js';
import type { Known } from '../feed/wire-names.js';

/** `steadyUs`: the clock's milliseconds, where nothing finer is there. */
export function recorderOf(
  core: DispatcherCore,
  feed: Feed,
  clock: Clock,
  steadyUs: SteadyUs = () => clock.nowMs() * 1_000,
): Recorder {
  return new Recorder({ clock, feed, core, known: knownTo(core), nowUs: steadyUs });
}

function knownTo(core: DispatcherCore): Known {
  const jobOfRun = (text: string) => {
    const run = parseRun(text);
    return run === null ? undefined : core.jobOfRun(run);
  };
  return {
    peerCalled: (key) => core.peerCalled(key),
    jobOfRun,
    classicRunnerOf: (text) => {
      const commit = parseCommit(text);
      const run = commit === null ? null : core.classicRunOf(commit);
      return run === null ? undefined : jobOfRun(run)?.runs.find(({ id }) => id === run)?.runner;
    },
  };
}
