import { pbkdf2 } from 'node:crypto';
import { existsSync, readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { promisify } from 'node:util';
import fc from 'fast-check';
import { describe, expect, onTestFinished, test } from 'vitest';
import { indexBeside, type LogName, timesBeside } from '../../src/dispatcher/store/log-names.js';
import { LogFiles } from '../../src/dispatcher/store/logs.js';
import { commit } from '../support/commits.js';
import { temporaryFolder } from '../support/git.js';

const first: LogName = { commit: commit(1), job: 1, number: 1 };
const second: LogName = { ...first, number: 2 };

function opened(folder = temporaryFolder()) {
  const logs = new LogFiles(join(folder, 'logs'), join(folder, 'results'));
  onTestFinished(() => logs.close());
  return { logs, folder, result: join(folder, 'results', first.commit) };
}

function text(logs: LogFiles, name: LogName): string {
  const into = Buffer.alloc(1_000);
  return into.subarray(0, logs.read(name, 0, into)).toString();
}

describe('a log grows by offsets', () => {
  test('what follows is added; a repeat is ignored; an overlap adds what is new', () => {
    const { logs } = opened();
    expect(logs.append(first, 0, Buffer.from('hello'))).toBe(true);
    expect(logs.append(first, 0, Buffer.from('HELLO'))).toBe(true);
    expect(logs.append(first, 3, Buffer.from('LO wor'))).toBe(true);
    expect(logs.append(first, 9, Buffer.from('ld'))).toBe(true);
    expect([text(logs, first), logs.size(first)]).toEqual(['hello world', 11]);
  });

  test('a gap is refused, and nothing is written', () => {
    const { logs } = opened();
    expect(logs.append(first, 1, Buffer.from('x'))).toBe(false);
    expect(logs.size(first)).toBe(0);
  });

  test('A32: it goes on where it was after a restart', () => {
    const { logs, folder } = opened();
    logs.append(first, 0, Buffer.from('hello'));
    logs.close();
    const { logs: again } = opened(folder);
    expect(again.size(first)).toBe(5);
    again.append(first, 3, Buffer.from('lo world'));
    expect(text(again, first)).toBe('hello world');
  });

  test('A7: chunks in any pieces, repeated at will, make the same log to the last byte', () => {
    const whole = Buffer.from(Array.from({ length: 500 }, (_, index) => index % 256));
    const chunk = fc.tuple(fc.nat({ max: 499 }), fc.nat({ max: 100 }));
    const { logs } = opened();
    let job = 0;
    fc.assert(
      fc.property(fc.array(chunk, { maxLength: 30 }), (chunks) => {
        job += 1;
        const name = { ...first, job };
        for (const [offset, length] of [...chunks, [0, 500] as const]) {
          const before = logs.size(name);
          const taken = logs.append(name, offset, whole.subarray(offset, offset + length));
          expect(taken).toBe(offset <= before);
        }
        const into = Buffer.alloc(600);
        expect(into.subarray(0, logs.read(name, 0, into))).toEqual(whole);
        logs.release(name);
      }),
      { numRuns: 60 },
    );
  });

  test('what a reader keeps beside a log goes with it, and with one that begins anew', async () => {
    const { logs } = opened();
    const kept = [indexBeside(logs.pathOf(first)), timesBeside(logs.pathOf(first))];
    // A reader that was killed leaves a draft.
    const beside = [...kept, ...kept.map((path) => `${path}.new`)];
    const isAnyThere = () => beside.some((path) => existsSync(path));
    const keep = () => {
      logs.append(first, 0, Buffer.from('x'));
      for (const path of beside) writeFileSync(path, '{}');
    };
    keep();
    logs.begin(first);
    expect(isAnyThere()).toBe(false);
    logs.release(first);
    keep();
    await logs.discard(first, []);
    expect([isAnyThere(), existsSync(logs.pathOf(first))]).toEqual([false, false]);
  });

  test('of steps that nobody planned: each begins empty, and goes on where it was', () => {
    const { logs } = opened();
    const [one, other] = [1, 2].map((step) => ({ ...first, step })) as [LogName, LogName];
    for (const log of [one, other])
      logs.append(log, 0, Buffer.from('of a store that was put back'));
    logs.release(first);
    logs.begin(first);
    logs.beginSteps(first);
    logs.append(one, 0, Buffer.from('new, '));
    logs.append(one, 5, Buffer.from('and whole'));
    expect([text(logs, one), logs.append(other, 3, Buffer.from('x'))]).toEqual([
      'new, and whole',
      false,
    ]);
  });

  test('what is not there reads as nothing', () => {
    const { logs } = opened();
    expect(logs.read(first, 0, Buffer.alloc(9))).toBe(0);
    expect(logs.size(first)).toBe(0);
  });

  test('sealed while somebody else closes it, on a machine whose threads are busy', async () => {
    const { logs } = opened();
    logs.append(first, 0, Buffer.from('x'));
    const busy = Array.from({ length: 8 }, () => hash('secret', 'salt', 50_000, 32, 'sha512'));
    const sealed = logs.seal(first);
    logs.release(first);
    await sealed;
    await Promise.all(busy);
    expect(text(logs, first)).toBe('x');
  });
});

const hash = promisify(pbkdf2);

describe('A50: the public result', () => {
  test('appears whole: the old one or the new one, and no draft stays behind', () => {
    const { logs, folder, result } = opened();
    logs.append(first, 0, Buffer.from('first run'));
    expect(existsSync(result)).toBe(false);
    logs.publish(first);
    expect(readFileSync(result, 'utf8')).toBe('first run');

    const old = statSync(result).ino;
    logs.append(second, 0, Buffer.from('second'));
    expect(readFileSync(result, 'utf8')).toBe('first run');
    logs.publish(second);
    expect(readFileSync(result, 'utf8')).toBe('second');
    expect(statSync(result).ino).not.toBe(old);
    expect(readdirSync(join(folder, 'results'))).toEqual([first.commit]);
  });

  test('A50: a rerun keeps the old log', () => {
    const { logs } = opened();
    logs.append(first, 0, Buffer.from('first run'));
    logs.publish(first);
    logs.append(second, 0, Buffer.from('second'));
    logs.publish(second);
    expect([text(logs, first), text(logs, second)]).toEqual(['first run', 'second']);
  });

  test('of steps is the latest, though it be as long as the one before', async () => {
    const { logs, result } = opened();
    for (const log of [first, second])
      logs.append({ ...log, step: 1 }, 0, Buffer.from(`run ${log.number}\n`));
    for (const log of [first, second]) {
      const parts = [{ heading: '--- test ---\n', log: { ...log, step: 1 } }];
      await logs.publishAll(parts, log.commit, null, async () => {});
    }
    expect(readFileSync(result, 'utf8')).toBe('--- test ---\nrun 2\n');
  });

  test('may be published again, as after a crash between the file and the journal', () => {
    const { logs, folder, result } = opened();
    logs.append(first, 0, Buffer.from('once'));
    logs.publish(first);
    logs.publish(first);
    expect(readFileSync(result, 'utf8')).toBe('once');
    expect(readdirSync(join(folder, 'results'))).toEqual([first.commit]);
  });

  test('of a run that printed nothing is an empty file', () => {
    const { logs, result } = opened();
    logs.publish(first);
    expect(readFileSync(result, 'utf8')).toBe('');
  });

  test('A3, A48: is named by its commit, and its log by commit, job and run', () => {
    const { logs, folder } = opened();
    logs.append({ commit: commit(0xabc, 64), job: 17, number: 2 }, 0, Buffer.from('x'));
    const name = commit(0xabc, 64);
    expect(existsSync(join(folder, 'logs', name.slice(0, 2), `${name}-17.2.log`))).toBe(true);
  });
});
