import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { cut, fitted, widthOf, wrapped } from '../../src/command/screen/cells.js';
import { footing } from '../../src/command/screen/footed.js';
import { painting } from '../../src/command/screen/painting.js';
import { temporaryFolder } from '../support/git.js';
import { hasTmux, openTerminal } from '../support/tmux.js';

const size = { columns: 20, rows: 3 };
const red = (text: string) => `\u001b[31m${text}\u001b[39m`;

describe('what is written', () => {
  test('of a frame only the lines that changed are written, each at its place', () => {
    const written = painting(['one', 'two', 'three'], ['one', 'zwei', 'three'], size);
    expect(written).toContain('\u001b[2;1Hzwei');
    expect(written).not.toMatch(/one|three/);
    expect(painting(['one'], ['one', ''], size)).toBe('');
  });

  test('nothing is ever cleared: a line that is rewritten ends what was behind it', () => {
    const written = painting(null, ['one'], size);
    expect(written).not.toContain('\u001b[2J');
    expect(written.split('\u001b[K')).toHaveLength(size.rows + 1);
  });

  test('a line that fills the screen does not erase its own last letter', () => {
    expect(painting([], ['x'.repeat(20)], size)).not.toContain('\u001b[K');
  });

  test('above a foot that did not change nothing is written, and with news it is written anew', () => {
    expect(footing(['a', 'b'], [], ['a', 'b'])).toBe('');
    expect(footing(['a', 'b'], ['news'], ['a', 'c'])).toBe(
      '\u001b[1A\r\u001b[Jnews\u001b[0m\u001b[K\na\nc',
    );
  });
});

describe('what fits', () => {
  test('a line that is too long ends in a mark, its colours do not, and wide letters count twice', () => {
    expect(cut('abcdef', 4)).toBe('abc…');
    expect(cut(`${red('abc')}def`, 4)).toBe(red('abc…'));
    expect(cut(red('abcdef'), 4)).toBe(red('abc…'));
    expect(cut('漢字漢字', 5)).toBe('漢字…');
    expect(widthOf(fitted(red('漢字'), 7))).toBe(7);
  });

  test('a sentence is cut at blanks', () => {
    expect(wrapped('the dispatcher is gone', 14)).toEqual(['the dispatcher', 'is gone']);
  });
});

describe.skipIf(!hasTmux)('in a terminal', () => {
  const counter = join(import.meta.dirname, 'fixtures/counter.ts');
  const start = `${process.execPath} --import ${import.meta.resolve('tsx')} ${counter}`;
  const isRaw = 'stty -a | grep -q -- -icanon && echo raw || echo as before';

  test.each([
    [80, 24],
    [200, 50],
  ])(
    'a screen of %i by %i is filled, follows its size, and gives back what was there',
    async (columns, rows) => {
      const terminal = openTerminal(temporaryFolder(), { columns, rows });
      terminal.type('echo what was there');
      await terminal.shows('\nwhat was there');
      terminal.type(start);
      expect((await terminal.shows('counted 0')).trimEnd().split('\n')).toHaveLength(rows);
      terminal.press('x', 'Up');
      await terminal.shows('counted 2');
      terminal.resize(60, 20);
      const smaller = await terminal.shows('60 by 20');
      expect(smaller.trimEnd().split('\n').at(-1)).toBe('counted 2');
      terminal.resize(columns, rows);
      await terminal.shows(`${columns} by ${rows}`);
      terminal.press('q');
      await terminal.shows('what was there');
      terminal.type(isRaw);
      await terminal.shows('\nas before');
    },
  );

  test('Ctrl-Z stops it and gives the terminal back, and in the foreground it goes on', async () => {
    const terminal = openTerminal(temporaryFolder());
    terminal.type(start);
    await terminal.shows('counted 0');
    terminal.press('C-z');
    await terminal.shows('Stopped');
    terminal.type(isRaw);
    await terminal.shows('\nas before');
    terminal.type('fg');
    await terminal.shows('counted 0');
    terminal.press('x');
    await terminal.shows('counted 1');
  });

  test.each(['an error of its own', 'SIGTERM'])(
    '%s ends it, and the terminal is as it was',
    async (by) => {
      const terminal = openTerminal(temporaryFolder());
      terminal.type(`${start}; echo "exit code $?"`);
      const [, pid] = /pid (\d+)/.exec(await terminal.shows('counted 0')) ?? [];
      if (by === 'SIGTERM') process.kill(Number(pid), 'SIGTERM');
      else terminal.press('e');
      await terminal.shows(by === 'SIGTERM' ? 'exit code 3' : /Error: a bug.*exit code 2/s);
      terminal.type(isRaw);
      await terminal.shows('\nas before');
    },
  );
});
