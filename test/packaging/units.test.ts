/**
 * Owns the promise that systemd understands our units, and that they start what the package brings.
 */

import { spawnSync } from 'node:child_process';
import { cpSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { expect, test } from 'vitest';
import { temporaryFolder } from '../support/git.js';
import { hasSystemd } from '../support/tools.js';

const { bin }: { bin: Readonly<Record<string, string>> } = JSON.parse(
  readFileSync('package.json', 'utf8'),
);

/** Of 100, which means that everything is open to it. */
const exposureMax = 25;

test.runIf(hasSystemd)('systemd understands the units, and what gives them the token', () => {
  const units = placedUnits();
  expect(units).toHaveLength(3);
  // What it does not know it leaves out, and calls the unit fine.
  expect(analyze('verify', ...units)).toEqual({ status: 0, stderr: '' });
});

test.runIf(hasSystemd)('what runs nothing of anybody’s has walls around it', () => {
  const walled = placedUnits().filter((path) => !path.includes('runner'));
  expect(walled).toHaveLength(2);
  const demanding = ['--offline=true', `--threshold=${exposureMax}`];
  expect(analyze('security', ...demanding, ...walled)).toMatchObject({ status: 0 });
});

/** Their paths, as if our launchers were where the package has its commands. */
function placedUnits(): string[] {
  const folder = join(temporaryFolder(), 'systemd');
  cpSync('packaging/systemd', folder, { recursive: true });
  const units = readdirSync(folder).filter((name) => name.endsWith('.service'));
  return units.map((name) => {
    const path = join(folder, name);
    const launcher = (_: string, command: string) => resolve(bin[command] ?? `no/${command}`);
    const text = readFileSync(path, 'utf8').replace(/\/opt\/trivet\/bin\/(\S+)/, launcher);
    writeFileSync(path, text);
    return path;
  });
}

function analyze(...args: string[]) {
  const { status, stderr } = spawnSync('systemd-analyze', args, { encoding: 'utf8' });
  return { status, stderr };
}
