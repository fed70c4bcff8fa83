/**
 * Owns recordings of the wire for tests: a believable story of three deaths as a lab hears it, and a long
 * one as a dispatcher hears it. The same at each call: nothing here is drawn by chance.
 */

import {
  lineOf,
  type WireChange,
  type WireHeader,
  type WireRecord,
  wireFormat,
  wireVersion,
} from '../../src/record/record.js';

export interface Recording {
  readonly header: WireHeader;
  readonly records: readonly WireRecord[];
}

/** As in a file. */
export function textOf({ header, records }: Recording): string {
  return [header, ...records].map(lineOf).join('');
}

const beatEveryUs = 900_000;

/** How long a message takes between two processes of one machine. */
const onTheWayUs = 400;

type About = Partial<Pick<WireChange, 'state' | 'role' | 'commit' | 'run' | 'job'>>;

/** A pen that writes a recording down, moment by moment. */
class Pen {
  readonly #records: WireRecord[] = [];
  readonly #beating = new Set<string>();
  readonly #mute = new Set<string>();
  readonly #arrivals: boolean;
  #atUs = 0;
  #beatAtUs = 100_000;

  constructor(arrivals: boolean) {
    this.#arrivals = arrivals;
  }

  get records(): readonly WireRecord[] {
    return this.#records;
  }

  /** Time passes; those that beat are asked for a sign of life, and who is mute gives none. */
  passes(ms: number): void {
    const untilUs = this.#atUs + ms * 1_000;
    while (this.#beatAtUs < untilUs) {
      this.#atUs = Math.max(this.#atUs, this.#beatAtUs);
      for (const name of this.#beating) {
        const isMute = this.#mute.has(name);
        this.message('dispatcher', name, 'ping', { head: 'ping\n', isLost: isMute });
        if (!isMute) this.message(name, 'dispatcher', 'pong', { head: 'pong\n' });
      }
      this.#beatAtUs += beatEveryUs;
    }
    this.#atUs = Math.max(this.#atUs, untilUs);
  }

  beats(name: string, isOn: boolean): void {
    if (isOn) this.#beating.add(name);
    else this.#beating.delete(name);
  }

  mute(name: string, isOn: boolean): void {
    if (isOn) this.#mute.add(name);
    else this.#mute.delete(name);
  }

  message(
    from: string,
    to: string,
    verb: string,
    { head = '', commit = '', run = '', isLost = false },
  ): void {
    const other = from === 'dispatcher' ? to : from;
    const of = { ...(commit !== '' && { commit }), ...(run !== '' && { run }) };
    const n = this.#next();
    this.#records.push({
      ...{ n, atUs: this.#atUs, kind: 'message', from, to, connection: `${other}-1`, verb },
      ...{ ...of, bytes: head.length, head },
    });
    if (!this.#arrivals) return;
    this.#atUs += onTheWayUs;
    const moment = { n: this.#next(), atUs: this.#atUs, message: n };
    if (isLost) {
      this.#records.push({ ...moment, kind: 'dropped', says: `${to} takes nothing` });
    } else this.#records.push({ ...moment, kind: 'arrived' });
  }

  change(what: WireChange['what'], process: string, says: string, about: About = {}): void {
    const moment = { n: this.#next(), atUs: this.#atUs };
    this.#records.push({ ...moment, kind: 'change', what, process, says, ...about });
  }

  #next(): number {
    return this.#records.length + 1;
  }
}

function headerOf(source: WireHeader['source'], title: string): WireHeader {
  const startedAtMs = Date.UTC(2026, 2, 14, 10);
  return { format: wireFormat, version: wireVersion, source, title, startedAtMs };
}

/** A commit by its number, as one that git gave. */
export function commitOf(number: number): string {
  return (0x9e3779b1 * number).toString(16).padEnd(40, '3c5a90').slice(0, 40);
}

/** What the processes say to each other, upon a pen. */
function tellerUpon(pen: Pen) {
  const knock = (name: string, role: 'observer' | 'runner') => {
    const hello = JSON.stringify({ role, name, repository: 'shop', capacity: 1 });
    const head = `hello:${hello.length}:${hello}\n`;
    pen.message(name, 'dispatcher', 'hello', { head });
    pen.passes(1);
    pen.change('joined', name, `${name} joined`, { role, state: 'idle' });
    const welcome = JSON.stringify({ session: `s-${name}`, heartbeatEveryMs: 900 });
    pen.message('dispatcher', name, 'welcome', { head: `welcome:${welcome.length}:${welcome}\n` });
    if (role === 'runner') pen.beats(name, true);
  };
  const gives = (commit: string, run: string, runner: string) => {
    pen.change('leased', runner, `${runner} has ${commit.slice(0, 7)}, run ${run}`, {
      ...{ state: 'busy', commit, run },
    });
    const body = JSON.stringify({ branch: 'main', subject: 'Round the total up', number: 1 });
    const head = `runtest:${commit}:${run}:${body.length}:${body}\n`;
    pen.message('dispatcher', runner, 'runtest', { commit, run, head });
    pen.passes(30);
  };
  const prints = (commit: string, run: string, runner: string, offset: number) => {
    const text = '  ok 14 rounds the total up\\n';
    const head = `log:${run}:${offset}:${text.length - 1}:${text}\n`;
    pen.message(runner, 'dispatcher', 'log', { commit, run, head });
  };
  const ends = (commit: string, run: string, runner: string, end: 'passed' | 'failed') => {
    const body = JSON.stringify({ end, exitCode: end === 'passed' ? 0 : 1, durationMs: 2_041 });
    const head = `results:${run}:${body.length}:${body}\n`;
    pen.message(runner, 'dispatcher', 'results', { commit, run, head });
    pen.passes(2);
    pen.change('verdict', runner, `${commit.slice(0, 7)} ${end}`, {
      ...{ commit, run, verdict: end, state: 'idle' },
    });
    pen.message('dispatcher', runner, 'recorded', { commit, run, head: `recorded:${run}\n` });
  };
  const hands = (commit: string) => {
    const body = JSON.stringify({ branch: 'main', author: 'Ada', subject: 'Round the total up' });
    const head = `dispatch:${commit}:${body.length}:${body}\n`;
    pen.message('observer', 'dispatcher', 'dispatch', { commit, head });
    pen.passes(3);
    pen.change('accepted', 'dispatcher', `${commit.slice(0, 7)} is on disk`, { commit });
    pen.message('dispatcher', 'observer', 'accepted', { commit, head: `accepted:${commit}\n` });
  };
  return { knock, gives, prints, ends, hands };
}

/** Three runners die in three ways; each time the commit finds a new home. */
export function threeDeaths(): Recording {
  const pen = new Pen(true);
  const { knock, gives, prints, ends, hands } = tellerUpon(pen);
  pen.change('caption', 'dispatcher', 'A dispatcher, an observer, and three runners.');
  pen.change('started', 'dispatcher', 'The dispatcher listens', {
    ...{ role: 'dispatcher', state: 'idle' },
  });
  pen.passes(120);
  knock('observer', 'observer');
  for (const name of ['ada', 'bob', 'cleo']) {
    pen.passes(160);
    knock(name, 'runner');
  }
  const runs = (commit: string, run: string, runner: string) => {
    gives(commit, run, runner);
    prints(commit, run, runner, 0);
    pen.passes(1_400);
    prints(commit, run, runner, 27);
    pen.passes(700);
    ends(commit, run, runner, 'passed');
  };
  const losesIt = (commit: string, run: string, runner: string, next: string, why: string) => {
    const short = commit.slice(0, 7);
    pen.change('lost', runner, `${why}: run ${run} of ${short} is lost`, { commit, run });
    pen.change('requeued', 'dispatcher', `${short} waits for another runner`, { commit });
    pen.passes(2);
    runs(commit, `${run.slice(0, -1)}${Number(run.slice(-1)) + 1}`, next);
  };
  const [quiet, killed, frozen, cut] = [1, 2, 3, 4].map(commitOf) as [
    string,
    string,
    string,
    string,
  ];
  pen.passes(900);
  hands(quiet);
  runs(quiet, '7f3a-1', 'ada');

  pen.passes(1_100);
  pen.change('caption', 'dispatcher', 'The first death: bob is killed in the middle of a test.');
  hands(killed);
  gives(killed, '7f3a-2', 'bob');
  prints(killed, '7f3a-2', 'bob', 0);
  pen.passes(800);
  pen.beats('bob', false);
  pen.change('killed', 'bob', 'bob was killed (SIGKILL)', { state: 'dead' });
  pen.passes(1);
  losesIt(killed, '7f3a-2', 'bob', 'cleo', 'Its connection closed');

  pen.passes(1_000);
  pen.change('caption', 'dispatcher', 'The second death: ada is frozen. Nothing closes.');
  hands(frozen);
  gives(frozen, '7f3a-4', 'ada');
  pen.passes(600);
  pen.mute('ada', true);
  pen.change('frozen', 'ada', 'ada was frozen (SIGSTOP)', { state: 'frozen' });
  pen.passes(2_700);
  pen.change('silent', 'ada', 'ada missed three pings', { state: 'silent' });
  pen.beats('ada', false);
  losesIt(frozen, '7f3a-4', 'ada', 'cleo', 'Three pings went unanswered');
  pen.passes(700);
  pen.mute('ada', false);
  pen.change('thawed', 'ada', 'ada goes on (SIGCONT)', { state: 'idle' });
  pen.message('ada', 'dispatcher', 'results', { commit: frozen, run: '7f3a-4', head: 'results:…' });
  pen.change('late', 'ada', 'A result of a run that was lost: it changes nothing', {
    ...{ commit: frozen, run: '7f3a-4' },
  });
  const revoked = { commit: frozen, run: '7f3a-4', head: 'revoked:7f3a-4\n' };
  pen.message('dispatcher', 'ada', 'revoked', revoked);
  knock('ada', 'runner');

  pen.passes(1_000);
  pen.change('caption', 'dispatcher', 'The third death: the line to cleo swallows everything.');
  hands(cut);
  gives(cut, '7f3a-6', 'cleo');
  prints(cut, '7f3a-6', 'cleo', 0);
  pen.passes(500);
  pen.mute('cleo', true);
  pen.change('line', 'cleo', 'The line to cleo swallows');
  pen.passes(2_700);
  pen.change('silent', 'cleo', 'cleo missed three pings', { state: 'silent' });
  pen.beats('cleo', false);
  losesIt(cut, '7f3a-6', 'cleo', 'ada', 'Three pings went unanswered');
  pen.passes(600);
  pen.mute('cleo', false);
  pen.change('line', 'cleo', 'The line to cleo is clear again');
  knock('cleo', 'runner');
  pen.change('heard', 'cleo', 'cleo is back', { state: 'idle' });
  pen.change('caption', 'dispatcher', 'Three deaths, and no commit was lost.');
  pen.passes(2_000);
  return { header: headerOf('lab', 'Three deaths'), records: pen.records };
}

/** A busy day as a dispatcher hears it: at least so many records. */
export function aBusyDay(countMin = 50_000): Recording {
  const pen = new Pen(false);
  const { knock, gives, prints, ends, hands } = tellerUpon(pen);
  const runners = ['ada', 'bob', 'cleo', 'dan', 'eva', 'finn'];
  pen.change('started', 'dispatcher', 'The dispatcher listens', {
    ...{ role: 'dispatcher', state: 'idle' },
  });
  knock('observer', 'observer');
  for (const name of runners) knock(name, 'runner');
  for (let number = 1; pen.records.length < countMin; number += 1) {
    const [commit, run] = [commitOf(number), `7f3a-${number}`];
    const runner = runners[number % runners.length] ?? 'ada';
    hands(commit);
    gives(commit, run, runner);
    prints(commit, run, runner, 0);
    pen.passes(240 + ((number * 37) % 900));
    if (number % 97 === 0) {
      pen.change('lost', runner, `Its connection closed: run ${run} is lost`, {
        ...{ commit, run, state: 'dead' },
      });
      pen.change('requeued', 'dispatcher', `${commit.slice(0, 7)} waits for another runner`, {
        commit,
      });
      knock(runner, 'runner');
    } else {
      prints(commit, run, runner, 27);
      ends(commit, run, runner, number % 11 === 0 ? 'failed' : 'passed');
    }
  }
  return { header: headerOf('dispatcher', 'A busy day'), records: pen.records };
}

/** What is said of the ancestor's lesson, in sentences longer than any line, and after a long wait. */
export function longSentences(): Recording {
  const pen = new Pen(true);
  const { knock } = tellerUpon(pen);
  knock('observer', 'observer');
  for (const name of ['ada', 'bob', 'cleo']) knock(name, 'runner');
  for (const name of ['ada', 'bob', 'cleo']) pen.beats(name, false);
  pen.passes(156_400);
  const healed =
    'once the world has healed, everything comes to rest: for 20 s all have been well, a runner is idle, ' +
    'and nobody tests b51e2c4, which was accepted before the thread that should have handed it on died';
  const lost = 'runner ada closed its connection → b51e2c4 requeued, first in line → runner cleo';
  pen.change('law-broken', 'dispatcher', healed);
  pen.change('caption', 'dispatcher', `Nobody, ever. Nothing else knew of b51e2c4: ${healed}`);
  for (const name of ['observer', 'dispatcher', 'ada', 'bob', 'cleo'])
    pen.change('line', name, lost);
  return { header: headerOf('lab', 'Long sentences'), records: pen.records };
}
