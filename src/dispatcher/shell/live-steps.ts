/**
 * Owns how the steps of runs stand that go on: what their runners told of them last. Never on disk:
 * a runner says it again when it comes back, and the report at the end has all of it.
 */

import type { RunId } from '../../protocol/ids.js';
import type { StepReport } from '../../protocol/work.js';

export class LiveSteps {
  readonly #byRun = new Map<RunId, Map<number, StepReport>>();

  heard(run: RunId, report: StepReport): void {
    const steps = this.#byRun.get(run) ?? new Map<number, StepReport>();
    this.#byRun.set(run, steps.set(report.number, report));
  }

  /** Those that have begun, in the order of the plan. */
  of(run: RunId): readonly StepReport[] {
    const steps = [...(this.#byRun.get(run)?.values() ?? [])];
    return steps.sort((one, other) => one.number - other.number);
  }

  /** The run is over, or lost. */
  forget(run: RunId): void {
    this.#byRun.delete(run);
  }
}
