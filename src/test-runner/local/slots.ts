/**
 * Owns the slots: folders in which one run at a time is tested, claimed for the life of a process
 * so that several runners can share one clone (A3, A46). Claiming one takes over what a dead
 * process left there: results to deliver, and suites to end.
 *
 *   <git-dir>/trivet/slots/1/   lock    held by us, or by another runner, or by nobody
 *                               runs/   logs and reports of runs still in hand
 *                               output  the pipe through which a suite's output comes; more for steps
 *                               tree/   with --state: the checkout; else it is in its place (place.ts)
 */

import { existsSync, readdirSync, realpathSync } from 'node:fs';
import { join } from 'node:path';
import type { Clock } from '../../world/clock.js';
import type { Clone } from '../../world/clone.js';
import { UsageError } from '../../world/exit.js';
import { makeFolder } from '../../world/files.js';
import { isTagged, killAllThat, worksIn } from '../../world/process-tree.js';
import { SlotCaches } from '../cache/slot-caches.js';
import type { CacheStore } from '../cache/store.js';
import { Checkout, type CheckoutOptions } from '../checkout/checkout.js';
import { makePassable } from '../checkout/ground.js';
import { oddPartOf, Place } from '../checkout/place.js';
import { remove, removeOldTrees } from '../checkout/removal.js';
import { objectFolders } from '../checkout/repository.js';
import type { Slot } from '../executor.js';
import { RunFiles } from '../run-files.js';
import type { OutputPipe } from '../suite/output.js';
import { OutputPipes } from '../suite/output-pipes.js';
import { type ProcessOptions, SuiteProcess } from '../suite/process.js';
import { endInSandbox, type SandboxOptions, sandboxed } from '../suite/sandbox.js';
import { lockSlot, type SlotLock } from './slot-lock.js';

export type RunningSuite = Pick<SuiteProcess, 'ended' | 'end' | 'kill'>;

/** What a run needs of its place. A simulated world brings its own git and processes here. */
export interface LocalSlot extends Slot {
  readonly checkout: Pick<
    Checkout,
    'folder' | 'at' | 'remarks' | 'end' | 'clean' | 'settled' | 'whyBlocked'
  >;
  readonly output: Pick<OutputPipe, 'open'>;
  readonly startProcess: (clock: Clock, options: ProcessOptions) => RunningSuite;
  readonly lock: SlotLock;
  /** None where nothing is cached. */
  readonly caches?: Pick<SlotCaches, 'open' | 'close'>;
  /** Why no run can be had here any more; null while the clone is there. */
  readonly whyUnfit: () => string | null;
}

/** No machine runs that many runners on one clone; something else is wrong with the folder. */
const slotsMax = 1_024;

export interface ClaimOptions extends CheckoutOptions {
  /** Suites run in such a sandbox; null: without one. */
  readonly sandbox: SandboxOptions | null;
  /** Where all checkouts of this user lie; null: in the state folder. */
  readonly checkouts: string | null;
  /** Where caches are kept; null: nowhere. */
  readonly caches: CacheStore | null;
}

/**
 * Claims the `count` lowest slots that no process holds, and those beyond in which a process that
 * had more of them left results: somebody has to deliver them.
 */
export function claimSlots(
  state: string,
  clone: Clone,
  count: number,
  options: ClaimOptions,
): LocalSlot[] {
  const slots: LocalSlot[] = [];
  try {
    for (const folder of [state, join(state, 'slots')]) makePassable(folder);
    makeFolder(state);
    const folders = { state: realpathSync(state), place: placeFor(state, clone, options) };
    for (let number = 1; number <= slotsMax; number += 1) {
      const folder = join(folders.state, 'slots', String(number));
      if (slots.length < count) makeFolder(folder);
      else if (!existsSync(folder)) break;
      else if (!hasResults(folder)) continue;
      const lock = lockSlot(join(folder, 'lock'));
      if (lock !== null) slots.push(takenOver(folders, number, lock, clone, options));
    }
  } catch (error) {
    release(slots);
    const { code, message } = error as NodeJS.ErrnoException;
    if (code === undefined) throw error;
    throw new UsageError(
      `The folder ${state} cannot be used (${message}): ` +
        'make it writable, or name another with --state.',
    );
  }
  if (slots.length >= count) return slots;
  release(slots);
  throw new UsageError(`${state} has no free slots: use --state.`);
}

function release(slots: readonly LocalSlot[]): void {
  for (const { lock } of slots) lock.release();
}

function hasResults(folder: string): boolean {
  const runs = join(folder, 'runs');
  return existsSync(runs) && readdirSync(runs).length > 0;
}

/** Null where the checkouts lie in the state folder. */
function placeFor(state: string, clone: Clone, { checkouts, tell }: ClaimOptions): Place | null {
  const place = checkouts === null ? null : new Place(checkouts, realpathSync(state), clone.path);
  if (place?.stand() === true) {
    void place.sweep();
    return place;
  }
  const odd = oddPartOf(state);
  if (odd === null) return null;
  const why = place === null ? '' : `, as ${place.base} cannot be used`;
  const msg =
    `the checkouts lie in ${state}${why}: some tools skip or refuse what is below ${odd}; ` +
    'name another folder with --state';
  tell({ event: 'odd-place', level: 'warn', msg });
  return null;
}

interface Folders {
  readonly state: string;
  /** Of the checkouts; null: in the state folder. */
  readonly place: Place | null;
}

/** Whoever cannot have it does not keep its lock either. */
function takenOver(...claimed: Parameters<typeof takeOver>): LocalSlot {
  const [, , lock] = claimed;
  try {
    return takeOver(...claimed);
  } catch (error) {
    lock.release();
    throw error;
  }
}

function takeOver(
  { state, place }: Folders,
  number: number,
  claim: SlotLock,
  clone: Clone,
  options: ClaimOptions,
): LocalSlot {
  const { sandbox, caches: store } = options;
  const folder = join(state, 'slots', String(number));
  const tree = place?.tree(number) ?? join(folder, 'tree');
  const lock = place === null ? claim : withPlace(claim, place);
  if (place !== null) void removeFormer(join(folder, 'tree'));
  const files = new RunFiles(join(folder, 'runs'));
  const { ended, interrupted } = files.find();
  for (const run of interrupted) {
    killAllThat((pid) => isTagged(pid, `TRIVET_RUN=${run}`));
    files.forget(run);
  }
  // A dead runner's git may still be at work, and would write another commit's files into ours.
  killAllThat((pid) => worksIn(pid, tree));
  const output = new OutputPipes(join(folder, 'output'));
  const checkout = new Checkout(tree, clone, options);
  const startProcess = (clock: Clock, process: ProcessOptions): RunningSuite => {
    if (sandbox === null) return new SuiteProcess(clock, process);
    const kept = store === null ? [] : [store.folder];
    const covered = [state, ...(place === null ? [] : [place.base]), ...kept];
    const surroundings = { tree, objects: objectFolders(clone), covered, ...sandbox };
    const command = sandboxed(process.command, surroundings);
    const suite = new SuiteProcess(clock, { ...process, command, hasStatus: true });
    return {
      ended: suite.ended.then(endInSandbox),
      end: () => suite.end(),
      kill: () => suite.kill(),
    };
  };
  const whyUnfit = () =>
    existsSync(join(clone.gitDir, 'HEAD')) ? null : `the clone ${clone.path} is gone`;
  const caches = store === null ? {} : { caches: new SlotCaches(store, tree, clone) };
  return { checkout, files, output, startProcess, kept: ended, lock, whyUnfit, ...caches };
}

/** The claim holds as long as nobody deletes the checkout's surroundings either. */
function withPlace(lock: SlotLock, place: Place): SlotLock {
  return {
    isWhole: () => lock.isWhole() && place.stands(),
    renew: () => lock.renew() && (place.stands() || place.stand()),
    release: () => lock.release(),
  };
}

/** Earlier releases kept the checkout in the clone's git folder. */
async function removeFormer(tree: string): Promise<void> {
  killAllThat((pid) => worksIn(pid, tree));
  await removeOldTrees(tree);
  if (existsSync(tree)) await remove(tree);
}
