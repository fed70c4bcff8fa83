/**
 * Owns what it takes to open a log of 100 MB: its outline and the lines around its first error, as a
 * page asks for them; with the index that is kept beside it, and while there is none. And what a search
 * takes that finds little, and one that finds much.
 */

import { closeSync, openSync, readFileSync, rmSync, writeSync } from 'node:fs';
import { join } from 'node:path';
import { indexBeside } from '../../src/dispatcher/store/log-names.js';
import { LogReader } from '../../src/web/logs/log-reader.js';
import type { Benchmark, Figure } from './figures.js';
import { timed } from './floors.js';
import { inRoom } from './room.js';

const lines = 1_400_000;
const errorAt = 1_234_567;
const rounds = 5;

/** What people take for at once. */
const openedWithinMs = 300;

export const logView: Benchmark = {
  name: 'log-view',
  says: 'a log of 100 MB, opened at its first error and searched',
  run: () =>
    inRoom(async ({ folder }) => {
      const path = join(folder, 'log');
      const bytes = write(path);
      const log = { path, isOver: true, arrivals: null };
      const index = indexBeside(path);
      const floor: Figure = await timed(
        'read from memory, whole',
        () => readFileSync(path),
        rounds,
      );
      const without: number[] = [];
      const withIt: number[] = [];
      const seldom: number[] = [];
      const often: number[] = [];
      const wrong: string[] = [];
      for (let round = 0; round < rounds; round += 1) {
        rmSync(index, { force: true });
        without.push(await took(() => opened(new LogReader(), wrong)));
        withIt.push(await took(() => opened(new LogReader(), wrong)));
        const reader = new LogReader();
        await opened(reader, wrong);
        seldom.push(await took(() => searched(reader, 'one is two', 1)));
        often.push(await took(() => searched(reader, 'test', lines - 1)));
      }
      return {
        figures: [
          { says: 'opened, its index kept', unit: 'ms', samples: withIt, target: openedWithinMs },
          { says: 'opened, no index', unit: 'ms', samples: without, floor },
          { says: 'searched: 1 hit', unit: 'ms', samples: seldom, floor },
          { says: 'searched: a hit in each line', unit: 'ms', samples: often, floor },
        ],
        floors: [floor],
        notes: [
          `${(bytes / 1e6).toFixed(0)} MB in ${lines.toLocaleString('en')} lines, each third with ` +
            'colours. All of it is in the cache of the system, and none of it in this process.',
        ],
        violations: [...new Set(wrong)],
      };

      async function opened(reader: LogReader, wrong: string[]): Promise<void> {
        const { errors, total } = await reader.outline({ log });
        const [first = 0] = errors;
        const window = await reader.lines({ log, from: first - 20, count: 400 });
        const isRight = total === lines && window.lines[20]?.includes('AssertionError') === true;
        if (!isRight) wrong.push(`line ${first} of ${total} is not the error`);
      }

      async function searched(reader: LogReader, query: string, hits: number): Promise<void> {
        const { total } = await reader.search({ log, query, after: 0 }, () => true);
        if (total !== hits) wrong.push(`${total} hits instead of ${hits} of "${query}"`);
      }
    }),
};

async function took(work: () => Promise<void>): Promise<number> {
  const startedAt = performance.now();
  await work();
  return performance.now() - startedAt;
}

/** As suites print; answers how many bytes. */
function write(path: string): number {
  const file = openSync(path, 'w');
  let bytes = 0;
  for (let from = 0; from < lines; from += 10_000) {
    const texts = Array.from({ length: 10_000 }, (_, index) => lineOf(from + index + 1));
    bytes += writeSync(file, texts.join(''));
  }
  closeSync(file);
  return bytes;
}

function lineOf(number: number): string {
  if (number === errorAt) return 'AssertionError: one is two\n';
  const name = `test ${number} of the parser: keeps what it is given`;
  return number % 3 === 0
    ? `\x1b[32m✓\x1b[39m ${name} \x1b[2m(${number % 97} ms)\x1b[22m\n`
    : `  ${name}, ${number % 1_013} times of ${number}\n`;
}
