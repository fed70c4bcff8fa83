/**
 * Owns what happens when a process that started others dies without a word: all that it started ends with
 * it, and the folder that was theirs goes. A small shell reads from a pipe whom there is to end, a line
 * whenever that changes, and goes to work when the pipe ends, which the kernel sees to however we die.
 */

import { spawn } from 'node:child_process';
import { randomUUID } from 'node:crypto';

/**
 * They are asked first, and have ten seconds. What is left of a terminal is made fit for people. Then
 * whatever carries the mark goes, where /proc shows it: one of which we could not say any more that it was
 * there, and what has left its process group.
 */
const script = `
folder=$1 mark=$2
pids=
while read -r line; do pids=$line; done
if [ -n "$pids" ] && [ "$pids" != dismissed ]; then
  { stty sane <&3; printf '\\033[?25h' >&3; } 2>/dev/null
  kill -TERM $pids; kill -CONT $pids
  for _ in 1 2 3 4 5 6 7 8 9 10; do
    left=
    for pid in $pids; do kill -0 $pid 2>/dev/null && left="$left $pid"; done
    [ -n "$left" ] || break
    sleep 1
  done
  [ -z "$left" ] || kill -KILL $left
fi
found=$([ "$pids" = dismissed ] || echo maybe)
for _ in 1 2 3 4 5; do
  [ -n "$found" ] || break
  found=
  for environ in /proc/[0-9]*/environ; do
    grep -qzxF "$mark" "$environ" 2>/dev/null || continue
    found=\${environ#/proc/}
    kill -KILL "\${found%/environ}" 2>/dev/null
  done
done
[ -z "$folder" ] || rm -rf -- "$folder"
`;

export interface Guard {
  /** A variable for the environment of whatever is started. */
  readonly mark: Readonly<Record<string, string>>;
  /** From now on these are to end with us. */
  watch(pids: readonly number[]): void;
  /** Nobody is left. */
  dismiss(): void;
}

/** `folder`: one of ours that nobody is to find later, absolute. */
export function standGuard(folder = ''): Guard {
  const [variable, id] = ['TRIVET_ENDS_WITH', randomUUID()];
  const guard = spawn('sh', ['-c', script, 'sh', folder, `${variable}=${id}`], {
    stdio: ['pipe', 'ignore', 'ignore', process.stdin.isTTY === true ? 'inherit' : 'ignore'],
    // Out of our process group: neither Ctrl-C nor a closed terminal is for the guard.
    detached: true,
  });
  // Without a shell there is no guard.
  guard.on('error', () => {});
  guard.stdin?.on('error', () => {});
  guard.unref();
  return {
    mark: { [variable]: id },
    watch: (pids) => void guard.stdin?.write(`${pids.join(' ')}\n`),
    dismiss: () => void guard.stdin?.end('dismissed\n'),
  };
}
