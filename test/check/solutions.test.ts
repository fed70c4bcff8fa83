/**
 * Owns the promise that the stages can be passed by a program that somebody writes in an afternoon, and
 * that one which is wrong is told so, at the very byte. Wants python3 and bash.
 */

import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { ladders } from '../../src/command/check/ladders.js';
import type { Dialect, Role } from '../../src/command/check/stage.js';
import { climbed } from '../support/climbing.js';
import { temporaryFolder } from '../support/git.js';

const solution = (name: string) => join(import.meta.dirname, 'solutions', name);

const solutions: readonly [string, Role, readonly string[], readonly Dialect[]][] = [
  ['runner in Python', 'runner', ['python3', solution('runner.py')], ['classic', 'session']],
  ['observer in Python', 'observer', ['python3', solution('observer.py')], ['classic', 'session']],
  ['observer in bash', 'observer', ['bash', solution('observer.sh')], ['classic']],
  [
    'dispatcher in Python',
    'dispatcher',
    ['python3', solution('dispatcher.py')],
    ['classic', 'session'],
  ],
];

test.concurrent.each(solutions)(
  'a small %s passes its stages',
  { timeout: 240_000 },
  async (_, role, words, dialects) => {
    const stages = ladders[role].filter(({ dialect }) => dialects.includes(dialect));
    const only = stages.map(({ name }) => name);
    const marks = await climbed(role, words, { only, withinMs: 60_000 });
    expect(marks).toEqual(only.map((name) => `${name}: passed`));
  },
);

/** The solution with something in it that is wrong: pairs of what is right, and what stands instead. */
function broken(name: string, ...changes: readonly (readonly [right: string, wrong: string])[]) {
  let text = readFileSync(solution(name), 'utf8');
  for (const [right, wrong] of changes) {
    expect(text.split(right).length).toBe(2);
    text = text.replace(right, wrong);
  }
  const path = join(temporaryFolder(), name);
  writeFileSync(path, text);
  return [name.endsWith('.py') ? 'python3' : 'bash', path];
}

/** What the first line says of the stage in which it is caught. */
async function told(
  role: Role,
  stage: string,
  words: readonly string[],
  { withinMs = 30_000 } = {},
): Promise<string> {
  const [mark = ''] = await climbed(role, words, { only: [stage], withinMs });
  return mark.split('\n')[0] ?? '';
}

test('a reply with a newline behind it, or in small letters, is told of at its byte', async () => {
  const newline = broken('runner.py', ['sendall(b"pong")', 'sendall(b"pong\\n")']);
  expect(await told('runner', 'liveness', newline)).toBe(
    'liveness: failed, in the answer to "ping", at byte 4: expected nothing more, got "\\n"',
  );
  const small = broken('runner.py', ['return b"OK"', 'return b"ok\\n"']);
  expect(await told('runner', 'pieces', small)).toBe(
    'pieces: failed, in the answer to "runtest:<commit>" in pieces, at byte 0: expected "OK", got "ok\\n"',
  );
});

test('a length that counts characters is told of where the body should have ended', async () => {
  const words = broken('runner.py', [', len(output), output)', ', len(output.decode()), output)']);
  expect(await told('runner', 'results', words)).toBe(
    'results: failed, in what came instead of "results", ' +
      'at byte 97: expected nothing more behind the body of 45 bytes, got "K\\n"',
  );
});

test('one recv that is taken for a message fails, and so does a tree that is not clean', async () => {
  const recv = broken('runner.py', [
    '        request += piece\n',
    '        return piece.decode()\n',
  ]);
  expect(await told('runner', 'pieces', recv)).toContain('in the answer to "ping" in four pieces');
  const shared = broken(
    'runner.py',
    ['folder = tempfile.mkdtemp()', 'folder = REPOSITORY'],
    ['["git", "clone", "-q", "--shared", REPOSITORY, folder]', '["true"]'],
    ['shutil.rmtree(folder, ignore_errors=True)', 'pass'],
  );
  expect(await told('runner', 'isolation', shared)).toBe(
    'isolation: failed, in the output that the results hold, ' +
      'at byte 0: expected "nothing was left here by another run\\nOK\\n", got "left by the run before\\n"',
  );
});

test('what is never said again, promised too early or not ended is found out once time is over', async () => {
  const once = broken('runner.py', [
    ', len(output), output)) != b"OK":',
    ', len(output), output)) == 1:',
  ]);
  const goesOn = broken('runner.py', ['os.killpg(self.suite.pid, signal.SIGKILL)', 'pass']);
  const early = broken('observer.sh', [
    'until [ "$(ask "dispatch:$commit")" = OK ]; do sleep 0.2; done',
    'ask "dispatch:$commit"',
  ]);
  const flush = '        self.journal.flush()\n        os.fsync(self.journal.fileno())\n';
  const forgetful = broken('dispatcher.py', [flush, '']);
  const soon = { withinMs: 8_000 };
  const marks = await Promise.all([
    told('runner', 'again', once, soon),
    told('runner', 'revoked', goesOn, soon),
    told('observer', 'hang-up', early, soon),
    told('dispatcher', 'restart', forgetful, soon),
  ]);
  const expected = [
    'again: failed, expected a connection that says "results"',
    'revoked: failed, expected the processes of the revoked run to be ended',
    'hang-up: failed, expected a connection that says "dispatch"',
    'restart: failed, expected a connection that says "runtest"',
  ];
  expect(marks.map((mark, index) => mark.slice(0, expected[index]?.length))).toEqual(expected);
});
