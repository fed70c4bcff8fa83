import { rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, onTestFinished, test, vi } from 'vitest';
import { changeable, readOptions } from '../../src/test-runner/options.js';
import { UsageError } from '../../src/world/exit.js';
import { rereading } from '../../src/world/reread.js';
import type { Told } from '../../src/world/story.js';
import { temporaryFolder } from '../support/git.js';

describe('a file with the configuration', () => {
  test('holds flags by their names, and what is typed or in the environment wins over it', () => {
    onTestFinished(() => void vi.unstubAllEnvs());
    const file = { jobs: 4, labels: 'gpu,linux', timeout: '90s', sandbox: false, name: 'ada' };
    const argv = ['--config', fileWith(file), 'clone'];
    expect(readOptions(argv)).toMatchObject({
      jobs: 4,
      labels: ['gpu', 'linux'],
      timeoutMs: 90_000,
      sandbox: null,
      name: 'ada',
    });
    vi.stubEnv('TRIVET_JOBS', '3');
    expect(readOptions(argv)).toMatchObject({ jobs: 3, name: 'ada' });
    expect(readOptions(['--jobs', '2', ...argv])).toMatchObject({ jobs: 2, name: 'ada' });
  });

  test.each([
    ['{"jobs": 0}', '--jobs is a number from 1 to 64'],
    ['{"jobs": 2', 'Cannot read the configuration in'],
    ['["jobs"]', 'is to hold flags and their values in JSON'],
    ['{"labels": ["gpu"]}', 'several labels, say, are one text with commas between'],
    ['{"bogus": 1}', 'names "bogus", which is no flag'],
    ['{"constructor": "x"}', 'names "constructor", which is no flag'],
    [`{"name": "${'x'.repeat(70_000)}"}`, 'holds more than 65536 bytes'],
    ['{"config": "x"}', 'names "config", which is no flag'],
    ['{"sandbox": 1}', '"sandbox" in'],
    ['{"name": true}', 'is a text or a number, not true'],
    ['{"sandbox-net": true}', 'name --sandbox as well'],
    ['{"command": ""}', '--command is empty'],
    ['{"log-level": "loud"}', 'Choices'],
  ])('of %s it is told what is wrong', (text, says) => {
    const argv = ['--config', fileWith(text), 'clone'];
    expect(() => readOptions(argv)).toThrow(UsageError);
    expect(() => readOptions(argv)).toThrow(says);
  });

  test.each(['/dev/zero', '/'])('that is no file is not read: %s', (path) => {
    const says = `The configuration in ${path} is not a file.`;
    expect(() => readOptions(['--config', path, 'clone'])).toThrow(says);
  });

  test('that is not there is named', () => {
    const says = 'Cannot read the configuration in /nonexistent (ENOENT).';
    expect(() => readOptions(['--config', '/nonexistent', 'clone'])).toThrow(says);
  });
});

describe('what is read anew', () => {
  test('is taken where it can change, and told in one line', () => {
    const { file, reread, applied, sentences } = running({ jobs: 2, labels: 'linux,old' });
    write(file, { jobs: 4, labels: 'gpu,linux', timeout: '2h', command: 'npm test' });
    reread();
    expect(applied).toMatchObject([{ jobs: 4, labels: ['gpu', 'linux'], timeoutMs: 7_200_000 }]);
    expect(sentences()).toEqual([
      `read ${file} anew: jobs 2 → 4, labels + gpu - old, timeout 1h → 2h, ` +
        'command what the tree shows → npm test',
    ]);
    reread();
    expect(applied).toHaveLength(1);
    expect(sentences()).toEqual([`read ${file} anew: nothing to change`]);
  });

  test('and needs a restart is named, for as long as it is so', () => {
    const { file, reread, applied, sentences } = running({ name: 'ada' });
    write(file, { name: 'bob', port: 8950 });
    for (const _ of [1, 2]) {
      reread();
      expect(sentences()).toEqual([
        `read ${file} anew: nothing to change`,
        'name, port: taken at the next start only; until then all stays as it was',
      ]);
    }
    write(file, { name: 'ada' });
    reread();
    expect(sentences()).toEqual([`read ${file} anew: nothing to change`]);
    expect(applied).toEqual([]);
  });

  test.each([
    ['wrong', (file: string) => write(file, { jobs: 'many', labels: 'gpu' })],
    ['gone', (file: string) => rmSync(file)],
  ])('from a file that is %s changes nothing, and that is said', (_, spoil) => {
    const { file, reread, applied, sentences } = running({ jobs: 2 });
    spoil(file);
    reread();
    expect(applied).toEqual([]);
    expect(sentences()[0]).toMatch(/ The former settings stay in use\.$/);
  });

  test('and cannot be had here is not taken, and tried again the next time', () => {
    const { file, reread, applied, sentences, refuse } = running({ jobs: 2 });
    write(file, { jobs: 4 });
    refuse('there are no free slots.');
    reread();
    expect(sentences()).toEqual(['there are no free slots. The former settings stay in use.']);
    refuse(null);
    reread();
    expect(applied).toMatchObject([{ jobs: 4 }]);
    expect(sentences()).toEqual([`read ${file} anew: jobs 2 → 4`]);
  });

  test('is nothing where no file was named', () => {
    const options = readOptions(['clone']);
    if (options === null) throw new Error('no options');
    const never = () => expect.unreachable();
    rereading({ options, read: never, changeable, apply: never, tell: never })();
  });
});

function fileWith(content: object | string): string {
  const file = join(temporaryFolder(), 'runner.json');
  write(file, content);
  return file;
}

function write(file: string, content: object | string): void {
  writeFileSync(file, typeof content === 'string' ? content : JSON.stringify(content));
}

/** A runner's settings from a file with that content. */
function running(content: object) {
  const file = fileWith(content);
  const argv = ['--config', file, 'clone'];
  const options = readOptions(argv);
  if (options === null) throw new Error('no options');
  const applied: object[] = [];
  const told: Told[] = [];
  let refusal: string | null = null;
  const reread = rereading({
    options,
    read: () => readOptions(argv, options),
    changeable,
    apply: (now) => {
      if (refusal !== null) throw new UsageError(refusal);
      applied.push(now);
    },
    tell: (line) => told.push(line),
  });
  const sentences = () => told.splice(0).map(({ msg }) => msg);
  const refuse = (says: string | null) => {
    refusal = says;
  };
  return { file, reread, applied, sentences, refuse };
}
