/**
 * Owns what `npm run simulate` prints: a world's story, its failure, and the table at the end.
 */

import { harmless } from '../../src/world/harmless.js';
import { laws } from '../../test/simulation/laws.js';
import { type Ended, type TraceLine, traceOf } from '../../test/simulation/record.js';

const numbers = new Intl.NumberFormat('en-US');

/** Everything that anybody said, in order: simulated seconds, who speaks, what. */
export function story({ lines }: Ended): string {
  return lines
    .filter(({ told }) => told.level !== 'debug')
    .map(spoken)
    .join('\n');
}

/** Which law was broken, how, and the line that shows it again. */
export function failure({ seed, broken }: Ended): string {
  if (broken === null) return '';
  return [
    '',
    `seed ${seed} breaks the law that ${laws[broken.law]}:`,
    `  ${broken.how}`,
    `  npm run simulate -- --seed ${seed}`,
  ].join('\n');
}

/** One world that kept all laws. */
export function summaryOf(ended: Ended): string {
  const { simulatedMs, healedInMs, jobs, runs, faults } = ended;
  const count = [...faults.values()].reduce((sum, one) => sum + one, 0);
  return [
    '',
    `${jobs} jobs, ${runs} runs, ${count} faults in ${seconds(simulatedMs)}; ` +
      `at rest ${seconds(healedInMs)} after the healing; every law was kept`,
    `trace ${traceOf(ended).slice(0, 16)}`,
  ].join('\n');
}

export function progress({ worlds, broken }: Summary, seeds: number, tookMs: number): string {
  const of = `${numbers.format(worlds)} of ${numbers.format(seeds)} seeds`;
  const leftMs = (tookMs / worlds) * (seeds - worlds);
  return `${of}, ${pace(worlds, tookMs)} a minute, ${seconds(leftMs)} to go, ${broken} broken`;
}

function pace(worlds: number, tookMs: number): string {
  return numbers.format(Math.round((worlds / tookMs) * 60_000));
}

/** Of one kind of fault. */
interface Suffered {
  injected: number;
  /** Worlds that had it. */
  worlds: number;
  /** Of those injected, how many in worlds that kept every law. */
  survived: number;
}

/** What many worlds went through. */
export class Summary {
  worlds = 0;
  broken = 0;
  #jobs = 0;
  #runs = 0;
  #simulatedMs = 0;
  #healedInMsMost = 0;
  readonly #faults = new Map<string, Suffered>();

  add({ broken, jobs, runs, simulatedMs, healedInMs, faults }: Ended): void {
    this.worlds += 1;
    if (broken !== null) this.broken += 1;
    this.#jobs += jobs;
    this.#runs += runs;
    this.#simulatedMs += simulatedMs;
    this.#healedInMsMost = Math.max(this.#healedInMsMost, healedInMs);
    for (const [name, count] of faults) {
      const suffered = this.#faults.get(name) ?? { injected: 0, worlds: 0, survived: 0 };
      suffered.injected += count;
      suffered.worlds += 1;
      if (broken === null) suffered.survived += count;
      this.#faults.set(name, suffered);
    }
  }

  table(tookMs: number): string {
    const faults = [...this.#faults].sort(([, one], [, other]) => other.injected - one.injected);
    const sum = (of: keyof Suffered) => faults.reduce((all, [, fault]) => all + fault[of], 0);
    const rate = `${seconds(tookMs)} (${pace(this.worlds, tookMs)} a minute)`;
    const hours = (this.#simulatedMs / 3_600_000).toFixed(1);
    return [
      '',
      row('fault', 'injected', 'survived', 'worlds'),
      ...faults.map(([name, { injected, survived, worlds }]) =>
        row(name, ...[injected, survived, worlds].map(numbers.format)),
      ),
      row('all', ...[sum('injected'), sum('survived'), this.worlds].map(numbers.format)),
      '',
      `${numbers.format(this.worlds)} worlds in ${rate}, ${hours} simulated hours`,
      `${numbers.format(this.#jobs)} jobs, ${numbers.format(this.#runs)} runs; ` +
        `at rest at most ${seconds(this.#healedInMsMost)} after the healing`,
      this.broken === 0
        ? 'every law was kept, every fault survived'
        : `${numbers.format(this.broken)} worlds broke a law`,
    ].join('\n');
  }
}

function row(name: string, ...columns: readonly string[]): string {
  return `  ${name.padEnd(28)}${columns.map((column) => column.padStart(12)).join('')}`;
}

function spoken({ atMs, who, told }: TraceLine): string {
  return `${(atMs / 1_000).toFixed(3).padStart(8)}  ${who.padEnd(10)} │ ${harmless(told.msg)}`;
}

function seconds(ms: number): string {
  return `${(ms / 1_000).toFixed(1)} s`;
}
