/**
 * Owns the owner's hooks around a whole job: what they print stands in the run's log. The one before
 * may refuse the job, which another runner then gets; the one after has no say any more.
 */

import type { Clock } from '../../world/clock.js';
import type { Run } from '../core/events.js';
import type { Verdict, Watch } from '../executor.js';
import type { Means } from '../local/doing.js';
import { suiteEnvironment } from '../suite/environment.js';
import type { OutputPipe } from '../suite/output.js';
import type { ProcessEnd, SuiteProcess } from '../suite/process.js';
import { type HookName, type Hooks, startHook } from './hooks.js';

interface JobHooksOptions {
  readonly hooks: Hooks;
  readonly run: Run;
  readonly folder: string;
  /** What every suite sees. */
  readonly environment: Readonly<Record<string, string>>;
  readonly output: Pick<OutputPipe, 'open'>;
  readonly watch: Pick<Watch, 'output'>;
  readonly graceMs: number;
}

export class JobHooks {
  readonly #clock: Clock;
  readonly #options: JobHooksOptions;
  #hook: SuiteProcess | null = null;

  constructor(clock: Clock, options: JobHooksOptions) {
    this.#clock = clock;
    this.#options = options;
  }

  /** Why the job is refused, as half a sentence; null where it is not. */
  async before(): Promise<string | null> {
    const { end, lastLine } = await this.#run('before-job', {});
    if (end === null || end.exitCode === 0) return null;
    const why = lastLine === '' ? howEnded(end) : lastLine;
    return `the hook before-job of this machine refuses it: ${why}`;
  }

  async after({ end: verdict, exitCode }: Verdict): Promise<void> {
    const told = { TRIVET_VERDICT: verdict, TRIVET_EXIT_CODE: String(exitCode ?? '') };
    const { end } = await this.#run('after-job', told);
    if (end === null || end.exitCode === 0) return;
    const line = `The hook after-job of this machine failed (${howEnded(end)}).\n`;
    this.#options.watch.output(Buffer.from(line));
  }

  end(): void {
    this.#hook?.end();
  }

  kill(): void {
    this.#hook?.kill();
  }

  async #run(
    name: HookName,
    told: Readonly<Record<string, string>>,
  ): Promise<{ readonly end: ProcessEnd | null; readonly lastLine: string }> {
    const { hooks, run, folder, environment, output: pipe, watch, graceMs } = this.#options;
    let last = '';
    const output = pipe.open(this.#clock, (bytes) => {
      last = `${last}${bytes.toString('utf8')}`.slice(-lastCharactersMax);
      watch.output(bytes);
    });
    try {
      const call = { name, of: run.id, cwd: folder, seen: environment, told, graceMs };
      this.#hook = startHook(this.#clock, hooks, { ...call, output: output.writer });
    } finally {
      output.closeWriter();
    }
    const end = (await this.#hook?.ended) ?? null;
    this.#hook = null;
    output.finish();
    await output.taken;
    return { end, lastLine: last.trimEnd().split('\n').at(-1)?.trim() ?? '' };
  }
}

/** Null where the owner of the machine has none. */
export function hooksAround(
  clock: Clock,
  { slot, run, options, watch }: Pick<Means, 'slot' | 'run' | 'options' | 'watch'>,
): JobHooks | null {
  const { hooks, environment, names, graceMs } = options;
  if (typeof hooks !== 'string') return null;
  return new JobHooks(clock, {
    hooks: { folder: hooks, environment },
    environment: suiteEnvironment(environment, run, names),
    ...{ run, folder: slot.checkout.folder, output: slot.output, watch, graceMs },
  });
}

/** A reason is one sentence. */
const lastCharactersMax = 400;

/** `exit code 3`, as a sentence has it. */
export function howEnded({ exitCode, signal, couldNotStart }: ProcessEnd): string {
  if (couldNotStart !== null) return couldNotStart.message;
  return exitCode === null ? `ended by ${signal}` : `exit code ${exitCode}`;
}
