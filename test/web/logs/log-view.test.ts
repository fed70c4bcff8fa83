import { appendFileSync, existsSync, readFileSync, utimesSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import fc from 'fast-check';
import { describe, expect, onTestFinished, test } from 'vitest';
import { type LogSearch, logLines, logOutline } from '../../../src/protocol/log-documents.js';
import { type AboutLog, IndexedLog } from '../../../src/web/logs/indexed-log.js';
import { LineIndex } from '../../../src/web/logs/line-index.js';
import { shownText } from '../../../src/web/logs/line-text.js';
import { LogThread } from '../../../src/web/logs/log-thread.js';
import { keepTimes } from '../../../src/web/logs/times.js';
import { spansOf, styleFrom, visible } from '../../../src/web/page/log/sgr.js';
import { temporaryFolder } from '../../support/git.js';

/** A log file with that in it. */
function logged(content: string | Uint8Array): AboutLog & { readonly view: IndexedLog } {
  const path = join(temporaryFolder(), 'log');
  writeFileSync(path, content);
  return { path, isOver: true, arrivals: null, view: new IndexedLog(path) };
}

/** Looks for it in a log that is over. */
function found(log: ReturnType<typeof logged>, query: string, after = 0): Promise<LogSearch> {
  return log.view.search(log, { query, after }, () => true);
}

function numbered(count: number): string {
  return Array.from({ length: count }, (_, index) => `line ${index + 1}\n`).join('');
}

/** What suites print, and worse. */
const pieces = fc.oneof(
  fc.constantFrom('\n', '\r\n', '\r', '\n\n', '\x1b[31m', '\x1b[0m', '\x1b[1;38;5;200m', '\x1b[K'),
  fc.constantFrom(
    'Error: no',
    'FAIL',
    '::group::G\n',
    '::endgroup::\n',
    '--- part\n',
    '+++ part\n',
  ),
  fc.constantFrom(
    'section_start:1:a\r\x1b[0KA\n',
    'section_end:1:a\r\x1b[0K\n',
    'needle',
    'NEEDLE',
  ),
  fc.string(),
  fc.constant('x'.repeat(70_000)),
  fc.constant(numbered(3_000)),
  fc.constant('\n'.repeat(20_000)),
);
const hostile = fc.oneof(
  pieces.map((text) => Buffer.from(text)),
  fc.uint8Array({ maxLength: 20 }).map((bytes) => Buffer.from(bytes)),
);
const contents = fc.array(hostile, { maxLength: 30 }).map((all) => Buffer.concat(all));

/** The same by hand: every line, as a reader sees it. */
function plainly(content: Buffer): string[] {
  const lines: string[] = [];
  for (let from = 0; from < content.length; ) {
    const end = content.indexOf(10, from);
    const to = end === -1 ? content.length : end;
    lines.push(shownText(content.subarray(from, to)));
    from = to + 1;
  }
  return lines;
}

describe('the index of a log', () => {
  test('is the same however the log came', () => {
    fc.assert(
      fc.property(contents, fc.array(fc.nat(200_000)), (content, sizes) => {
        const whole = new LineIndex();
        whole.extend(content);
        whole.finish(content.subarray(whole.offset));
        const parts = new LineIndex();
        for (const size of [...sizes].sort((a, b) => a - b)) {
          parts.extend(content.subarray(parts.offset, Math.max(parts.offset, size)));
        }
        parts.extend(content.subarray(parts.offset));
        parts.finish(content.subarray(parts.offset));
        expect(parts.state()).toEqual(whole.state());
        expect(whole.lines(content.length)).toBe(plainly(content).length);
      }),
      { numRuns: 60 },
    );
  });

  test('is that of the whole log after it grew, kept or made anew', async () => {
    const log = logged(numbered(2_000));
    const live = { ...log, isOver: false };
    expect(await log.view.outline(live)).toMatchObject({ total: 2_000, isOver: false });
    appendFileSync(log.path, 'no end yet');
    expect(await log.view.outline(live)).toMatchObject({ total: 2_001 });
    appendFileSync(log.path, `, but now\n${numbered(40_000)}`);
    const arrivals = [
      [10, 5_000],
      [500_000, 9_000],
    ] as const;
    await keepTimes(log.path, arrivals);
    const outline = await log.view.outline(log);
    expect(outline).toMatchObject({ total: 42_001, isOver: true });
    expect(existsSync(`${log.path}.lines`)).toBe(true);
    const again = new IndexedLog(log.path);
    expect(await again.outline(log)).toEqual(outline);
    const { times } = await again.lines(log, 1, 3);
    expect(times).toEqual([
      [1, 5_000],
      [3, 9_000],
    ]);
  });

  test('is made anew where what is kept is not of this log', async () => {
    const log = logged(numbered(40_000));
    const outline = await log.view.outline(log);
    const kept = readFileSync(`${log.path}.lines`, 'utf8');
    const bad = [
      '',
      '{',
      '{}',
      kept.replace('"line":40001', '"line":0'),
      kept.replace('[[1,0', '[[1,3'),
    ];
    for (const text of [...bad, kept.replace(/\[1001,[0-9]+/, '[1001,20000')]) {
      writeFileSync(`${log.path}.lines`, text);
      utimesSync(log.path, 1, 1);
      expect(await new IndexedLog(log.path).outline(log)).toEqual(outline);
    }
  });
});

describe('a window of a log', () => {
  test('together, windows are the whole log, with its colours', async () => {
    await fc.assert(
      fc.asyncProperty(contents, fc.integer({ min: 500, max: 3_000 }), async (content, count) => {
        const log = logged(content);
        const expected = plainly(content);
        let style = styleFrom('');
        for (let from = 1; from <= expected.length; ) {
          const window = await log.view.lines(log, from, count);
          expect(window.lines).toEqual(expected.slice(from - 1, from - 1 + window.lines.length));
          expect(styleFrom(window.style)).toEqual(style);
          for (const line of window.lines) style = spansOf(line, style).style;
          expect(window).toMatchObject({ from, total: expected.length, bytes: content.length });
          from += window.lines.length;
        }
      }),
      { numRuns: 40 },
    );
  });

  test('from the end: the last lines', async () => {
    const log = logged(numbered(5_000));
    const { from, lines } = await log.view.lines(log, -2, 10);
    expect([from, lines]).toEqual([4_999, ['line 4999', 'line 5000']]);
  });

  test('of what a carriage return overwrote, its colours stay', async () => {
    const log = logged('\x1b[32m 1 %\r 50 %\r100 %\r\n\x1b[Kon\r\n');
    const { lines } = await log.view.lines(log, 1, 2);
    expect(lines).toEqual(['\x1b[32m100 %', '\x1b[Kon']);
  });

  test('a very long line is cut, never within a character, and says how long it is', async () => {
    const log = logged(`${'a'.repeat(65_535)}é${'b'.repeat(1_000_000)}\nnext\n`);
    const { lines, cut } = await log.view.lines(log, 1, 2);
    expect([lines[0]?.length, lines[0]?.at(-1), lines[1]]).toEqual([65_535, 'a', 'next']);
    expect(cut).toEqual([[1, 1_065_537]]);
  });

  test('bytes that are no text are shown as such, and nothing else is lost', async () => {
    const log = logged(Buffer.from([0xff, 0x41, 0xc3, 0x0a, 0x42]));
    expect((await log.view.lines(log, 1, 2)).lines).toEqual(['\ufffdA\ufffd', 'B']);
  });

  test('of a log of which nothing has come there are no lines', async () => {
    const view = new IndexedLog(join(temporaryFolder(), 'nothing'));
    const log = { path: '', isOver: false, arrivals: null };
    expect(await view.lines(log, 1, 10)).toMatchObject({ lines: [], total: 0 });
  });
});

describe('a search', () => {
  test('finds each place that a reader could find by eye, whatever the bytes', async () => {
    await fc.assert(
      fc.asyncProperty(
        contents,
        fc.constantFrom('needle', 'Needle', 'NEEDLE', 'e'),
        async (content, query) => {
          const log = logged(content);
          const isExact = query !== query.toLowerCase();
          const hits = plainly(content).flatMap((line, index) => {
            const text = isExact
              ? visible(line)
              : visible(line).replace(/[A-Z]/g, (one) => one.toLowerCase());
            const columns: [number, number][] = [];
            for (
              let at = text.indexOf(query);
              at !== -1;
              at = text.indexOf(query, at + query.length)
            ) {
              columns.push([index + 1, at]);
            }
            return columns;
          });
          const answer = await found(log, query);
          expect(answer.total).toBe(hits.length);
          expect(answer.hits).toEqual(hits.slice(0, 10_000));
        },
      ),
      { numRuns: 60 },
    );
  });

  test('counts truly what it does not list, and lists the rest when asked', async () => {
    const log = logged('needle in a stack\n'.repeat(25_000));
    const first = await found(log, 'needle');
    expect([first.total, first.hits.length]).toEqual([25_000, 10_000]);
    const rest = await found(log, 'needle', first.hits.at(-1)?.[0]);
    expect([rest.total, rest.hits[0]]).toEqual([25_000, [10_001, 0]]);
  });
});

test('the thread answers bodies, several questions at a time, and forgets what nobody wants', async () => {
  const thread = new LogThread();
  onTestFinished(() => thread.close());
  const log = logged(numbered(300_000));
  const about = { path: log.path, isOver: true, arrivals: null };
  const nobody = new AbortController();
  const unwanted = thread.search({ log: about, query: 'line', after: 0 }, nobody.signal);
  nobody.abort();
  await expect(unwanted).rejects.toThrow('nobody wants the answer any more');
  const [lines, outline] = await Promise.all([
    thread.lines({ log: about, from: -1, count: 5 }),
    thread.outline({ log: about }),
  ]);
  const parsed = (body: Uint8Array) => JSON.parse(Buffer.from(body).toString());
  expect(logLines.parse(parsed(lines)).lines).toEqual(['line 300000']);
  expect(logOutline.parse(parsed(outline)).total).toBe(300_000);
});
