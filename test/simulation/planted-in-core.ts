/**
 * Owns the bugs that are planted in the dispatcher's core: wrong decisions.
 */

import type { PlantedBug } from './planted-bug.js';

export const plantedInCore: readonly PlantedBug[] = [
  {
    name: 'runs are numbered from one after every restart',
    file: 'dispatcher/core/assign.ts',
    line: '  const run = runId(state.start, state.nextRun);',
    becomes: "  const run = runId('00000000', state.nextRun);",
    breaks: ['single', 'once', 'lease', 'crash', 'recovery', 'rest'],
    withinSeeds: 100,
  },
  {
    name: 'a result is taken without a lease',
    file: 'dispatcher/core/leases.ts',
    line: '  if (job === undefined || !isWanted(turn.state, run, from)) return false;',
    becomes: "  if (job === undefined || job.state.kind === 'finished') return false;",
    breaks: ['lease', 'log', 'truth'],
    withinSeeds: 2_000,
  },
  {
    name: 'a job that is leased is leased again',
    file: 'dispatcher/core/assign.ts',
    line: '  // What was free before is so no more, or was looked at just now.',
    becomes: `  for (const { job } of [...jobs.leased()]) {
    const idle = pool.runners().find(({ runs, draining }) => runs.size === 0 && !draining);
    if (idle !== undefined) lease(turn, job, idle);
  }`,
    breaks: ['single', 'crash'],
    withinSeeds: 10,
  },
  {
    name: 'a branch that is served stays the first of its repository',
    file: 'dispatcher/core/line.ts',
    line: '    if (isFresh) moveToEnd(this.#branches, job.branch);',
    becomes: '',
    breaks: ['turns'],
    withinSeeds: 20,
  },
  {
    name: 'a job goes on once one of those that it needs has passed',
    file: 'dispatcher/core/endings.ts',
    line: "  const isReady = needed.every(({ state }) => state.kind === 'finished');",
    becomes: "  const isReady = needed.some(({ state }) => state.kind === 'finished');",
    breaks: ['needs'],
    withinSeeds: 100,
  },
  {
    name: 'a job goes on although one that it needs has failed',
    file: 'dispatcher/core/endings.ts',
    line: "    if (state.kind !== 'finished' || state.verdict === 'passed') continue;",
    becomes: '    if (name !== undefined) continue;',
    breaks: ['needs'],
    withinSeeds: 100,
  },
  {
    name: 'a job that is tested again alone waits for what has passed long ago',
    file: 'dispatcher/core/people.ts',
    line: '  for (const id of all) settle(turn, turn.state.jobs.known(id));',
    becomes: '',
    breaks: ['rest'],
    withinSeeds: 1_000,
    from: 680,
  },
  {
    name: 'what others of its commit need is forgotten with its end',
    file: 'dispatcher/core/jobs.ts',
    line: "    return this.ofCommit(commit).every(({ state }) => state.kind === 'finished');",
    becomes: '    return this.ofCommit(commit).length > 0;',
    breaks: ['recovery', 'rest', 'crash'],
    withinSeeds: 200,
  },
  {
    name: 'a group is held by as many as there are runners',
    file: 'dispatcher/core/groups.ts',
    line: '    return shape.group !== null && this.#holders.has(keyOf(shape));',
    becomes: '    return false;',
    breaks: ['group'],
    withinSeeds: 100,
  },
  {
    name: 'a lost run comes back although another of its group has been leased',
    file: 'dispatcher/core/leases.ts',
    line: '  if (turn.state.jobs.groups.holderFor(job) !== undefined) return false;',
    becomes: '',
    breaks: ['group'],
    withinSeeds: 4_000,
    from: 420,
  },
  {
    name: 'labels are asked of nobody',
    file: 'dispatcher/core/shape.ts',
    line: '    shape.labels.every((label) => offer.labels.has(label))',
    becomes: '    shape.labels.length < 99',
    breaks: ['suits'],
    withinSeeds: 100,
  },
  {
    name: 'a smaller capacity is not kept',
    file: 'dispatcher/core/pool.ts',
    line: '    runner.capacity = capacity;',
    becomes: '    runner.capacity = Math.max(runner.capacity, capacity);',
    breaks: ['offered'],
    withinSeeds: 100,
  },
  {
    name: 'labels that a runner offers no longer still count',
    file: 'dispatcher/core/pool.ts',
    line: '    runner.offer = offerOf({ repository, labels, knowsJobs });',
    becomes: `    const all = [...runner.offer.labels, ...labels];
    runner.offer = offerOf({ repository, labels: all, knowsJobs });`,
    breaks: ['offered', 'suits'],
    withinSeeds: 100,
  },
  {
    name: 'a runner that knows no jobs by name is given one',
    file: 'dispatcher/core/shape.ts',
    line: '    (offer.knowsJobs || !shape.isNamed) &&',
    becomes: '',
    breaks: ['suits', 'truth', 'log'],
    withinSeeds: 200,
  },
  {
    name: 'a poison commit is requeued without end',
    file: 'dispatcher/core/rules.ts',
    line: '  if (lost.length >= lostRunsMax) {',
    becomes: '  if (lost.length > lostRunsMax + 97) {',
    breaks: ['poison'],
    withinSeeds: 10,
  },
  {
    name: 'red tests are tried again',
    file: 'dispatcher/core/leases.ts',
    line: "  if (isLate) turn.publish({ kind: 'late', run, commit: job.commit });",
    becomes: "  if (end === 'failed') turn.append({ kind: 'rerun-asked', job: job.id });",
    breaks: ['once'],
    withinSeeds: 10,
  },
  {
    name: 'a dead session renews its lease',
    file: 'dispatcher/core/core.ts',
    line: '  peer.silentBeats += 1;',
    becomes: '  peer.silentBeats = 0;',
    breaks: ['rest', 'bounds'],
    withinSeeds: 300,
  },
  {
    name: 'what was leased before a restart is forgotten',
    file: 'dispatcher/core/core.ts',
    line: '    for (const entry of unfinished) this.#state.jobs.apply(entry);',
    becomes: `    for (const entry of unfinished) {
      if (entry.kind === 'leased') break;
      this.#state.jobs.apply(entry);
    }`,
    breaks: ['recovery', 'single'],
    withinSeeds: 50,
  },
  {
    name: 'the same commit is accepted twice',
    file: 'dispatcher/core/people.ts',
    line: '  const known = turn.jobsOf(commit).filter((job) => isSame(job.repository, repository));',
    becomes: '  const known = turn.jobsOf(commit).filter((job) => job.repository === repository);',
    breaks: ['same'],
    withinSeeds: 300,
  },
  {
    name: 'what memory has forgotten was never there',
    file: 'dispatcher/core/people.ts',
    line: `  turn.recall(event.histories);
  const { state } = turn;`,
    becomes: '  const { state } = turn;',
    breaks: ['same'],
    withinSeeds: 100,
  },
  {
    name: 'a cancelled job is cancelled whoever asked',
    file: 'dispatcher/core/leases.ts',
    line: '  if (job.cancelAskedAtMs !== null) {',
    becomes: '  if (job.runs.length > 1) {',
    breaks: ['truth'],
    withinSeeds: 50,
  },
  {
    name: 'a wish to cancel is kept in memory only',
    file: 'dispatcher/core/people.ts',
    line: "  if (job.cancelAskedAtMs === null) turn.append({ kind: 'cancel-asked', job: job.id });",
    becomes: '  Object.assign(job, { cancelAskedAtMs: turn.nowMs });',
    breaks: ['recovery'],
    withinSeeds: 100,
  },
  {
    name: 'why a run was lost is forgotten over a restart',
    file: 'dispatcher/core/core.ts',
    line: '    for (const entry of unfinished) this.#state.jobs.apply(entry);',
    becomes: `    for (const entry of unfinished) {
      this.#state.jobs.apply(entry.kind === 'lost' ? { ...entry, reason: '' } : entry);
    }`,
    breaks: ['recovery'],
    withinSeeds: 100,
  },
  {
    name: 'a lease that never came to its runner costs a life',
    file: 'dispatcher/core/leases.ts',
    line: '  const confirmed = isUnconfirmed ? ({ confirmed: false } as const) : {};',
    becomes: '  const confirmed = isUnconfirmed ? {} : {};',
    breaks: ['begun'],
    withinSeeds: 100,
  },
  {
    name: 'a dispatcher that stood still takes those who left meanwhile for dead',
    file: 'dispatcher/core/sessions.ts',
    line: "  if (peer.role === 'runner' && isOurFault) letGo(turn, peer);",
    becomes:
      "  if (peer.role === 'runner' && isOurFault) turn.publish({ kind: 'stalled', forMs: 0 });",
    breaks: ['frozen'],
    withinSeeds: 400,
  },
  {
    name: 'nobody notices that the dispatcher stood still',
    file: 'dispatcher/shell/pulse.ts',
    line: '    if (forMs > stalledAfterMs) this.#stalled(forMs);',
    becomes: '    if (forMs > 1e12) this.#stalled(forMs);',
    breaks: ['frozen'],
    withinSeeds: 100,
  },
];
