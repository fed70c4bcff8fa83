import { expect, test } from 'vitest';
import { widthOf } from '../../src/command/screen/cells.js';
import { table } from '../../src/command/shown/table.js';
import { frame, sharesOf } from '../../src/command/watch/frame.js';
import {
  logged,
  type Overview,
  pressed,
  type Watching,
  watchingAll,
} from '../../src/command/watch/state.js';
import { documents } from '../../src/protocol/documents.js';

const id = (digit: string) => digit.repeat(40);
const nowMs = 1_790_000_000_000;

function overview(newest: number): Overview {
  const job = {
    repository: 'demo',
    branch: 'main',
    name: 'test',
    job: 1,
    subject: 'Fix the parser',
  };
  const running = {
    ...job,
    ...{ commit: id('a'), run: '7f3a9c21-1', number: 1, runner: 'ada', steps: ['build'] },
    ...{ sinceMs: nowMs - 12_000, estimateMs: 30_000 },
  };
  const runner = { name: 'ada', kind: 'runner', labels: [], capacity: 1, silentMs: 0 };
  return documents.overview.parse({
    ...{ nowMs, version: '1', seq: 9, counts: { running: 1, waiting: 1, blocked: 0 }, paused: [] },
    running: [running],
    waiting: [{ ...job, commit: id('b'), state: 'waiting', sinceMs: nowMs, why: 'ada is busy' }],
    newest: Array.from({ length: newest }, (_, index) => ({
      ...{ repository: 'demo', commit: id('c'), branch: 'main', author: 'Ada', state: 'passed' },
      ...{ subject: `Commit ${index + 1}`, atMs: nowMs, finishedAtMs: nowMs + 2_000, jobs: [] },
    })),
    ...{ red: [], oftenRed: [], flaky: [], observers: [], repositories: ['demo'] },
    runners: [{ ...runner, repositories: ['demo'], state: 'busy', running: [running] }],
  });
}

function watching(newest = 1): Watching {
  return { ...watchingAll, overview: overview(newest) };
}

const small = { columns: 80, rows: 24 };

test('the screen shows what runs and how far it is, what waits and why, and who is there', () => {
  expect(frame(watching(), small, nowMs)).toEqual([
    '1 runner, 0 observers; 1 running, 1 waiting',
    '',
    'running',
    '› ●  aaaaaaa  test  main  Fix the parser  ada  ████░░░░░░  12 s of 30 s  build',
    '',
    'waiting',
    '  ○  bbbbbbb  test  main  Fix the parser  ada is busy',
    '',
    'newest',
    '  ✓  ccccccc  passed  main  Commit 1  Ada  now  2.0 s',
    '',
    'runners',
    '  ●  ada  demo  aaaaaaa:test for 12 s',
    ...Array.from({ length: 10 }, () => ''),
    '↑↓ choose · Enter look · c cancel · r rerun · o open · / filter · q quit',
  ]);
});

test.each([
  [80, 24],
  [200, 50],
  [40, 10],
])('at %i by %i every row is used and none is too wide', (columns, rows) => {
  const shown = frame(watching(100), { columns, rows }, nowMs);
  expect(shown).toHaveLength(rows);
  for (const line of shown) expect(widthOf(line)).toBeLessThanOrEqual(columns);
});

test('the room is dealt out row by row, so that no part takes it from the others', () => {
  expect(sharesOf([2, 100, 1], 10)).toEqual([2, 7, 1]);
  expect(sharesOf([5, 5], 3)).toEqual([2, 1]);
});

test('the chosen row stays on the screen, however far down it is', () => {
  let state = watching(100);
  for (let count = 0; count < 60; count += 1) [state] = pressed(state, 'down');
  const shown = frame(state, small, nowMs);
  expect(shown).toContainEqual(expect.stringMatching(/^› ✓ {2}ccccccc .* Commit 59 /));
  expect(shown).toContain('newest (100)');
});

test('what is wished is for the chosen commit; Enter looks at it, and Esc comes back', () => {
  const [second] = pressed(watching(), 'j');
  expect(pressed(second, 'c')[1]).toEqual([{ kind: 'wish', verb: 'cancel', commit: id('b') }]);
  expect(pressed(second, 'r')[1]).toEqual([{ kind: 'wish', verb: 'rerun', commit: id('b') }]);
  const [looking, effects] = pressed(second, 'return');
  expect(effects).toEqual([{ kind: 'look', commit: id('b') }]);
  expect(pressed(looking, 'c')[1]).toEqual([{ kind: 'wish', verb: 'cancel', commit: id('b') }]);
  expect(pressed(looking, 'escape')[0].view).toEqual({ kind: 'all' });
});

test('a filter is typed, and then only rows that hold it are there to choose', () => {
  let state = watching(3);
  for (const key of ['/', 'C', 'x', 'backspace', 'o', 'm', 'm', 'i', 't', ' ', '2']) {
    [state] = pressed(state, key);
  }
  expect(frame(state, small, nowMs).at(-1)).toBe('/Commit 2▏');
  [state] = pressed(state, 'return');
  expect(pressed(state, 'o')[1]).toEqual([{ kind: 'open', commit: id('c') }]);
  const shown = frame(state, small, nowMs).join('\n');
  expect(shown).toContain('Commit 2');
  expect(shown).not.toMatch(/Commit [13]|Fix the parser/);
});

test('of a log its end is shown, and one scrolls up from there', () => {
  let [state] = pressed(watching(), 'return');
  [state] = pressed(state, 'f');
  if (state.view.kind === 'all') throw new Error('no commit is looked at');
  const document = documents.commit.parse({
    ...{ commit: id('a'), state: 'running', jobs: [], subject: '', author: '', branch: '' },
    ...{ atMs: nowMs, finishedAtMs: null, nowMs, seq: 1 },
  });
  state = { ...state, view: { ...state.view, document } };
  state = logged(
    state,
    Array.from({ length: 100 }, (_, index) => `line ${index + 1}`),
  );
  expect(frame(state, small, nowMs).at(-2)).toBe('line 100');
  [state] = pressed(state, 'up');
  expect(frame(state, small, nowMs).at(-2)).toBe('line 99');
});

test('where a table is too wide the widest columns give way, and where there is room nothing does', () => {
  const row = ['●', 'x'.repeat(50), 'y'.repeat(20), '12 s'];
  expect(table([row], 50)[0]).toBe(`  ●  ${'x'.repeat(17)}…  ${'y'.repeat(18)}…  12 s`);
  expect(table([row])[0]).toBe(`  ●  ${'x'.repeat(50)}  ${'y'.repeat(20)}  12 s`);
});
