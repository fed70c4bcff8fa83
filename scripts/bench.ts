/**
 * Owns `npm run bench`: each figure of the speed that Trivet promises, beside the floors of the
 * machine measured in the same run, and beside a script that does the same without any safety.
 * Exit code 1 only where something was lost, doubled or altered; slowness has no exit code.
 */

import { cpus } from 'node:os';
import { branches } from './bench/branches.js';
import { cache } from './bench/cache.js';
import { type Benchmark, table } from './bench/figures.js';
import { flood } from './bench/flood.js';
import { floors } from './bench/floors.js';
import { history } from './bench/history.js';
import { latency } from './bench/latency.js';
import { logView } from './bench/log-view.js';
import { masking } from './bench/masking.js';
import { page } from './bench/page.js';
import { recovery } from './bench/recovery.js';
import { restart } from './bench/restart.js';
import { closeAllRooms } from './bench/room.js';
import { scale } from './bench/scale.js';
import { sessions } from './bench/sessions.js';
import { throughput } from './bench/throughput.js';
import { wireLog } from './bench/wire-log.js';
import { readCommandLine } from './command-line.js';

const all: readonly Benchmark[] = [
  floors,
  latency,
  throughput,
  recovery,
  flood,
  sessions,
  scale,
  restart,
  branches,
  history,
  masking,
  logView,
  cache,
  page,
  wireLog,
];

/** Everything together ends within this, whatever hangs. */
const endWithinMs = 480_000;

const { words: names } = readCommandLine({
  script: 'bench',
  purpose: 'Figures of speed, beside the floors of this machine; without names: all of these.',
  flags: {},
  words: Object.fromEntries(all.map(({ name, says }) => [name, says])),
});
await runAll(all.filter(({ name }) => names.length === 0 || names.includes(name)));

async function runAll(chosen: readonly Benchmark[]): Promise<void> {
  const stop = (exitCode: number) => void closeAllRooms().then(() => process.exit(exitCode));
  process.once('SIGINT', () => stop(3));
  setTimeout(() => {
    console.log(`\nToo slow: stopped after ${endWithinMs / 60_000} minutes.`);
    stop(1);
  }, endWithinMs).unref();

  console.log(`${cpus().length} cores (${cpus()[0]?.model}), node ${process.version}`);
  console.log('× floor: how many times the floor. "!": the target is missed.');
  for (const benchmark of chosen) {
    const result = await benchmark.run();
    console.log(table(benchmark, result));
    if ((result.violations ?? []).length > 0) process.exitCode = 1;
  }
}
