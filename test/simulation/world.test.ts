import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import { describe, expect, test } from 'vitest';
import { laws } from './laws.js';
import { Random } from './random.js';
import { type Ended, traceOf } from './record.js';
import { regressions } from './regressions.js';
import { restWithinMs, simulate } from './world.js';

/** Two minutes for five hundred worlds, on a core of their own; `npm run simulate` goes through more. */
const busyMachineMs = 600_000;

/** A world in which everything went as it must; else its seed and what went wrong. */
function verdict({ seed, broken }: Ended): string {
  if (broken === null) return 'every law was kept';
  return `npm run simulate -- --seed ${seed}: not so that ${laws[broken.law]}: ${broken.how}`;
}

describe('simulated worlds', () => {
  test.each([1, 501])(
    'five hundred seeds from %i on keep every law',
    async (from) => {
      for (let seed = from; seed < from + 500; seed += 1) {
        const ended = await simulate(seed);
        expect(verdict(ended)).toBe('every law was kept');
        expect(ended.healedInMs).toBeLessThan(restWithinMs);
      }
    },
    busyMachineMs,
  );

  test.each(regressions)('seed $seed once failed: $taught', async ({ seed }) => {
    expect(verdict(await simulate(seed))).toBe('every law was kept');
  });

  test('the same seed is the same world, to the last byte of its trace', async () => {
    for (const seed of [1, 7, 4_711]) {
      const [one, other] = [await simulate(seed), await simulate(seed)];
      expect(one.lines.length).toBeGreaterThan(50);
      expect(one.lines).toEqual(other.lines);
      expect(traceOf(one)).toBe(traceOf(other));
    }
  });

  test('the same seed is the same world in another process, elsewhere on earth', async () => {
    const there = { ...process.env, TZ: 'Pacific/Chatham', LC_ALL: 'tr_TR.UTF-8' };
    const argv = ['--import', 'tsx', 'scripts/simulate.ts', '--seed', '7'];
    const { stdout } = await promisify(execFile)(process.execPath, argv, { env: there });
    expect(stdout).toContain(`trace ${traceOf(await simulate(7)).slice(0, 16)}\n`);
  });

  test('two seeds are two worlds', async () => {
    expect(traceOf(await simulate(1))).not.toBe(traceOf(await simulate(2)));
  });

  test('every kind of fault strikes within a hundred seeds, and work goes on', async () => {
    const struck = new Set<string>();
    let jobs = 0;
    let classic = 0;
    for (let seed = 1; seed <= 100; seed += 1) {
      const ended = await simulate(seed);
      for (const fault of ended.faults.keys()) struck.add(fault);
      jobs += ended.jobs;
      if (ended.lines[0]?.told.event === 'classic') classic += 1;
    }
    const kinds = [
      ...['SIGKILL at once', 'SIGKILL in the middle', 'power cut', 'freeze', 'clock jump'],
      ...['sleep', 'dispatcher frozen', 'waited in the backlog', 'backup put back'],
      ...['Ctrl-C', 'Ctrl-C twice', 'full disk', 'disk that refuses', 'partition'],
      ...['started on a wrong clock'],
      ...['cut', 'delayed', 'sliced', 'half-open', 'refused', 'dispatched twice'],
      ...['dispatched out of order', 'dispatched late'],
      ...['log repeated', 'log beyond its end', 'result before its log'],
      ...['killed by its suite', 'could-not-fetch', 'unknown-commit'],
      ...['offer changed', 'resync'],
    ];
    expect([...struck].sort()).toEqual(kinds.sort());
    expect(jobs).toBeGreaterThan(1_000);
    expect(classic).toBeGreaterThan(0);
  });
});

test('chance is the same on every machine', () => {
  const random = new Random(2 ** 40 + 1, 'a stream');
  const drawn = [random.below(1_000), random.between(-5, 5), random.hex(12)];
  expect(drawn).toMatchInlineSnapshot(`
    [
      482,
      -1,
      "262c8580b941",
    ]
  `);
});
