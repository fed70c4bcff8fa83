/**
 * Owns how classic runners are served: they register, are dialled back for every ping
 * and every commit, and send results over a connection that does not say who they are.
 */

import { type Address, formatAddress, isLoopback } from '../../protocol/address.js';
import { plain } from '../../protocol/characters.js';
import type { Commit, RunId } from '../../protocol/ids.js';
import { finish } from './endings.js';
import type { EventOf } from './events.js';
import { countedRuns } from './job.js';
import { isWanted, takeReport } from './leases.js';
import type { ByAddress, PeerKey, Runner } from './peers.js';
import {
  classicRunnersMax,
  isDue,
  missedPings,
  reconnectHeartbeats,
  reconnectsMax,
} from './rules.js';
import { giveBack, loseAll } from './sessions.js';
import type { State, Turn } from './turn.js';

/** Takes a runner in, at the address where we can dial it. */
export function registered(
  turn: Turn,
  { request, address, remoteHost }: EventOf<'registered'>,
): void {
  // A runner on another machine that registers `localhost` means itself, not us (A17).
  const isElsewhere = isLoopback(address.host) && !isLoopback(remoteHost);
  const reachable = isElsewhere ? { ...address, host: remoteHost } : address;
  const { pool } = turn.state;
  const former = pool.runner(keyOf(reachable));
  if (former === undefined && pool.classicCount >= classicRunnersMax) {
    turn.reply(request, { kind: 'too-many-classic-runners', most: classicRunnersMax });
    return;
  }
  // A process that registers has just started: whatever ran at that address before is dead (A19).
  if (former !== undefined) loseAll(turn, former, 'registered anew');
  const { name } = join(turn.state, reachable, true);
  turn.register(reachable, true);
  turn.publish({ kind: 'joined', role: 'runner', name, repository: null, classic: true });
  turn.reply(request, { kind: 'accepted' });
}

/** What a classic runner at that address is called. */
export function calledAt(address: Address): string {
  return isLoopback(address.host) ? `:${address.port}` : formatAddress(address);
}

/** A runner that was registered before our restart: it is away until it answers a ping. */
export function expect(state: State, address: Address): void {
  join(state, address, false);
}

/** What came of a `ping` or a `runtest`. */
export function answered(
  turn: Turn,
  { runner: key, registration, asked, answer }: EventOf<'answered'>,
): void {
  const runner = turn.state.pool.runner(key);
  // Whoever registered there since is another: a dial that is given up late says nothing of it (A19).
  if (runner?.via.kind !== 'classic' || runner.via.registration !== registration) return;
  if (answer.kind === 'unreached') {
    if (asked.verb === 'runtest') refuse(turn, runner, asked.run, answer.reason);
    goAway(turn, runner, answer.reason);
    return;
  }
  // Silence is indefinite: the beats decide, and a run that may have begun keeps its lease.
  if (answer.kind === 'silent') return;
  const said = answer.text.trim();
  if (asked.verb === 'ping') {
    if (said === 'pong') comeBack(turn, runner);
    return;
  }
  turn.state.pool.heartbeats.hear(runner);
  if (said === 'OK' || said === 'ok') {
    runner.unconfirmed.delete(asked.run);
    return;
  }
  refuse(turn, runner, asked.run, `said ${plain(said, 40) || 'nothing'}`);
}

/** The run that a classic result for that commit would end, if any waits for one. */
export function classicRunOf(state: State, commit: Commit): RunId | null {
  for (const job of state.jobs.ofCommit(commit)) {
    const run = countedRuns(job).findLast(({ classic }) => classic)?.id;
    if (run === undefined) continue;
    if (isWanted(state, run, null)) return run;
  }
  return null;
}

/** A classic result; `run` is the one that it would end, as `classicRunOf` named it. */
export function results(
  turn: Turn,
  { request, commit, run, report }: EventOf<'classic-results'>,
): void {
  if (run !== null) {
    const { pool } = turn.state;
    const holder = pool.holderOf(run);
    if (holder !== undefined) pool.heartbeats.hear(holder);
    takeReport(turn, run, report, null);
  }
  // A classic runner sends twice when it missed our reply; saying OK again is harmless (A26).
  const isRecorded = turn.jobsOf(commit).some(({ state }) => state.kind === 'finished');
  turn.reply(request, { kind: isRecorded ? 'accepted' : 'no-run-waits' });
}

/** One beat of a classic runner: asked again where that is due, dialled again, or given up. */
export function pulse(turn: Turn, runner: Runner, { address, registration }: ByAddress): void {
  const asked = { runner: runner.key, registration, address, run: null };
  const ping = { kind: 'ask', request: { verb: 'ping' }, ...asked } as const;
  if (runner.reconnects !== null) {
    if (!isDue(turn.state, runner, reconnectHeartbeats)) return;
    runner.reconnects += 1;
    if (runner.reconnects <= reconnectsMax) turn.ask(ping);
    else {
      turn.state.pool.leave(runner.key);
      turn.register(address, false);
    }
    return;
  }
  if (turn.state.pool.heartbeats.isLost(runner)) {
    goAway(turn, runner, missedPings);
    return;
  }
  if (isDue(turn.state, runner, 1)) turn.ask(ping);
}

/** A classic runner cannot end a suite that hangs: after so long its job is timed out (A29). */
export function endOverdue(turn: Turn): void {
  for (const { job, run } of [...turn.state.jobs.leased()]) {
    const durationMs = turn.nowMs - run.leasedAtMs;
    if (!run.classic || durationMs < turn.state.classicRunMaxMs) continue;
    finish(turn, job, run.id, {
      verdict: 'timed-out',
      exitCode: null,
      signal: null,
      reason: `the classic runner ${run.runner} sent no result in time`,
      logBytes: 0,
      durationMs,
    });
  }
}

function keyOf(address: Address): PeerKey {
  return `classic ${formatAddress(address)}`;
}

function join(state: State, address: Address, isHere: boolean): Runner {
  return state.pool.joinClassic(keyOf(address), calledAt(address), address, isHere);
}

function refuse(turn: Turn, runner: Runner, run: RunId, detail: string): void {
  if (runner.runs.has(run)) giveBack(turn, runner, run, { reason: 'stopped', detail });
}

/** It loses its leases but is not forgotten: nobody would tell it to register again (A34). */
function goAway(turn: Turn, runner: Runner, reason: string): void {
  if (runner.reconnects !== null) return;
  const runs = runner.runs.size;
  turn.publish({ kind: 'left', role: 'runner', name: runner.name, reason, runs });
  loseAll(turn, runner, reason);
  turn.state.pool.setReconnects(runner, 0);
}

function comeBack(turn: Turn, runner: Runner): void {
  turn.state.pool.heartbeats.hear(runner);
  if (runner.reconnects === null) return;
  turn.state.pool.setReconnects(runner, null);
  turn.publish({
    kind: 'joined',
    role: 'runner',
    name: runner.name,
    repository: null,
    classic: true,
  });
}
