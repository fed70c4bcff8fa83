/**
 * Owns a runner's machine: what test-runner/main.ts and slots.ts do, on a simulated outside.
 */

import type { OfferBody } from '../../src/protocol/bodies.js';
import type { Commit } from '../../src/protocol/ids.js';
import type { Handback } from '../../src/protocol/job-bodies.js';
import type { Workplace } from '../../src/test-runner/local/doing.js';
import { LocalExecutor } from '../../src/test-runner/local/executor.js';
import { GivenSites } from '../../src/test-runner/local/sites.js';
import type { LocalSlot } from '../../src/test-runner/local/slots.js';
import { RunFiles } from '../../src/test-runner/run-files.js';
import { type Runner, startRunner } from '../../src/test-runner/shell.js';
import type { StepExecutor } from '../../src/test-runner/steps/step-executor.js';
import { UsageError } from '../../src/world/exit.js';
import { SimulatedDisk } from './disk.js';
import type { History } from './history.js';
import type { Life } from './life.js';
import { dispatcherAddress, type Ground, Machine, repository } from './machine.js';
import { stepsOn } from './step-processes.js';
import { graceMs, logBytesMax, SuiteProcesses, timeoutMs } from './suites.js';

interface Identity {
  readonly name: string;
  readonly host: string;
  readonly labels: readonly string[];
}

/** No runner ever offers more at once. */
export const slotsMost = 3;

export class RunnerMachine {
  readonly machine: Machine;
  readonly #ground: Ground;
  /** As its file says. */
  #offer: OfferBody;
  /** Its clone lags: a commit is known here only so long after its push. */
  #lagMs = 0;
  /** Fetches fail, in a thousand. */
  failingFetches = 0;
  #runner: Runner | null = null;
  #executor: LocalExecutor | null = null;
  /** What runs the steps of jobs in each of its slots. */
  readonly #steps = new WeakMap<Workplace, StepExecutor>();
  /** Those that its process has claimed. */
  #claimed: number[] = [];

  constructor(ground: Ground, { name, host, labels }: Identity, slots: number) {
    const disk = new SimulatedDisk(ground.timeline, ground.random);
    this.machine = new Machine(
      ground,
      { name, host, disk },
      { run: (life) => this.#run(life), drain: () => this.#runner?.drain() },
    );
    this.#ground = ground;
    this.#offer = { capacity: slots, labels: [...labels] };
    ground.witness.offers.made(name, this.#offer);
  }

  get offer(): OfferBody {
    return this.#offer;
  }

  /** Somebody changes its file, and sends SIGHUP. */
  change(offer: OfferBody): void {
    const { name, life } = this.machine;
    this.#offer = offer;
    this.#ground.witness.offers.made(name, offer);
    life.hear(() => this.#reread());
  }

  set lagMs(lagMs: number) {
    this.#lagMs = lagMs;
  }

  /** Names of runs that are kept on its disk. */
  get kept(): string[] {
    return this.#folders.flatMap((folder) => this.machine.disk.list(folder));
  }

  /** Commits of which a report is on its disk: somebody has to be told. */
  get owed(): Commit[] {
    return this.#folders.flatMap((folder) => {
      const reports = this.machine.disk.list(folder).filter((name) => name.endsWith('.json'));
      const texts = reports.map((name) => this.machine.disk.read(`${folder}/${name}`)?.toString());
      return texts.map((text) => (JSON.parse(text ?? '') as { commit: Commit }).commit);
    });
  }

  get #folders(): string[] {
    return Array.from({ length: slotsMost }, (_, slot) => folderOf(slot));
  }

  /** Ctrl-C, twice. */
  abort(): void {
    const { life } = this.machine;
    if (!life.isAlive) return;
    this.#runner?.abort();
    life.end();
  }

  #run(life: Life): void {
    const { name, host } = this.machine;
    const { network, random } = this.#ground;
    const world = {
      clock: life.clock,
      network: network.seenBy(life, host),
      tell: this.machine.telling(life),
      exit: () => life.end(),
    };
    this.#claimed = [];
    const claim = (lacking: number) => this.#claim(life, lacking);
    const options = {
      ...{ name, host, port: null, version: 'simulated' },
      repositories: [repository],
      ...{ dispatcher: dispatcherAddress, reachable: host, logBytesMax },
      mayDial: (dialling: string) => dialling === dispatcherAddress.host,
      localStart: random.hex(8),
    };
    const names = { runner: name, repository, guard: 'guard' };
    const means = this.#ground.hasWorkflows
      ? { command: null, stepsBy: (place: Workplace) => this.#stepsIn(place) }
      : { command: 'test' };
    const suite = { ...means, timeoutMs, graceMs, logBytesMax, names, environment: {} };
    const sites = new GivenSites(new Map([[repository, claim]]));
    const executor = new LocalExecutor(life.clock, sites, this.#offer, suite);
    this.#executor = executor;
    this.#runner = null;
    void startRunner(world, options, executor).then((runner) => {
      this.#runner = runner;
      if (executor.offer !== this.#offer) this.#reread();
    });
  }

  /** As test-runner/main.ts does it. */
  #reread(): void {
    if (this.#runner === null) return;
    const { life } = this.machine;
    try {
      this.#executor?.renew(this.#offer, {});
      this.#runner.renew();
    } catch (error) {
      if (!(error instanceof UsageError)) throw error;
      // Somebody reads that nothing has changed, and sends the signal again.
      life.clock.after(1_000, () => this.#reread());
    }
  }

  /** So many, and those in which results were left. */
  #claim(life: Life, lacking: number): LocalSlot[] {
    const { disk } = this.machine;
    const free = Array.from({ length: slotsMost }, (_, slot) => slot).filter(
      (slot) => !this.#claimed.includes(slot),
    );
    const wanted = free.filter(
      (slot, index) => index < lacking || disk.list(folderOf(slot)).length > 0,
    );
    try {
      const slots = wanted.map((slot) => this.#takeOver(life, slot));
      this.#claimed.push(...wanted);
      return slots;
    } catch (error) {
      const { code, message } = error as NodeJS.ErrnoException;
      if (code === undefined) throw error;
      throw new UsageError(`The folder cannot be used (${message}).`);
    }
  }

  /** As slots.ts does it: what a dead process left is kept or forgotten. */
  #takeOver(life: Life, slot: number): LocalSlot {
    const { timeline, witness, suffered } = this.#ground;
    const files = new RunFiles(folderOf(slot), this.machine.disk.seenBy(life));
    const { ended, interrupted } = files.find();
    for (const run of interrupted) files.forget(run);
    files.createLog = (run) => {
      witness.runReached(run, true);
      return RunFiles.prototype.createLog.call(files, run);
    };
    const processes = new SuiteProcesses(timeline, life, {
      started: (run, commit) => witness.suiteStarted(run, commit),
      completed: (run) => witness.suiteCompleted(run),
      killsItsRunner: () => {
        suffered('killed by its suite');
        witness.runnerDied(this.machine.name);
        life.end();
      },
    });
    let giveUp = () => {};
    const localSlot: LocalSlot = {
      files,
      kept: ended,
      whyUnfit: () => null,
      lock: { isWhole: () => true, renew: () => true, release: () => {} },
      output: { open: (_, take) => processes.openPipe(take) },
      startProcess: (clock, options) => processes.startProcess(clock, options),
      checkout: {
        folder: '/tree',
        whyBlocked: () => null,
        at: (commit) => {
          const checkedOut = this.#checkOut(life, commit);
          const givenUp = new Promise<Handback>((resolve) => {
            giveUp = () => resolve({ reason: 'stopped', detail: 'the checkout was given up' });
          });
          return Promise.race([checkedOut, givenUp]);
        },
        remarks: () => Promise.resolve({ log: '', fault: null }),
        end: () => giveUp(),
        clean: () => {},
        settled: () => Promise.resolve(),
      },
    };
    const forSteps = { timeline, life, processes, graceMs, law: witness.steps };
    this.#steps.set(localSlot, stepsOn(forSteps));
    return localSlot;
  }

  #stepsIn(place: Workplace): StepExecutor {
    const steps = this.#steps.get(place);
    if (steps === undefined) throw new Error('there are no steps in a place that is no slot');
    return steps;
  }

  #checkOut(life: Life, commit: Commit): Promise<Handback | null> {
    const { timeline, random, history, suffered } = this.#ground;
    return new Promise((resolve) => {
      timeline.after(random.between(1, 60), () => {
        const refusal = this.#refusal(history, commit, timeline.nowMs);
        if (refusal !== null) suffered(refusal.reason);
        life.hear(() => resolve(refusal));
      });
    });
  }

  #refusal(history: History, commit: Commit, nowMs: number): Handback | null {
    if (this.#ground.random.perMille(this.failingFetches)) {
      return { reason: 'could-not-fetch', detail: 'the remote is not there' };
    }
    if (history.pushedAtMs(commit) + this.#lagMs > nowMs) {
      return { reason: 'unknown-commit', detail: 'the repository does not have that commit' };
    }
    return null;
  }
}

function folderOf(slot: number): string {
  return `/runs/${slot}`;
}
