import { spawnSync } from 'node:child_process';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';

const root = join(import.meta.dirname, '../..');

/** What the script says, and its exit code. One that begins its work in earnest is ended. */
function run(script: string, ...args: string[]) {
  const { status, stdout, stderr } = spawnSync(
    process.execPath,
    ['--import', 'tsx', `scripts/${script}.ts`, ...args],
    { cwd: root, encoding: 'utf8', timeout: 20_000 },
  );
  return { status, stdout, stderr };
}

describe.each(['simulate', 'chaos', 'bench', 'demo'])('npm run %s', (script) => {
  test('--help shows what there is, and does nothing', () => {
    const { status, stdout } = run(script, '--help');
    expect(stdout).toMatch(new RegExp(`^npm run ${script} -- .*--help  *show this`, 's'));
    expect(status).toBe(0);
  });

  test('what is not understood is refused in a sentence', () => {
    for (const nonsense of ['--nonsense', 'nonsense']) {
      const { status, stdout, stderr } = run(script, nonsense);
      expect(stderr).toMatch(/nonsense.*\nTry npm run \w+ -- --help\.\n$/);
      expect([status, stdout]).toEqual([2, '']);
    }
  });
});

test.each([
  ['simulate', ['--seeds', '0'], '--seeds is a whole number from 1 on, not "0".'],
  ['simulate', ['--seed', '1', '--from', '2'], '--seed names one world'],
  ['chaos', ['--minutes', '0'], '--minutes is a number of minutes up to 600, not "0".'],
])('npm run %s -- %j is refused', (script, args, sentence) => {
  const { status, stderr } = run(script, ...args);
  expect(stderr).toContain(sentence);
  expect(status).toBe(2);
});
