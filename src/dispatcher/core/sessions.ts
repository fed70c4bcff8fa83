/**
 * Owns what runners and observers of our own kind may say over a session, and what follows.
 */

import type { RunId, SessionId } from '../../protocol/ids.js';
import type { Handback } from '../../protocol/job-bodies.js';
import { restingHeartbeats } from '../../protocol/limits.js';
import type { EventOf } from './events.js';
import { isResting } from './heartbeats.js';
import { giveUpIfExhausted, isRecorded, lose, resume, takeReport } from './leases.js';
import type { Peer, Runner } from './peers.js';
import { isDue, missedPings } from './rules.js';
import type { Turn } from './turn.js';

/** A peer introduced itself. Each run that it still holds is wanted, recorded or revoked. */
export function joined(turn: Turn, { session, hello, held, lacks }: EventOf<'joined'>): void {
  const peer = turn.state.pool.joinSession(session, hello);
  const { role, name, repository } = peer;
  const offered = peer.role === 'runner' ? peer.offer.repositories : [];
  const others = offered === 'any' ? [] : [...offered].filter((one) => one !== repository);
  for (const one of [repository, ...others]) if (one !== null) turn.state.repositories.add(one);
  const more = offered === 'any' ? { anyRepository: true } : others.length > 0 ? { others } : {};
  turn.publish({ kind: 'joined', role, name, repository, classic: false, ...more });
  if (lacks > 0) turn.publish({ kind: 'lacking', name });
  if (peer.role !== 'runner') return;
  for (const { run, logged, inStore } of held) {
    replaceFormerSession(turn, run, peer);
    if (resume(turn, run, peer)) {
      for (const { log, bytes: offset } of logged)
        turn.send(session, { verb: 'want', log, offset });
    } else {
      const verb = isRecorded(turn.state, run, inStore) ? 'recorded' : 'revoked';
      turn.send(session, { verb, run });
    }
  }
}

/** It answered a ping: what was sent before that ping has come there. */
export function answered(turn: Turn, { session }: EventOf<'pong'>): void {
  const peer = turn.state.pool.get(session);
  if (peer === undefined) return;
  peer.pongsHeard += 1;
  if (peer.role !== 'runner') return;
  for (const [run, confirmedBy] of peer.unconfirmed) {
    if (confirmedBy <= peer.pongsHeard) peer.unconfirmed.delete(run);
  }
}

/**
 * A session is over, for that reason: the leases of its runner are lost. Not so where it was we who
 * stood still: then it had to think us dead, and brings its runs along when it comes again.
 */
export function left(turn: Turn, session: SessionId, reason: string): void {
  const peer = turn.state.pool.get(session);
  if (peer === undefined) return;
  const { role, name } = peer;
  const isOurFault = turn.isAwaitingReturns && turn.state.awake.after === 'a stall';
  if (peer.role === 'runner' && isOurFault) letGo(turn, peer);
  const runs = peer.role === 'runner' ? peer.runs.size : 0;
  turn.publish({ kind: 'left', role, name, reason, runs });
  if (peer.role === 'runner') loseAll(turn, peer, reason);
  turn.state.pool.leave(session);
}

/** One beat of a session: asked again where that is due, or given up. */
export function pulse(turn: Turn, peer: Peer, session: SessionId): void {
  const { heartbeats } = turn.state.pool;
  if (heartbeats.isLost(peer)) {
    turn.hangUp(session, `you ${missedPings}`);
    left(turn, session, missedPings);
  } else if (isDue(turn.state, peer, isResting(peer) ? restingHeartbeats : 1)) {
    turn.ping(peer, session);
  }
}

/** Takes all of a runner's leases; the jobs go to the front of the queue. */
export function loseAll(turn: Turn, runner: Runner, reason: string): void {
  for (const run of [...runner.runs]) lose(turn, run, runner.name, reason);
}

/** The runner finishes what it holds and is given nothing more. */
export function draining(turn: Turn, { session }: EventOf<'draining'>): void {
  const runner = turn.state.pool.runner(session);
  if (runner !== undefined) turn.state.pool.drain(runner);
}

/** What the runner is given from now on must fit that; what it holds it keeps. */
export function offers(turn: Turn, { session, offer }: EventOf<'offer'>): void {
  const runner = turn.state.pool.runner(session);
  if (runner === undefined || !turn.state.pool.renew(runner, offer)) return;
  turn.publish({ kind: 'offers', name: runner.name, offer });
}

/** A run's report. One that is not wanted any more was recorded before, or its lease is gone. */
export function results(turn: Turn, { session, run, report, inStore }: EventOf<'results'>): void {
  const before = isRecorded(turn.state, run, inStore);
  const isThere = takeReport(turn, run, report, session) || before;
  turn.send(session, { verb: isThere ? 'recorded' : 'revoked', run });
}

/** A run that its runner could not or would not test; without the lease it is not its to give. */
export function handback(turn: Turn, { session, run, handback }: EventOf<'handback'>): void {
  const runner = turn.state.pool.runner(session);
  if (runner?.runs.has(run)) giveBack(turn, runner, run, handback);
}

/** A runner that has the lease does not want it. */
export function giveBack(turn: Turn, runner: Runner, run: RunId, handback: Handback): void {
  const job = turn.state.jobs.ofRun(run);
  if (job === undefined) return;
  turn.state.pool.release(runner, run);
  // Nothing is wrong with the commit but with the machine: it would say so again at once.
  if (handback.reason === 'stopped' || handback.reason === 'machine-fault') {
    turn.state.pool.backOff(runner, turn.nowMs);
  }
  if (job.cancelAskedAtMs !== null) {
    lose(turn, run, runner.name, 'handed it back');
    return;
  }
  const entry = { kind: 'handed-back', job: job.id, run, runner: runner.name } as const;
  giveUpIfExhausted(turn, turn.append({ ...entry, ...handback }));
}

/** Its confirmed runs keep their leases, and nobody holds them. */
function letGo({ state }: Turn, runner: Runner): void {
  for (const run of [...runner.runs]) {
    if (!runner.unconfirmed.has(run)) state.pool.release(runner, run);
  }
}

/** The same process cannot live in two sessions: the one that had the run before is gone. */
function replaceFormerSession(turn: Turn, run: RunId, now: Runner): void {
  const former = turn.state.pool.holderOf(run);
  if (former === undefined || former.key === now.key || former.via.kind !== 'session') return;
  turn.state.pool.drain(former);
  turn.hangUp(former.via.session, 'your run came back over a newer session');
}
