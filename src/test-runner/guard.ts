/**
 * Owns what happens when this runner dies without a word: its suites and its git end with it.
 * A runner that gets SIGKILL can end nothing itself, and a suite that outlives it would go on
 * beside its commit's next run. So a small shell waits for its standard input to end, which the
 * kernel sees to however the runner dies, and kills whatever carries the runner's mark.
 *
 *   runner ──pipe──> guard            SIGKILL ──> the pipe closes ──> guard: KILL all marked
 */

import { spawn } from 'node:child_process';

/**
 * Killed processes may have children that were being born: looked for until none is found, ten
 * times at most. Without /proc nothing is found, and the next runner on the clone cleans up.
 */
const script = `
cat >/dev/null
for round in 1 2 3 4 5 6 7 8 9 10; do
  pids=$(grep -lszFx -e "$1" /proc/[0-9]*/environ | cut -d/ -f3)
  [ -n "$pids" ] || exit 0
  kill -KILL $pids 2>/dev/null
done
`;

/** Starts the guard over all whose environment holds `TRIVET_GUARD=<name>`. Ends after us. */
export function standGuard(name: string): void {
  const guard = spawn('sh', ['-c', script, 'trivet-guard', `TRIVET_GUARD=${name}`], {
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
