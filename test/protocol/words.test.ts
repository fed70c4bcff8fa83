import { describe, expect, test } from 'vitest';
import * as json from '../../src/protocol/bodies.js';
import { countCharacters } from '../../src/protocol/characters.js';
import { usage } from '../../src/protocol/header.js';
import { help, vocabulary } from '../../src/protocol/help.js';
import {
  nearestName,
  parseCommit,
  parseRun,
  runId,
  sessionId,
  short,
} from '../../src/protocol/ids.js';
import * as jobBodies from '../../src/protocol/job-bodies.js';
import type { Row } from '../../src/protocol/row.js';
import { requests, session } from '../../src/protocol/verbs.js';
import { commit } from '../support/commits.js';

describe('help', () => {
  test('names every verb that a person may type, with how it is written', () => {
    const forPeople = Object.entries<Row>(requests).filter(([, { from }]) => from === 'anyone');
    for (const [verb, row] of forPeople.filter(([, { body }]) => body.kind === 'none')) {
      expect(help()).toContain(`  ${usage(verb, row)} `);
      expect(help()).toContain(row.says);
    }
    expect(help()).toContain('dispatch:<commit>');
  });

  test('says how a request ends and what a commit is, and ends its own last line', () => {
    expect(help()).toContain('One request a connection, ended by Enter');
    expect(help()).toContain('A <commit> is a full id of 40 or 64 hex digits');
    expect(help()).toMatch(/[^\n]\n$/);
  });

  test('stands in two columns', () => {
    const rows = help()
      .split('\n')
      .filter((line) => line.startsWith('  '));
    const columns = rows.map((row) => row.search(/(?<=\S {2,})\S/));
    expect(new Set(columns).size).toBe(1);
  });

  test('fits a terminal of 80 columns', () => {
    for (const line of help().split('\n')) expect(line.length).toBeLessThanOrEqual(80);
  });

  test('the vocabulary for docs/protocol.md has a row for every verb of both tables', () => {
    for (const verb of [...Object.keys(requests), ...Object.keys(session)]) {
      expect(vocabulary()).toMatch(new RegExp(`^\\| \`${verb}[[:\`]`, 'm'));
    }
  });
});

describe('names on the wire', () => {
  test('a commit is 40 or 64 hex digits, lowered; a run and a session hold the start', () => {
    expect(parseCommit('A'.repeat(40))).toBe('a'.repeat(40));
    expect(parseCommit('a'.repeat(64))).toBe('a'.repeat(64));
    for (const text of ['a'.repeat(39), 'a'.repeat(41), 'g'.repeat(40), `${'a'.repeat(40)}\n`]) {
      expect(parseCommit(text)).toBeNull();
    }
    expect(parseRun(runId('0badcafe', 7))).toBe('0badcafe-7');
    expect(parseRun('0badcafe-')).toBeNull();
    expect(sessionId('0badcafe', 7)).toBe('s0badcafe-7');
    expect(short(commit(0))).toBe('0000000');
  });

  test('A10: Python 3 counts code points', () => {
    for (const text of ['', 'abc', 'éé', '日本', '🎉x']) {
      expect(countCharacters(Buffer.from(text))).toBe([...text].length);
    }
  });
});

describe('text from outside', () => {
  test('loses its control characters and what exceeds the bound', () => {
    const { subject } = jobBodies.description.parse({
      subject: `\u001b[31mred\n\u202e${'x'.repeat(999)}`,
    });
    expect(subject).toHaveLength(500);
    expect(subject.startsWith(' [31mred  xxx')).toBe(true);
    const report = { end: 'failed', logBytes: 0, durationMs: 1 };
    expect(jobBodies.report.parse({ ...report, signal: 'SIG\u001b[2J' }).signal).toBe('SIG [2J');
  });

  test('numbers that no column could hold are refused', () => {
    const report = { end: 'passed', logBytes: 0, durationMs: 1 };
    expect(jobBodies.report.safeParse({ ...report, durationMs: 1e300 }).success).toBe(false);
    expect(jobBodies.report.safeParse({ ...report, logBytes: 2 ** 60 }).success).toBe(false);
    expect(jobBodies.report.safeParse({ ...report, logBytes: 0.5 }).success).toBe(false);
    expect(jobBodies.report.safeParse({ ...report, exitCode: 1e300 }).success).toBe(false);
    expect(json.hello.safeParse({ role: 'runner', name: 'r', capacity: 0 }).success).toBe(false);
  });

  test('a token in JSON could also be typed on its own line: no spaces, colons or newlines', () => {
    const read = (token: string) =>
      json.hello.safeParse({ role: 'runner', name: 'r', token }).data?.token;
    expect(read('s3cret!')).toBe('s3cret!');
    const others = ['two words', 'a:b', 'line\n', '', 'x'.repeat(257)];
    expect(others.map(read)).toEqual(others.map(() => undefined));
  });

  test.each(['../x', ' ab', 'a  b', '', 'x'.repeat(101), 'a\u202eb', 'a\n'])(
    '%j is nobody’s name',
    (name) => {
      expect(json.hello.safeParse({ role: 'runner', name }).success).toBe(false);
    },
  );

  test.each(['Läufer 1', 'проект', '東京', 'ada@vm'])('%j is a name', (name) => {
    expect(json.hello.safeParse({ role: 'runner', name }).success).toBe(true);
  });

  test('what a name cannot hold becomes a dash, and what is too long is cut', () => {
    expect(nearestName('my project@vm_1.a:b+c-d')).toBe('my-project@vm_1.a:b+c-d');
    expect(nearestName('é/'.repeat(60))).toBe('é-'.repeat(50));
  });
});
