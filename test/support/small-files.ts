/** Owns a process that may write only small files: as on a full disk, what fits is taken first. */

import { spawnSync } from 'node:child_process';
import { join } from 'node:path';

/** What a script prints that uses a module of `src` as `ours`. Beyond 8 kB its files have no room. */
export function inSmallFiles(module: string, script: string): string {
  const path = join(import.meta.dirname, '../../src', module);
  const text = `import * as ours from ${JSON.stringify(path)};\n${script}`;
  const argv = [process.execPath, '--import', 'tsx', '--input-type=module', '--eval', text];
  const { stdout, stderr } = spawnSync('sh', ['-c', 'ulimit -f 16; exec "$@"', 'sh', ...argv], {
    encoding: 'utf8',
    // What it kept for others would be cut as well.
    env: { ...process.env, TSX_DISABLE_CACHE: '1' },
  });
  return `${stdout}${stderr}`;
}
