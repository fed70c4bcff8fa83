/**
 * Owns the runner's door for whoever has a work tree and no dispatcher: a job's steps are done in a folder
 * that is there already, by the code that does them on a runner, and told of as they go.
 */

import { randomBytes } from 'node:crypto';
import { dirname, join } from 'node:path';
import { type Commit, runId } from '../../protocol/ids.js';
import { assignment } from '../../protocol/job-bodies.js';
import { secretsNamedIn } from '../../protocol/secrets.js';
import type { Work } from '../../protocol/work.js';
import { realClock } from '../../world/clock.js';
import type { StepStanding, Verdict } from '../executor.js';
import { MaskedWatch } from '../masking/masked-watch.js';
import { Masks } from '../masking/masks.js';
import { reportsAround } from '../reports/around.js';
import { inherited } from '../suite/environment.js';
import { OutputPipes } from '../suite/output-pipes.js';
import { SuiteProcess } from '../suite/process.js';
import { beginJob } from './beginning.js';
import type { Doing } from './doing.js';
import { standGuard } from './guard.js';
import { TimeLimit } from './time-limit.js';

export type { StepStanding, Verdict } from '../executor.js';

export interface HereOptions {
  readonly commit: Commit;
  readonly work: Work;
  /** By their names in lower case. */
  readonly secrets: Readonly<Record<string, string>>;
  /** Why a step that names another has none. */
  readonly whyNoSecret: string;
  /** The checkout; what is needed besides lies next to it. */
  readonly folder: string;
  /** Who runs it, as a step may ask. */
  readonly runner: string;
  readonly graceMs: number;
}

export interface Here {
  /** Resolves once nothing of it is left. */
  readonly ended: Promise<Verdict>;
  /** Asks all of it to end; again: kills it. */
  stop(): void;
}

/** What is told of it: `step` is the name of the one that printed. */
export interface HereEvents {
  readonly output: (bytes: Buffer, step: string | null) => void;
  readonly stepped: (standing: StepStanding) => void;
}

export function runHere(options: HereOptions, events: HereEvents): Here {
  const { commit, work, folder, runner, graceMs, secrets, whyNoSecret } = options;
  const withheld = Object.fromEntries(secretsNamedIn(work).map((name) => [name, whyNoSecret]));
  const masks = new Masks(secrets);
  const names = new Map<number, string>();
  const { branch, author } = work.occasion;
  const id = runId(randomBytes(4).toString('hex'), 1);
  const startProcess = (...[clock, options]: ConstructorParameters<typeof SuiteProcess>) =>
    new SuiteProcess(clock, options);
  // Whatever becomes of us, nothing of it outlives us.
  standGuard(id);
  const output = new OutputPipes(join(dirname(folder), 'output'));
  const startedAtMs = realClock.nowMs();
  let stops = 0;
  let stopped: 'timed-out' | 'cancelled' | null = null;
  let doing: Doing | null = null;
  const end = (because: typeof stopped) => {
    stopped ??= because;
    doing?.end();
  };
  const limit = new TimeLimit(realClock, startedAtMs, () => end('timed-out'));
  const watch = new MaskedWatch(
    {
      starting: () => {},
      output: (bytes, step) => events.output(bytes, names.get(step ?? 0) ?? null),
      lastOutput: () => ({ text: '', isAll: true }),
      stepped: (standing) => {
        names.set(standing.number, standing.name);
        events.stepped(standing);
      },
    },
    masks,
  );
  const surroundings = {
    ...{ command: null, graceMs },
    names: { runner, repository: work.occasion.repository, guard: id },
    environment: inherited(process.env),
    around: [reportsAround(realClock)],
  };
  const ended = beginJob(
    {
      clock: realClock,
      slot: { checkout: { folder }, output, startProcess },
      run: {
        id,
        commit,
        classic: false,
        assignment: {
          ...assignment.parse({ branch, author, number: 1, secrets, withheld }),
          work,
        },
      },
      options: surroundings,
      watch,
      caches: null,
      over: () => limit.cancel(),
      stopped: ({ exitCode, signal }) =>
        stopped === null
          ? null
          : { end: stopped, exitCode, signal, reason: reasons[stopped](limit) },
    },
    {
      ...{ options: surroundings, remarks: '', startedAtMs },
      limit: (timeoutMs) => limit.atMost(timeoutMs),
      going: (begun) => {
        doing = begun;
        // It may have been told to end before there was anything to be ended.
        if (stopped !== null) doing.end();
      },
    },
  );
  return {
    ended: ended
      .then((verdict) => ({ ...verdict, reason: masks.in(verdict.reason) }))
      .finally(() => limit.cancel()),
    stop: () => {
      stops += 1;
      if (stops === 1) end('cancelled');
      else doing?.kill();
    },
  };
}

const reasons = {
  'timed-out': (limit: TimeLimit) => limit.reason('The run'),
  cancelled: () => 'it was stopped',
} as const;
