/**
 * Owns recovery: a runner is killed, or frozen, in mid-test; how long until the same suite says
 * its first line on another runner, and what becomes of the frozen one when it thaws.
 */

import { existsSync } from 'node:fs';
import { heartbeatEveryMs, missedPingsMax } from '../../src/protocol/limits.js';
import { setClock, until, wallMs } from './clock.js';
import type { Benchmark } from './figures.js';
import { Project } from './project.js';
import { inRoom, type Room } from './room.js';
import { finished, type Trio } from './trio.js';
import { ask } from './wire.js';
import { Witness } from './witness.js';

const kills = 10;
const freezes = 2;

/** Before this a runner is not called silent. */
const silenceS = (missedPingsMax * heartbeatEveryMs) / 1_000;

export const recovery: Benchmark = {
  name: 'recovery',
  says: 'a runner dies or freezes in mid-test; its commit runs elsewhere',
  run: () =>
    inRoom(async (room) => {
      const bench = new Bench(room, await open(room));
      const killed: number[] = [];
      const frozen: number[] = [];
      const thawed: number[] = [];
      for (let round = 0; round < kills; round += 1) killed.push(await bench.kill());
      for (let round = 0; round < freezes; round += 1) {
        const { elsewhereMs, endedMs } = await bench.freeze();
        frozen.push(elsewhereMs / 1_000);
        thawed.push(endedMs);
      }
      const tight = { target: 100, unit: 'ms' } as const;
      return {
        figures: [
          { says: 'SIGKILL to first line elsewhere', samples: killed, ...tight },
          { says: 'SIGSTOP to first line elsewhere', unit: 's', samples: frozen, target: 3 },
          { says: 'SIGCONT to the end of its suite', unit: 'ms', samples: thawed },
        ],
        floors: [{ says: 'heartbeat, 3 missed pings', unit: 's', samples: [silenceS] }],
        peers: 'after a SIGKILL 0.6 s, 1.4 s, never; after a SIGSTOP no peer recovers at all',
        violations: bench.violations,
      };
    }),
};

interface Setting {
  readonly project: Project;
  readonly witness: Witness;
  readonly commits: string[];
  readonly clone: string;
  readonly dispatcher: Trio;
  readonly port: number;
}

/** The first run of each commit hangs (for a while), the second one is quick. */
async function open(room: Room): Promise<Setting> {
  const witness = new Witness(room.folder);
  const suite = `#!/bin/sh
${witness.stamp('begun')}
[ "$TRIVET_RUN_NUMBER" = 1 ] && exec sleep 20
${witness.stamp('completed')}
`;
  const project = new Project(room.folder, 'recovered', suite);
  const commits = project.prepare(kills + freezes);
  project.move(commits[0] ?? '');
  const clone = project.clone('clone');
  return { project, witness, commits, clone, ...(await room.dispatcher()) };
}

class Bench {
  readonly violations: string[] = [];
  readonly #room: Room;
  readonly #setting: Setting;
  readonly #runners = new Map<string, Trio>();
  #started = 0;

  constructor(room: Room, setting: Setting) {
    this.#room = room;
    this.#setting = setting;
  }

  /** Milliseconds from the kill to the first line of the second run. */
  async kill(): Promise<number> {
    const { witness } = this.#setting;
    const { commit, victim } = await this.#begin();
    setClock();
    const killedAtMs = wallMs();
    victim.signal('SIGKILL');
    const again = await witness.first(commit, 'begun', { skip: 1 });
    await this.#check(commit);
    return again.atMs - killedAtMs;
  }

  /** Until it runs elsewhere; and from the thaw until the frozen runner's suite is gone. */
  async freeze(): Promise<{ elsewhereMs: number; endedMs: number }> {
    const { witness } = this.#setting;
    const { commit, victim, pid } = await this.#begin();
    setClock();
    const frozenAtMs = wallMs();
    victim.signal('SIGSTOP');
    const again = await witness.first(commit, 'begun', { skip: 1 });
    await this.#check(commit);
    const thawedAtMs = wallMs();
    victim.signal('SIGCONT');
    await until('the end of the suite', () => (existsSync(`/proc/${pid}/exe`) ? undefined : true), {
      everyMs: 2,
    });
    const endedMs = wallMs() - thawedAtMs;
    await victim.kill();
    return { elsewhereMs: again.atMs - frozenAtMs, endedMs };
  }

  /** Two fresh runners, and a commit whose suite hangs on one of them. */
  async #begin(): Promise<{ commit: string; victim: Trio; pid: number }> {
    const { dispatcher, port, clone, commits, witness } = this.#setting;
    await this.#fill();
    const commit = commits.shift() ?? '';
    await ask(port, `dispatch:${commit}`);
    const { pid } = await witness.first(commit, 'begun');
    const leased = await dispatcher.until(
      ({ event, commit: of }) => event === 'leased' && of === commit,
    );
    const name = String(leased['runner']);
    const victim = this.#runners.get(name);
    if (victim === undefined) throw new Error(`no runner ${name} of ${clone}`);
    this.#runners.delete(name);
    return { commit, victim, pid };
  }

  async #fill(): Promise<void> {
    const { dispatcher, port, clone } = this.#setting;
    while (this.#runners.size < 2) {
      this.#started += 1;
      const name = `R${this.#started}`;
      this.#runners.set(name, this.#room.runner(port, clone, name));
      await dispatcher.until(({ event, runner }) => event === 'runner-joined' && runner === name);
    }
  }

  async #check(commit: string): Promise<void> {
    const { dispatcher, witness } = this.#setting;
    const { verdict } = await dispatcher.until(finished(commit));
    const completed = witness.count(commit, 'completed');
    if (verdict !== 'passed' || completed !== 1) {
      this.violations.push(`${commit} is ${String(verdict)}, completed ${completed} times`);
    }
  }
}
