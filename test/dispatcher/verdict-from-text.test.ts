import { describe, expect, test } from 'vitest';
import { reportFromText } from '../../src/dispatcher/shell/verdict-from-text.js';

const read = (text: string) => reportFromText(new TextEncoder().encode(text));

describe('the text of a classic result is judged by its last line', () => {
  test.each([
    ['...\n\nOK\n', 'passed'],
    ['...\nOK (skipped=1)\r\n\r\n', 'passed'],
    ['  OK  ', 'passed'],
    ['.F\nFAILED (failures=1)\n', 'failed'],
    ['FAILED (failures=1)\nKilled\n', 'errored'],
    ['OK\nSegmentation fault\n', 'errored'],
    ['OKAY\n', 'errored'],
    ['not OK\n', 'errored'],
    ['FAILEDISH\n', 'errored'],
    ['nothing FAILED\n', 'errored'],
    ['', 'errored'],
  ])('%j is %s', (text, end) => {
    expect(read(text).end).toBe(end);
  });

  test('green needs no words; it has no exit code, and counts its bytes', () => {
    expect(read('¡olé!\nOK\n')).toEqual({
      end: 'passed',
      exitCode: null,
      signal: null,
      reason: '',
      logBytes: 11,
      durationMs: 0,
    });
  });

  test('red is told in the suite’s own words, without their terminal escapes', () => {
    expect(read('FAILED (\u001b[31merrors=2)\n').reason).toBe('FAILED ( [31merrors=2)');
  });

  test('what is neither is not guessed at', () => {
    expect(read('done').reason).toBe('the classic result says neither OK nor FAILED');
  });

  test('only the end of a long output is read', () => {
    expect(read(`${'.'.repeat(10_000)}\nOK\n`)).toMatchObject({ end: 'passed', logBytes: 10_004 });
    expect(read(`OK${' '.repeat(10_000)}`).end).toBe('errored');
  });
});
