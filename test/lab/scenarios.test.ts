/** Each scenario, played to its end by real processes: it comes out as it says, and so do the laws. */

import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, test, vi } from 'vitest';
import { Lab } from '../../src/lab/control.js';
import { scenarios } from '../../src/lab/scenarios/all.js';
import type { Scenario } from '../../src/lab/scenarios/scenario.js';
import { parseRecord } from '../../src/record/parse.js';
import { type WireRecord, wireFormat, wireVersion } from '../../src/record/record.js';
import { Recording } from '../../src/record/recording.js';
import { realClock, realSteadyUs } from '../../src/world/clock.js';
import { eventually } from '../support/eventually.js';

// Most of a scenario is waiting, for pings above all.
vi.setConfig({ maxConcurrency: 3 });

const patienceMs = 150_000;

/** What the ancestor cannot keep. */
const broken: Readonly<Record<string, readonly string[]>> = {
  'ancestor-deaths': ['rest'],
  'ancestor-dispatcher-dies': ['rest', 'kept'],
};

describe.concurrent('a scenario comes out as it says', () => {
  test.for(scenarios)(
    '$name',
    { timeout: patienceMs },
    async (scenario, { expect, onTestFinished }) => {
      const { lab, records } = await labFor(scenario, onTestFinished);
      await lab.act({ do: 'scenario', name: scenario.name });
      const over = await eventually(
        `the scenario ${scenario.name} is over`,
        () => {
          const { scenario } = lab.document;
          return scenario?.isOver === true && scenario;
        },
        patienceMs,
      );
      const told = records().filter((record) => 'what' in record && record.what === 'caption');
      expect(over.isWell, JSON.stringify(told, null, 1)).toBe(true);
      const laws = lab.document.laws.filter((law) => law.broken !== null);
      const may = broken[scenario.name] ?? [];
      expect(laws.filter(({ name }) => !may.includes(name))).toEqual([]);
      expect(laws.length > 0).toBe(scenario.programs === 'ancestor');
    },
  );
});

async function labFor(scenario: Scenario, onTestFinished: (end: () => Promise<void>) => void) {
  const folder = mkdtempSync(join(tmpdir(), 'trivet-lab-'));
  const base = { format: wireFormat, version: wireVersion, source: 'lab', startedAtMs: 0 } as const;
  const recording = new Recording(
    { ...base, title: scenario.title },
    { nowUs: realSteadyUs, later: (call) => void realClock.after(20, call) },
  );
  const written: string[] = [];
  const lab = await Lab.begin({
    ...{ folder, runners: scenario.runners, lastsMs: 600_000, clock: realClock, recording },
    // It plays by itself.
    readMs: 10,
    recordAnew: (title) => recording.restart({ ...base, title }),
    wrote: (line) => written.push(line),
    mark: {},
    running: () => {},
    complained: () => {},
  });
  onTestFinished(async () => {
    await lab.end();
    rmSync(folder, { recursive: true, force: true, maxRetries: 10 });
  });
  const records = () =>
    written.flatMap((line): WireRecord[] => {
      const read = parseRecord(line.trimEnd());
      return 'value' in read ? [read.value] : [];
    });
  return { lab, records };
}
