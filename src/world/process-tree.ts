/**
 * Owns finding and ending processes that belong together: a process group, and whoever left it
 * (setsid) but still carries its mark in the environment. Never waits.
 * Never signals pid 0, 1 or -1, which would be our own group, init, or everyone.
 */

import { readdirSync, readFileSync, readlinkSync } from 'node:fs';

/** An environment entry that all of them inherit: `TRIVET_RUN=<run>`, say. */
export type Mark = `TRIVET_${string}=${string}`;

/** Signals a process group. One that is gone already is what was wanted. */
export function signalGroup(leader: number, signal: 'SIGTERM' | 'SIGKILL'): void {
  assertOrdinary(leader);
  signalIfThere(-leader, signal);
}

/** Signals these processes one by one. */
export function signalAll(pids: readonly number[], signal: 'SIGTERM' | 'SIGKILL'): void {
  for (const pid of pids) {
    assertOrdinary(pid);
    signalIfThere(pid, signal);
  }
}

/** All processes with a pid above that one, but us. Empty where there is no /proc. */
export function pidsAbove(above: number): number[] {
  const names = readOrNull(() => readdirSync('/proc')) ?? [];
  return names.map(Number).filter((pid) => pid > above && pid !== process.pid);
}

/** Those of the processes that carry the mark. A zombie has no environment and so is not found. */
export function carriersOf(mark: Mark, among: readonly number[] = pidsAbove(1)): number[] {
  const entry = Buffer.from(`${mark}\0`);
  const separated = Buffer.from(`\0${mark}\0`);
  return among.filter((pid) => {
    const environment = readOrNull(() => readFileSync(`/proc/${pid}/environ`));
    if (environment === null) return false;
    return environment.subarray(0, entry.length).equals(entry) || environment.includes(separated);
  });
}

/** Those that work inside `folder`: a killed runner's git or suite, or who dropped its mark. */
export function workersIn(folder: string, among: readonly number[] = pidsAbove(1)): number[] {
  return among.filter((pid) => {
    // A folder that was removed under it has a word behind its name.
    const cwd = readOrNull(() => readlinkSync(`/proc/${pid}/cwd`))?.replace(/ \(deleted\)$/, '');
    return cwd !== undefined && (cwd === folder || cwd.startsWith(`${folder}/`));
  });
}

/** The process group of a process, or null where that is not to be found out. */
export function groupOf(pid: number): number | null {
  return statOf(pid, 5);
}

/** When it started, in clock ticks since the machine did; null where that is not to be found out. */
export function startOf(pid: number): number | null {
  return statOf(pid, 22);
}

/** The pid that was given out last, or null where there is no /proc. */
export function newestPid(): number | null {
  const loadavg = readOrNull(() => readFileSync('/proc/loadavg', 'latin1'));
  return loadavg === null ? null : Number(loadavg.trim().split(' ').at(-1));
}

/** A field of its `stat`, as proc(5) numbers them. */
function statOf(pid: number, field: number): number | null {
  const stat = readOrNull(() => readFileSync(`/proc/${pid}/stat`, 'latin1'));
  // `pid (name) state parent group …`, where the name may hold anything, parentheses included.
  const fields = stat?.slice(stat.lastIndexOf(')') + 2).split(' ');
  const value = fields?.[field - 3];
  return value === undefined ? null : Number(value);
}

function assertOrdinary(pid: number): void {
  if (!Number.isSafeInteger(pid) || pid <= 1) throw new Error(`will not signal pid ${pid}`);
}

function signalIfThere(pid: number, signal: 'SIGTERM' | 'SIGKILL'): void {
  try {
    process.kill(pid, signal);
  } catch (error) {
    // EPERM: a suite that changed its user; then it is not ours to end.
    const { code } = error as NodeJS.ErrnoException;
    if (code !== 'ESRCH' && code !== 'EPERM') throw error;
  }
}

/** Processes end and belong to others while we look; both mean: not one of ours. */
function readOrNull<Value>(read: () => Value): Value | null {
  try {
    return read();
  } catch {
    return null;
  }
}
