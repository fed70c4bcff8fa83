/**
 * Owns who lives in a world with a classic dispatcher: our observer and our runners,
 * who must manage with it. Its laws are modest, for it forgets what it is told: nobody of ours
 * ends by an error, every push is handed over, every result is delivered, and none is a lie.
 */

import type { Commit } from '../../src/protocol/ids.js';
import type { Actors } from './actors.js';
import { ClassicDispatcherMachine } from './classic-dispatcher-machine.js';
import { FaultPlan } from './fault-plan.js';
import type { Ground } from './machine.js';
import { ObserverMachine } from './observer-machine.js';
import { checkBounds } from './rest.js';
import { RunnerMachine } from './runner-machine.js';
import { logBytesMax, scriptOf, wholeOutput } from './suites.js';

export function classicActors(ground: Ground): Actors {
  const { random, history, witness } = ground;
  ground.tell('world', { event: 'classic', msg: 'its dispatcher is a classic one' });
  const dispatcher = new ClassicDispatcherMachine(ground, random.pick(['OK', 'ok'] as const));
  const observer = new ObserverMachine(ground, (commit) => {
    if (dispatcher.accepted.has(commit)) return;
    witness.breaks('accepted', `${commit.slice(0, 7)} was taken for accepted and is not`);
  });
  const runners = ['anna', 'bert']
    .slice(0, random.between(1, 2))
    .map(
      (name, index) =>
        new RunnerMachine(ground, { name, host: `10.0.1.${index + 1}`, labels: [] }, 1),
    );
  const ours = [observer, ...runners].map(({ machine }) => machine);
  const owed = new Set<Commit>();
  const nobody = { classic: null, confused: null, spectator: null };
  const actors = { dispatcher, observer, runners, ...nobody };
  return {
    machines: [dispatcher.machine, ...ours],
    faults: new FaultPlan(ground, actors),
    pushed: () => {},
    act: () => {},
    repent: () => {},
    audit: () => {
      for (const commit of runners.flatMap((runner) => runner.owed)) owed.add(commit);
      checkBounds(ground, ours);
      for (const { commit, body } of dispatcher.results) {
        const lie = lieAbout(commit, body, ground.disksRefuse !== null);
        if (lie !== null) witness.breaks('truth', `${commit.slice(0, 7)} ${lie}`);
      }
    },
    unrest: () => {
      const dead = ours.filter(({ life }) => !life.isAlive).map(({ name }) => `${name} is dead`);
      const kept = runners.flatMap((runner) =>
        runner.kept.map((name) => `${runner.machine.name} ${name}`),
      );
      const missing = [...history.reachable(observer.foundThere)]
        .filter((commit) => !dispatcher.accepted.has(commit))
        .map((commit) => `${commit.slice(0, 7)} not handed over`);
      const told = new Set(dispatcher.results.map(({ commit }) => commit));
      const untold = [...owed]
        .filter((commit) => !told.has(commit))
        .map((commit) => `${commit.slice(0, 7)} has a result that was never told`);
      return [...dead, ...kept, ...missing, ...untold].join(', ');
    },
    checkRest: () => checkBounds(ground, ours),
    close: () => {},
  };
}

/** What is wrong with a result as a classic dispatcher gets it; null where it is right. */
function lieAbout(commit: Commit, body: Buffer, mayLackOutput: boolean): string | null {
  const verdict = /\nTrivet: ([a-z-]+), .*\n$/.exec(body.toString('latin1'))?.[1];
  const { ends } = scriptOf(commit);
  if (verdict === undefined) return 'has a result without a verdict';
  if (verdict === 'passed' && ends !== 'passes') return `is called passed, and its suite ${ends}`;
  if (verdict === 'failed' && ends !== 'fails') return `is called failed, and its suite ${ends}`;
  if (verdict !== 'passed' && verdict !== 'failed') return null;
  if (mayLackOutput && body.includes('the output cannot be read')) return null;
  const whole = wholeOutput(commit);
  // The later of the two ancestors counts characters: what is none has been replaced.
  const isTold = [whole, Buffer.from(whole.toString('utf8'))].some((output) =>
    body.subarray(0, output.length).equals(output),
  );
  if (!isTold || whole.length > logBytesMax) return 'has a result that its suite did not print';
  return null;
}
