/**
 * Owns finding and ending processes that belong together: a process group, and whoever left it
 * (setsid) but still carries its mark in the environment. Nobody is overlooked for being born, or
 * for becoming another program, while we look; that, at most, is waited for.
 * Never signals pid 0, 1 or -1, which would be our own group, init, or everyone.
 */

import { existsSync, readdirSync, readFileSync, readlinkSync } from 'node:fs';

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

/**
 * All processes with a pid above that one, but us, of which `isWanted` is true. Empty where there
 * is no /proc. A parent may end before it is looked at, and its child be too young for the list
 * that we read; so those who were born during a look are looked at as well, until nobody was.
 */
export function processesThat(isWanted: (pid: number) => boolean, above = 1): number[] {
  const found: number[] = [];
  let newest = newestPid();
  for (let [look, from] = [0, above]; look < looksMax; look += 1) {
    found.push(...pidsBetween(from, newest).filter(isWanted));
    const before = newest;
    newest = newestPid();
    if (before === null || newest === null || newest === before) break;
    // Pids ascend until they begin anew.
    from = newest > before ? Math.max(above, before) : above;
  }
  return [...new Set(found)];
}

/** Kills all of which `isWanted` is true, and whom they bear meanwhile, until nobody is left. */
export function killAllThat(isWanted: (pid: number) => boolean): void {
  for (let look = 0; look < looksMax; look += 1) {
    const found = processesThat(isWanted);
    if (found.length === 0) return;
    signalAll(found, 'SIGKILL');
  }
}

/** Far more than are needed; but some machines never pause, and some processes do not die. */
const looksMax = 200;

/** Those that have the mark. */
export function taggedWith(mark: Mark): number[] {
  return processesThat((pid) => isTagged(pid, mark));
}

/** Whether it has the mark in its environment. A zombie has none. */
export function isTagged(pid: number, mark: Mark): boolean {
  const environment = environmentOf(pid);
  if (environment === null) return false;
  const entry = Buffer.from(`${mark}\0`);
  if (environment.subarray(0, entry.length).equals(entry)) return true;
  return environment.includes(Buffer.from(`\0${mark}\0`));
}

/** Whether it works inside `folder`: a killed runner's git or suite, or who dropped its mark. */
export function worksIn(pid: number, folder: string): boolean {
  // A folder that was removed under it has a word behind its name.
  const cwd = readOrNull(() => readlinkSync(`/proc/${pid}/cwd`))?.replace(/ \(deleted\)$/, '');
  return cwd !== undefined && (cwd === folder || cwd.startsWith(`${folder}/`));
}

/** Who started a process, or has it now; null where that is not to be found out. */
export function parentOf(pid: number): number | null {
  return statOf(pid)?.(4) ?? null;
}

/** The process group of a process, or null where that is not to be found out. */
export function groupOf(pid: number): number | null {
  return statOf(pid)?.(5) ?? null;
}

/** When it started, in clock ticks since the machine did; null where that is not to be found out. */
export function startOf(pid: number): number | null {
  return statOf(pid)?.(22) ?? null;
}

/** The pid that was given out last, or null where there is no /proc. */
export function newestPid(): number | null {
  const loadavg = readOrNull(() => readFileSync('/proc/loadavg', 'latin1'));
  return loadavg === null ? null : Number(loadavg.trim().split(' ').at(-1));
}

/** Those above the one, up to the other if pids have not begun anew meanwhile. */
function pidsBetween(above: number, newest: number | null): number[] {
  const count = (newest ?? 0) - above;
  // Most suites are short: a handful was born meanwhile, and the machine has hundreds.
  const few = count >= 0 && count <= fewMost;
  const pids = few
    ? Array.from({ length: count }, (_, index) => above + 1 + index).filter(isThere)
    : (readOrNull(() => readdirSync('/proc')) ?? []).map(Number);
  return pids.filter((pid) => pid > above && pid !== process.pid);
}

/** To ask for so many one by one costs less than to have all listed. */
const fewMost = 64;

function isThere(pid: number): boolean {
  return existsSync(`/proc/${pid}`);
}

/** Null where there is none, or none that we may read. */
function environmentOf(pid: number): Buffer | null {
  for (let reading = 0; reading < readingsMax; reading += 1) {
    const environment = readOrNull(() => readFileSync(`/proc/${pid}/environ`));
    if (environment === null || environment.length > 0 || hasNone(pid)) return environment;
    // It may wait for the processor that we have.
    Atomics.wait(never, 0, 0, pauseMs);
  }
  return null;
}

/** Between two programs (execve) a process seems to have none: for microseconds, if all is well. */
const pauseMs = 1;
const readingsMax = 1_000;
const never = new Int32Array(new SharedArrayBuffer(4));

/** Whether it has no environment, rather than not yet the one of the program that it becomes. */
function hasNone(pid: number): boolean {
  const stat = statOf(pid);
  if (stat === null) return true;
  // The kernel fills in where the program's code ends after where its environment is.
  const [flags, codeEnd, start, end] = [stat(9), stat(27), stat(50), stat(51)];
  return (flags & (isEnding | isOfTheKernel)) !== 0 || (codeEnd !== 0 && start === end);
}

/** The kernel's PF_EXITING and PF_KTHREAD. */
const isEnding = 0x4;
const isOfTheKernel = 0x200000;

/** Its `stat` at one moment, a field at a time, as proc(5) numbers them. */
function statOf(pid: number): ((field: number) => number) | null {
  const stat = readOrNull(() => readFileSync(`/proc/${pid}/stat`, 'latin1'));
  // `pid (name) state parent group …`, where the name may hold anything, parentheses included.
  const fields = stat?.slice(stat.lastIndexOf(')') + 2).split(' ');
  return fields === undefined ? null : (field) => Number(fields[field - 3]);
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
