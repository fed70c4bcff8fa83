/**
 * Owns the bugs that are planted to see whether the simulation finds them: each replaces one line
 * of production code by a wrong one. A checker that never fires is worth nothing; each of these
 * makes at least one fire, within so many seeds.
 */

import type { Law } from './laws.js';

export interface PlantedBug {
  /** What the one who made it would have said. */
  readonly name: string;
  /** Below `src/`. */
  readonly file: string;
  /** Stands there exactly once. */
  readonly line: string;
  readonly becomes: string;
  /** The laws of which one is broken first. */
  readonly breaks: readonly Law[];
  /** Counted from seed 1. */
  readonly withinSeeds: number;
  /** Where the test begins to look, if the way from seed 1 is long. */
  readonly from?: number;
}

export const plantedBugs: readonly PlantedBug[] = [
  {
    name: 'the reply leaves before the entry is durable',
    file: 'dispatcher/shell/performer.ts',
    line: '      this.#effects.prepare(turn);',
    becomes: `      for (const { sends } of turn.splice(0, turn.length, ...turn.map(silent))) {
        for (const send of sends) this.#effects.send(send);
      }
      function silent(outcome: Outcome): Outcome {
        return { ...outcome, sends: [] };
      }
      this.#effects.prepare(turn);`,
    breaks: ['accepted', 'single'],
    withinSeeds: 100,
  },
  {
    name: 'the reply leaves although the disk is full',
    file: 'dispatcher/shell/performer.ts',
    line: '      if (!this.#isBlocked) this.#effects.blocked(true, error);',
    becomes: `      for (const { sends } of turn) for (const send of sends) this.#effects.send(send);
      if (!this.#isBlocked) this.#effects.blocked(true, error);`,
    breaks: ['accepted', 'single'],
    withinSeeds: 100,
  },
  {
    name: 'runs are numbered from one after every restart',
    file: 'dispatcher/core/leases.ts',
    line: '  const run = runId(state.start, state.nextRun);',
    becomes: "  const run = runId('00000000', state.nextRun);",
    breaks: ['single', 'once', 'lease', 'crash'],
    withinSeeds: 100,
  },
  {
    name: 'a result is taken without a lease',
    file: 'dispatcher/core/leases.ts',
    line: '  if (found === undefined || !isWanted(turn.state, run, from)) return false;',
    becomes: "  if (found === undefined || found.job.state.kind === 'finished') return false;",
    breaks: ['lease', 'log', 'truth'],
    withinSeeds: 2000,
    from: 500,
  },
  {
    name: 'a job that is leased is leased again',
    file: 'dispatcher/core/leases.ts',
    line: '  for (const job of jobs.waiting()) {',
    becomes: `  for (const job of [...jobs.waiting(), ...jobs.leased()]) {`,
    breaks: ['single', 'crash'],
    withinSeeds: 10,
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
    line: "  if (isLate) turn.see({ kind: 'late', run, commit: job.commit });",
    becomes: "  if (end === 'failed') turn.append({ kind: 'rerun-asked', job: job.id });",
    breaks: ['once'],
    withinSeeds: 10,
  },
  {
    name: 'a part of a log that the disk did not take is taken for written',
    file: 'dispatcher/store/logs.ts',
    line: '      const written = log.file.write(bytes.subarray(from), log.size);',
    becomes: `      const written = bytes.byteLength - from;
      log.file.write(bytes.subarray(from), log.size);`,
    breaks: ['log', 'crash'],
    withinSeeds: 50,
  },
  {
    name: 'a log is not synced before its verdict',
    file: 'dispatcher/store/logs.ts',
    line: '      await log.file.sync();',
    becomes: '      await Promise.resolve();',
    breaks: ['log'],
    withinSeeds: 10,
  },
  {
    name: 'who asks is told what is not on disk yet',
    file: 'dispatcher/shell/reception.ts',
    line: '        settled(() => visitor.reply(answers.why(core, store, request.commit, nowMs)));',
    becomes: '        visitor.reply(answers.why(core, store, request.commit, nowMs));',
    breaks: ['reason'],
    withinSeeds: 1500,
    from: 90,
  },
  {
    name: 'why a job waits is not told once it had a run',
    file: 'dispatcher/shell/answers.ts',
    line: '      const reason = job === undefined ? null : core.whyWaiting(job, nowMs);',
    becomes: '      const reason = job?.runs.length === 0 ? core.whyWaiting(job, nowMs) : null;',
    breaks: ['reason'],
    withinSeeds: 100,
  },
  {
    name: 'red is reported as green',
    file: 'test-runner/suite-run.ts',
    line: "        return { end: exitCode === 0 ? 'passed' : 'failed', exitCode, signal, reason: '' };",
    becomes:
      "        return { end: signal === null ? 'passed' : 'failed', exitCode, signal, reason: '' };",
    breaks: ['truth'],
    withinSeeds: 10,
  },
  {
    name: 'a suite that was ended at its timeout is judged by its exit code',
    file: 'test-runner/suite-run.ts',
    line: "        return { end: 'timed-out', exitCode, signal, reason };",
    becomes: "        return { end: 'failed', exitCode, signal, reason };",
    breaks: ['truth'],
    withinSeeds: 10,
  },
  {
    name: "a classic result's verdict is looked for in its first line",
    file: 'dispatcher/shell/verdict-from-text.ts',
    line: '  if (/^FAILED\\b/.test(lastLine))',
    becomes: '  if (/^FAILURE\\b/.test(lastLine))',
    breaks: ['truth', 'log'],
    withinSeeds: 50,
  },
  {
    name: 'characters are counted where bytes are meant',
    file: 'protocol/encoder.ts',
    line: "  const length = row.body.kind === 'characters' ? countCharacters(body) : body.byteLength;",
    becomes: '  const length = countCharacters(body);',
    breaks: ['log', 'rest', 'crash', 'truth'],
    withinSeeds: 50,
  },
  {
    name: 'what a runner kept is forgotten when it starts again',
    file: 'test-runner/run-files.ts',
    line: '      else ended.push(kept);',
    becomes: '      else continue;',
    breaks: ['rest', 'once'],
    withinSeeds: 300,
  },
  {
    name: 'a dead session renews its lease',
    file: 'dispatcher/core/core.ts',
    line: '      peer.silentBeats += 1;',
    becomes: '      peer.silentBeats = 0;',
    breaks: ['rest', 'bounds'],
    withinSeeds: 300,
  },
  {
    name: 'the last entry is lost at recovery',
    file: 'dispatcher/store/sqlite.ts',
    line: '    return texts.map((text) => JSON.parse(text) as Entry);',
    becomes: '    return texts.slice(0, -1).map((text) => JSON.parse(text) as Entry);',
    breaks: ['recovery'],
    withinSeeds: 50,
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
    name: 'the verdict of a rerun is not written into its row',
    file: 'dispatcher/store/rows.ts',
    line: "  reopened: 'UPDATE job SET verdict = NULL, finished_at_ms = NULL WHERE id = @job',",
    becomes: "  reopened: 'UPDATE job SET finished_at_ms = NULL WHERE id = @job',",
    breaks: ['recovery', 'rest', 'told'],
    withinSeeds: 100,
  },
  {
    name: 'the same commit is accepted twice',
    file: 'dispatcher/core/people.ts',
    line: '  const known = turn.jobsOf(commit).find((job) => isSame(job.repository, repository));',
    becomes: '  const known = turn.jobsOf(commit).find((job) => job.repository === repository);',
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
    name: 'the observer saves its position before the dispatcher said yes',
    file: 'observer/core.ts',
    line: "    this.#stage = 'handing over';",
    becomes: `    this.#stage = 'handing over';
    for (const { branch, tip } of batches) this.#positions.set(branch, tip);
    outcome.save = new Map(this.#positions);`,
    breaks: ['accepted', 'rest'],
    withinSeeds: 10,
  },
  {
    name: 'only the tip of a branch is handed over',
    file: 'observer/core.ts',
    line: '      const commits = [...before, tip];',
    becomes: '      const commits = [tip];',
    breaks: ['rest'],
    withinSeeds: 50,
  },
  {
    name: 'what was sent over a connection that broke is not sent again',
    file: 'observer/round.ts',
    line: '    this.#sent = this.#accepted;',
    becomes: '    this.#sent = Math.max(this.#sent, this.#accepted);',
    breaks: ['rest'],
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
    name: 'a file is left open for each log that is read',
    file: 'dispatcher/store/logs.ts',
    line: `      return file.read(into, offset);
    } finally {
      file.close();`,
    becomes: `      return file.read(into, offset);
    } finally {
      void file;`,
    breaks: ['bounds'],
    withinSeeds: 100,
  },
  {
    name: 'a shipment that ends leaves its log open',
    file: 'test-runner/log-pump.ts',
    line: '    shipment.log.close();',
    becomes: '    void shipment.log;',
    breaks: ['bounds'],
    withinSeeds: 10,
  },
  {
    name: 'the log of a finished job is that of its last run, not of its verdict',
    file: 'dispatcher/shell/log-room.ts',
    line: "  const chosen = state.kind === 'waiting' ? null : state.run;",
    becomes: '  const chosen = null;',
    breaks: ['told'],
    withinSeeds: 3000,
    from: 270,
  },
  {
    name: 'a clock that was set back makes a retry wait for hours',
    file: 'dispatcher/shell/dispatcher.ts',
    line: '    const clock = notBefore(world.clock, memory.store.lastAtMs());',
    becomes: '    const clock = notBefore(world.clock, 0);',
    breaks: ['rest'],
    withinSeeds: 200,
  },
  {
    name: 'a classic runner is told OK before its address is kept',
    file: 'dispatcher/shell/dispatcher.ts',
    line: '    for (const sight of outcomes.flatMap(({ sights }) => sights)) this.#remember(sight);',
    becomes: `    this.#world.clock.soon(() => {
      for (const sight of outcomes.flatMap(({ sights }) => sights)) this.#remember(sight);
    });`,
    breaks: ['crash'],
    withinSeeds: 3000,
    from: 425,
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
    name: 'a gap in a log is closed up',
    file: 'dispatcher/store/logs.ts',
    line: '    if (offset > log.size) return false;',
    becomes: '    if (offset > log.size) return this.append(name, log.size, bytes);',
    breaks: ['log'],
    withinSeeds: 100,
  },
  {
    name: 'a piece of a log that is repeated is written again',
    file: 'dispatcher/store/logs.ts',
    line: '    let from = log.size - offset;',
    becomes: '    let from = 0;',
    breaks: ['log'],
    withinSeeds: 100,
  },
  {
    name: 'a run is recorded before its log is there',
    file: 'dispatcher/shell/log-room.ts',
    line: "    if (size < report.logBytes) return { verb: 'want', run, offset: size };",
    becomes: '    if (size > report.logBytes) return null;',
    breaks: ['log'],
    withinSeeds: 100,
  },
  {
    name: 'the name of a log is not synced before its verdict',
    file: 'dispatcher/store/logs.ts',
    line: '      await this.#disk.syncNames(dirname(path));',
    becomes: '      await Promise.resolve();',
    breaks: ['log'],
    withinSeeds: 10,
  },
  {
    name: 'the name of a result is not synced before its verdict',
    file: 'dispatcher/store/logs.ts',
    line: '    this.#disk.syncNamesNow(this.#results);',
    becomes: '    void this.#results;',
    breaks: ['log'],
    withinSeeds: 10,
  },
  {
    name: 'a report whose log is gone is kept for ever',
    file: 'test-runner/run-files.ts',
    line: '        if (!isReport) this.#disk.remove(join(this.#folder, name));',
    becomes: "        if (!name.endsWith('.json')) this.#disk.remove(join(this.#folder, name));",
    breaks: ['rest'],
    withinSeeds: 100,
  },
];
