/**
 * Owns what happens when this runner dies without a word: its suites and its git end with it.
 * A runner that gets SIGKILL can end nothing itself, and a suite that outlives it would go on
 * beside its commit's next run. So a small shell waits for its standard input to end, which the
 * kernel sees to however the runner dies, and becomes what kills whatever carries the runner's mark.
 *
 *   runner ──pipe──> guard            SIGKILL ──> the pipe closes ──> guard: KILL all marked
 */

import { spawn } from 'node:child_process';
import { moduleFile } from '../../world/home.js';

const script = 'cat >/dev/null; exec "$0" "$@"';

/** Starts the guard over all whose environment holds `TRIVET_GUARD=<name>`. Ends after us. */
export function standGuard(name: string): void {
  const killer = moduleFile('test-runner/local/kill-marked');
  const command = [process.execPath, ...process.execArgv, killer, `TRIVET_GUARD=${name}`];
  const guard = spawn('sh', ['-c', script, ...command], {
    stdio: ['pipe', 'ignore', 'ignore'],
    // Out of our process group: a Ctrl-C at the terminal is for the runner, not for its guard.
    detached: true,
    env: { PATH: process.env['PATH'] },
  });
  // Without a shell there is no guard; the suites, which need one too, will say so.
  guard.on('error', () => {});
  guard.stdin.on('error', () => {});
  guard.unref();
}
