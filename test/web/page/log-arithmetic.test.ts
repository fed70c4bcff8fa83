import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { LogFold } from '../../../src/protocol/log-documents.js';
import { Folding } from '../../../src/web/page/log/folding.js';
import { extendedTo, hashOf, rangeIn } from '../../../src/web/page/log/line-range.js';
import {
  mountedFrom,
  placeOf,
  rowAt,
  scrollTopFor,
  spacerPx,
  topAt,
} from '../../../src/web/page/log/scroller.js';
import {
  applied,
  parametersOf,
  plain,
  spansOf,
  styleFrom,
  visible,
} from '../../../src/web/page/log/sgr.js';

const none = new Map<number, boolean>();

function fold(from: number, to: number | null, rest: Partial<LogFold> = {}): LogFold {
  return { from, to, title: '', isOpen: false, isDim: false, isMarked: false, ...rest };
}

describe('rows of a list that is higher than a browser can', () => {
  const extents = fc.record({
    rows: fc.integer({ min: 1, max: 100_000_000 }),
    rowPx: fc.constantFrom(18, 20),
    viewPx: fc.integer({ min: 100, max: 3_000 }),
  });

  test('each row can be reached, and is within what is mounted there', () => {
    fc.assert(
      fc.property(extents, fc.double({ min: 0, max: 1, noNaN: true }), (extent, share) => {
        const row = Math.floor(share * (extent.rows - 1));
        const scrollTop = scrollTopFor(row * extent.rowPx, extent);
        const step = 20;
        const { first, end } = mountedFrom(rowAt(scrollTop, extent, step), step, extent, 20);
        expect(first).toBeLessThanOrEqual(row);
        expect(end).toBeGreaterThan(row);
        expect(end - first).toBeLessThan(extent.viewPx / extent.rowPx + 63);
        expect(spacerPx(extent)).toBeLessThanOrEqual(16_000_000);
        // The row is in the view.
        const seenAt = placeOf(row, scrollTop, extent) - scrollTop;
        expect(seenAt).toBeGreaterThan(-1);
        expect(seenAt).toBeLessThan(extent.viewPx + 1);
      }),
    );
  });

  test('the end of what is scrolled is the end of the list', () => {
    const extent = { rows: 1_400_000, rowPx: 20, viewPx: 900 };
    expect(topAt(16_000_000 - 900, extent)).toBe(28_000_000 - 900);
    const row = rowAt(16_000_000 - 900, extent, 20);
    expect(mountedFrom(row, 20, extent, 10).end).toBe(1_400_000);
  });
});

describe('folds', () => {
  const shown = (folding: Folding) =>
    Array.from({ length: folding.rows }, (_, row) => folding.lineAt(row));

  test('a closed one is one row, an open one all its lines but the mark that ends it', () => {
    const folds = [fold(2, 4), fold(5, 7, { isOpen: true, isMarked: true })];
    const folding = new Folding({ folds, errors: [], total: 8, chosen: none });
    expect(shown(folding)).toEqual([1, 2, 5, 6, 8]);
    expect(folding.rowOf(3)).toBe(1);
    expect(folding.rowOf(8)).toBe(4);
  });

  test('one in which something failed is open, and so is one that goes on', () => {
    const folds = [fold(1, 3), fold(4, 6), fold(7, null)];
    const folding = new Folding({ folds, errors: [5], total: 9, chosen: none });
    expect(shown(folding)).toEqual([1, 4, 5, 6, 7, 8, 9]);
  });

  test('what its reader chose holds, and what hides a line can be asked', () => {
    const folds = [fold(1, 9), fold(2, 5)];
    const closed = new Folding({ folds, errors: [3], total: 9, chosen: new Map([[1, false]]) });
    expect(shown(closed)).toEqual([1]);
    expect(closed.closedOver(3).map(({ from }) => from)).toEqual([1]);
    expect(closed.errorsIn(fold(1, 9))).toBe(1);
  });

  test("if none of Buildkite's is wanted open, the last one is", () => {
    const folds = [fold(1, 2, { isOpen: null }), fold(3, 4, { isOpen: null })];
    expect(shown(new Folding({ folds, errors: [], total: 4, chosen: none }))).toEqual([1, 3, 4]);
  });

  test('rows and lines are two ways to say the same', () => {
    const any = fc.tuple(fc.integer({ min: 1, max: 60 }), fc.nat(20), fc.boolean(), fc.boolean());
    fc.assert(
      fc.property(fc.array(any, { maxLength: 12 }), (all) => {
        const folds = all.map(([from, length, isOpen, isMarked]) =>
          fold(from, from + length, { isOpen, isMarked }),
        );
        const folding = new Folding({ folds, errors: [], total: 90, chosen: none });
        const lines = shown(folding);
        expect(lines).toEqual([...new Set(lines)].sort((a, b) => a - b));
        lines.forEach((line, row) => {
          expect(folding.rowOf(line)).toBe(row);
        });
        for (const line of Array.from({ length: 90 }, (_, index) => index + 1)) {
          const isHidden = !lines.includes(line);
          const over = folding.closedOver(line).length > 0;
          const isMark = folds.some((one) => one.isMarked && one.to === line && one.from < line);
          if (isHidden) expect(over || isMark).toBe(true);
          else expect(over).toBe(false);
        }
      }),
    );
  });
});

describe('lines in an address', () => {
  test('#L10 and #L10-L20, in any order', () => {
    expect(rangeIn('#L10')).toEqual({ first: 10, last: 10 });
    expect(rangeIn('#L20-L10')).toEqual({ first: 10, last: 20 });
    expect(rangeIn('#L10-20')).toEqual({ first: 10, last: 20 });
    for (const hash of ['', '#', '#L0', '#default', '#L1-', '#L99999999999999']) {
      expect(rangeIn(hash), hash).toBeNull();
    }
    expect(hashOf({ first: 3, last: 3 })).toBe('#L3');
    expect(hashOf(extendedTo({ first: 9, last: 12 }, 4))).toBe('#L4-L9');
  });
});

describe('colours', () => {
  test('become class names, and pass on to the next line', () => {
    const one = spansOf('\x1b[1;31mred\x1b[22m \x1b[42mon green', plain);
    expect(one.spans).toEqual([
      { classes: 'ink-1 bold', text: 'red' },
      { classes: 'ink-1', text: ' ' },
      { classes: 'on-2', text: 'on green' },
    ]);
    expect(spansOf('more\x1b[m.', one.style).spans).toEqual([
      { classes: 'on-2', text: 'more' },
      { classes: '', text: '.' },
    ]);
  });

  test('of 256 and of 16 million are the nearest of sixteen', () => {
    const ink = (parameters: string) => applied(plain, parameters).foreground;
    expect(['38;5;1', '38;5;196', '38;5;46', '38;5;240', '38;2;10;20;250'].map(ink)).toEqual([
      1, 1, 2, 8, 4,
    ]);
    expect(ink('38:2::255:0:0')).toBe(ink('38;2;255;0;0'));
    expect(applied(plain, '38;5;1;1')).toMatchObject({ foreground: 1, bold: true });
  });

  test('whatever the bytes: the spans spell what is visible, and a style can be written down', () => {
    const piece = fc.constantFrom(
      '\x1b[',
      '31',
      ';',
      'm',
      '0',
      '38;5;',
      '\x1b]8;;http://x\x07',
      'K',
      '\t',
    );
    const texts = fc.array(fc.oneof(piece, fc.string())).map((all) => all.join(''));
    fc.assert(
      fc.property(texts, (text) => {
        const { spans, style } = spansOf(text, plain);
        expect(spans.map((span) => span.text).join('')).toBe(visible(text));
        expect(visible(visible(text))).toBe(visible(text));
        expect(styleFrom(parametersOf(style))).toEqual(style);
        for (const { classes } of spans) expect(classes).toMatch(/^[a-z0-9 -]*$/);
      }),
    );
  });
});
