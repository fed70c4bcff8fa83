/**
 * Owns the people of a world: they type requests, some of them twice, and believe what they are
 * told until the witness knows better.
 */

import type { Commit } from '../../src/protocol/ids.js';
import type { Request } from '../../src/protocol/messages.js';
import { type Caller, callerOn } from './caller.js';
import type { LedgerJob } from './ledger.js';
import type { Ground } from './machine.js';

/** Of a thousand worlds, so many have people who never look at what they typed. */
const overlooked = 50;

export class People {
  readonly #ground: Ground;
  readonly #caller: Caller;
  /** Commits that nobody ever pushed. */
  readonly #madeUp: Commit[] = [];

  constructor(ground: Ground) {
    this.#ground = ground;
    this.#caller = callerOn(ground, '10.0.0.9');
  }

  /** One of the things that people do. */
  act(): void {
    const { random, history } = this.#ground;
    const { commits } = history;
    if (commits.length === 0) return;
    const commit = random.pick(commits);
    const fault = random.below(100);
    if (fault < 25) this.#dispatch(commit);
    else if (fault < 30) this.#makeUp();
    else if (fault < 42) this.#cancel(commit);
    else if (fault < 54) this.#rerun(commit);
    else if (fault < 84) this.#why(commit);
    else if (fault < 90) this.#say({ verb: 'poll' });
    else if (fault < 95) this.#caller.ask({ verb: 'log', commit, job: null, run: null }, () => {});
    else this.#watch(this.#unfinished() ?? commit, 40);
  }

  /** They notice what they mistyped, nearly always; else it is waited for until patience is over. */
  repent(): void {
    if (this.#ground.random.perMille(overlooked)) return;
    for (const commit of this.#madeUp) this.#cancel(commit);
  }

  /** Once all is at rest: is what they are told what the store and the disk hold? */
  checkVerdict({ commit, name, verdict }: LedgerJob): void {
    this.#caller.ask({ verb: 'verdict', commit, job: name }, (answer) => {
      const told = answer.toString().trim();
      if (told === verdict) return;
      this.#breaks('told', `${commit.slice(0, 7)} is ${verdict}, and was called "${told}"`);
    });
  }

  checkLog({ commit, name }: LedgerJob, log: Buffer): void {
    this.#caller.ask({ verb: 'log', commit, job: name, run: null }, (answer) => {
      if (answer.equals(log)) return;
      this.#breaks('told', `the log of ${commit.slice(0, 7)} was not told as it is`);
    });
  }

  #makeUp(): void {
    const commit = this.#ground.random.hex(40) as Commit;
    this.#madeUp.push(commit);
    this.#dispatch(commit);
  }

  /** Twice, sometimes: then the second must not be a second job. */
  #dispatch(commit: Commit): void {
    const { random, witness, suffered } = this.#ground;
    const times = random.perMille(300) ? 2 : 1;
    if (times > 1) suffered('dispatched twice');
    for (let time = 0; time < times; time += 1) {
      this.#say({ verb: 'dispatch', commit }, (text) => {
        if (/^ok$/i.test(text)) witness.acknowledged(commit);
      });
    }
  }

  #unfinished(): Commit | undefined {
    const { random, witness } = this.#ground;
    const { unfinished } = witness;
    return unfinished.length === 0 ? undefined : random.pick(unfinished).commit;
  }

  /** Asks again and again, as a script does that waits for the verdict. */
  #watch(commit: Commit, times: number): void {
    const { random, witness } = this.#ground;
    // Just now something may have been decided that is not on disk yet.
    if (random.perMille(500)) this.#why(commit);
    this.#caller.ask({ verb: 'verdict', commit, job: null }, (answer) => {
      const told = answer.toString().trim();
      const isUnread = this.#isUnread(told);
      if (!isUnread) witness.wasTold(commit, told);
      if (times === 0 || !(isUnread || ['blocked', 'waiting', 'running'].includes(told))) return;
      const { clock } = this.#caller;
      clock.after(random.between(1, 60), () => this.#watch(commit, times - 1));
    });
  }

  #cancel(commit: Commit): void {
    this.#ground.witness.cancelAsked(commit);
    this.#say({ verb: 'cancel', jobs: commit });
  }

  #rerun(commit: Commit): void {
    const { random, witness } = this.#ground;
    const jobs = witness.jobsOf(commit);
    // All of them, or one.
    const job = jobs.length > 1 && random.perMille(500) ? random.pick(jobs).name : null;
    witness.rerunAsked(commit);
    this.#say({ verb: 'rerun', commit, job });
  }

  #why(commit: Commit): void {
    const { witness } = this.#ground;
    const before = changesOf(witness.jobsOf(commit));
    this.#caller.ask({ verb: 'why', commit, job: null }, (answer) => {
      // Of what nobody can look up, that is the reason.
      if (this.#isUnread(answer.toString())) return;
      const jobs = witness.jobsOf(commit);
      // Where something changed while the answer travelled, either may be right.
      if (changesOf(jobs) !== before) return;
      const waiting = jobs.filter(({ state }) => state === 'waiting' || state === 'blocked');
      const reasons = answer.toString().match(/^It waits: \S.*\.$/gm) ?? [];
      if (reasons.length >= waiting.length) return;
      this.#breaks('reason', `${commit.slice(0, 7)} waits, and why is not told`);
    });
  }

  /** No answer, as the dispatcher's disk does not work: that is said, and is no news of the commit. */
  #isUnread(answer: string): boolean {
    return this.#ground.disksRefuse === 'EIO' && /^BUSY: .*disk I\/O error/.test(answer);
  }

  #say(request: Request, then: (text: string) => void = () => {}): void {
    const what = 'commit' in request ? ` ${request.commit.slice(0, 7)}` : '';
    this.#caller.ask(request, (answer) => {
      const text = answer.toString().trim();
      const msg = `${request.verb}${what} → ${text}`;
      this.#ground.tell('person', { event: 'told', msg });
      then(text);
    });
  }

  #breaks(...broken: Parameters<Ground['witness']['breaks']>): void {
    this.#ground.witness.breaks(...broken);
  }
}

/** How often something happened to them. */
function changesOf(jobs: readonly LedgerJob[]): number {
  return jobs.reduce((sum, { changes }) => sum + changes, 0);
}
