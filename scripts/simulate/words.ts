/**
 * Owns what `npm run simulate` prints: a world's story, its failure, and the table at the end.
 */

import { harmless } from '../../src/world/story.js';
import { laws } from '../../test/simulation/laws.js';
import { type Ended, type Line, traceOf } from '../../test/simulation/world.js';

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
    '',
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

export function progress(summary: Summary, seeds: number, tookMs: number): string {
  const { worlds, broken } = summary;
  const pace = numbers.format(Math.round((worlds / tookMs) * 60_000));
  return `${numbers.format(worlds)} of ${numbers.format(seeds)} seeds, ${pace} a minute, ${broken} broken`;
}

/** What many worlds went through. */
export class Summary {
  worlds = 0;
  broken = 0;
  #jobs = 0;
  #runs = 0;
  #simulatedMs = 0;
  #healedInMsMost = 0;
  readonly #faults = new Map<string, number>();

  add({ broken, jobs, runs, simulatedMs, healedInMs, faults }: Ended): void {
    this.worlds += 1;
    if (broken !== null) this.broken += 1;
    this.#jobs += jobs;
    this.#runs += runs;
    this.#simulatedMs += simulatedMs;
    this.#healedInMsMost = Math.max(this.#healedInMsMost, healedInMs);
    for (const [name, count] of faults) {
      this.#faults.set(name, (this.#faults.get(name) ?? 0) + count);
    }
  }

  table(tookMs: number): string {
    const faults = [...this.#faults].sort(([, one], [, other]) => other - one);
    const all = faults.reduce((sum, [, count]) => sum + count, 0);
    const row = (name: string, count: number) =>
      `  ${name.padEnd(28)}${numbers.format(count).padStart(12)}`;
    const pace = Math.round((this.worlds / tookMs) * 60_000);
    return [
      '',
      ...faults.map(([name, count]) => row(name, count)),
      row('faults in all', all),
      '',
      `${numbers.format(this.worlds)} worlds in ${seconds(tookMs)} (${numbers.format(pace)} a minute), ` +
        `${numbers.format(Math.round(this.#simulatedMs / 3_600_000))} simulated hours`,
      `${numbers.format(this.#jobs)} jobs, ${numbers.format(this.#runs)} runs; ` +
        `at rest at most ${seconds(this.#healedInMsMost)} after the healing`,
      this.broken === 0
        ? 'every law was kept, every fault survived'
        : `${this.broken} worlds broke a law`,
    ].join('\n');
  }
}

function spoken({ atMs, who, told }: Line): string {
  return `${(atMs / 1_000).toFixed(3).padStart(8)}  ${who.padEnd(10)} │ ${harmless(told.msg)}`;
}

function seconds(ms: number): string {
  return `${(ms / 1_000).toFixed(1)} s`;
}
