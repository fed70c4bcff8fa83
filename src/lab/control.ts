/**
 * Owns what can be done to a lab, by a button, a key or a lesson, and what it tells of itself. Each wish is
 * done at once, or refused with a sentence that says why.
 * Never touches a process or a byte itself: those on its stage do.
 */

import type { Deed, LabAction, LabDocument, LineState } from '../record/lab.js';
import type { WireRecord } from '../record/record.js';
import type { Crew } from './crew.js';
import type { Line } from './line.js';
import type { Member } from './member.js';
import { lessons } from './scenarios/all.js';
import { Lecture } from './scenarios/lecture.js';
import type { Lesson } from './scenarios/lesson.js';
import { Stage, type StageGiven } from './stage.js';

/** What is wished cannot be done now; its message is for people. */
export class Impossible extends Error {
  override readonly name = 'Impossible';
}

export interface LabGiven extends StageGiven {
  readonly lastsMs: number;
  /** Time to read before a lesson goes on by itself; null: it waits for `next`. */
  readonly readMs: number | null;
}

const lineWords: Readonly<Record<LineState, string>> = {
  clear: 'lets everything through',
  delay: 'delays each message by a second',
  slice: 'passes the beginning of each message byte by byte',
  swallow: 'swallows everything, as a network that fell apart',
  hold: 'holds messages, to be delivered by hand',
};

export class Lab {
  readonly #given: LabGiven;
  readonly #endsAtMs: number;
  readonly #stage: Stage;
  readonly #lecture: Lecture;
  /** Something was done to it: what a lesson begins with is not there any more. */
  #isTouched = false;
  #isTold = false;
  #isEnding = false;
  /** Null: nothing is being set up. */
  #settingUp: Promise<void> | null = null;

  private constructor(given: LabGiven) {
    const { clock, recording, lastsMs } = given;
    this.#given = given;
    this.#endsAtMs = clock.nowMs() + lastsMs;
    this.#stage = new Stage(
      given,
      (record) => this.#hear(record),
      () => this.changed(),
    );
    this.#lecture = new Lecture({
      ...{ clock, nowMs: () => recording.nowUs / 1_000, changed: () => this.changed() },
      act: (action) => void this.#perform(action).catch((error) => this.#failed(error)),
      tell: (says) => this.#caption(says),
    });
  }

  /** Starts all of ours; answers before they have found each other. */
  static async begin(given: LabGiven): Promise<Lab> {
    const lab = new Lab(given);
    await lab.#stage.enter('ours');
    return lab;
  }

  /** All have found each other. */
  get ready(): Promise<void> {
    return this.#crew.ready;
  }

  /** Where its dispatcher answers browsers; null: it is none that does. */
  get webPort(): number | null {
    const { crew } = this.#stage;
    return crew === null || crew.kind === 'ancestor' || crew.port === 0 ? null : crew.port;
  }

  get document(): LabDocument {
    const { crew, laws } = this.#stage;
    const members = [...(crew?.members.values() ?? [])];
    const lines = [...(crew?.lines.values() ?? [])];
    return {
      scenario: this.#lecture.shown,
      scenarios: lessons.map(({ name, title, says }) => ({ name, title, says })),
      processes: members.map(({ name, role, state, pid }) => ({ name, role, state, pid })),
      lines: lines.map(({ process, state, held }) => ({ process, state, held })),
      laws,
      endsInMs: Math.max(0, this.#endsAtMs - this.#given.clock.nowMs()),
    };
  }

  async act(action: LabAction): Promise<void> {
    if (this.#isEnding) throw new Impossible('The lab ends');
    return this.#perform(action);
  }

  /** Ends all that it started. */
  async end(): Promise<void> {
    this.#isEnding = true;
    this.#lecture.leave();
    // Who is being started is there to be ended then.
    await this.#settingUp;
    await this.#stage.end();
  }

  /** Tells everybody who watches how all is, soon. */
  changed(): void {
    if (this.#isTold) return;
    this.#isTold = true;
    this.#given.clock.soon(() => {
      this.#isTold = false;
      this.#given.recording.tell('lab', this.document);
    });
  }

  async #perform(action: LabAction): Promise<void> {
    this.#isTouched ||= action.do !== 'scenario';
    switch (action.do) {
      case 'commit':
        return this.#crew && this.#stage.push(action.what);
      case 'kill':
      case 'freeze':
      case 'thaw':
      case 'restart':
        return this.#deed(action.do, this.#member(action.process));
      case 'line':
        return this.#set(this.#line(action.process), action.state);
      case 'cut':
        return this.#cut(this.#line(action.process));
      case 'deliver':
        return this.#deliver(this.#line(action.process), action.id);
      case 'scenario':
        return this.#choose(action.name);
      case 'next':
        return this.#lecture.next();
    }
  }

  #deed(deed: Deed, member: Member): void {
    const { name, state } = member;
    if (deed !== 'restart' && state === 'dead') throw new Impossible(`${name} is dead`);
    if (deed === 'freeze' && state === 'frozen') throw new Impossible(`${name} is frozen already`);
    if (deed === 'thaw' && state !== 'frozen') throw new Impossible(`${name} is not frozen`);
    const isTooEarly = name !== 'dispatcher' && this.#crew.port === 0;
    if (deed === 'restart' && isTooEarly) throw new Impossible('The dispatcher comes first');
    member[deed]();
  }

  #set(line: Line, state: LineState): void {
    if (line.state === state) return;
    line.set(state);
    const isHarm = state === 'hold' || state === 'swallow';
    this.#tellOf(line, isHarm, `the line of ${line.process} ${lineWords[state]}`);
  }

  #cut(line: Line): void {
    line.cut();
    this.#tellOf(line, true, `the connections of ${line.process} are cut; it may open others`);
  }

  #tellOf({ process }: Line, isHarm: boolean, says: string): void {
    if (isHarm) this.#stage.harm(process, false);
    this.#stage.chronicle.change('line', process, says);
    this.changed();
  }

  #deliver(line: Line, id: number | undefined): void {
    const { process } = line;
    if (line.state !== 'hold') throw new Impossible(`The line of ${process} holds nothing back`);
    if (line.deliver(id)) return;
    const isNext = 'Only the first message of a direction can be delivered';
    throw new Impossible(id === undefined ? `Nothing waits at ${process}` : isNext);
  }

  /** A lesson begins upon a crew to which nothing has happened yet. */
  #choose(name: string | null): void {
    this.#lecture.leave();
    if (name === null) return;
    const lesson = lessons.find((one) => one.name === name);
    if (lesson === undefined) throw new Impossible(`There is no lesson "${name}"`);
    if (this.#settingUp !== null) throw new Impossible('Processes are being set up');
    const before = this.#isTouched ? null : this.#stage.crew;
    this.#isTouched = true;
    // Whoever chose it sees it come; what goes wrong is told there.
    this.#settingUp = this.#crewFor(lesson, before)
      .then((crew) => void this.#teach(lesson, crew))
      .catch((error) => this.#failed(error))
      .finally(() => {
        this.#settingUp = null;
      });
  }

  /** That one, if it will do; else another. */
  async #crewFor(
    { crew: kind, runners, title }: Lesson,
    before: Crew | null,
  ): Promise<Crew | null> {
    if (before !== null && this.#stage.has(kind, runners)) return before;
    await this.#stage.clear(title);
    this.#caption('The processes of this lesson are being set up');
    return this.#isEnding ? null : this.#stage.enter(kind, runners);
  }

  async #teach(lesson: Lesson, crew: Crew | null): Promise<void> {
    await crew?.ready;
    // Another lesson may have been chosen meanwhile.
    if (crew === null || this.#isEnding || this.#stage.crew !== crew) return;
    this.#lecture.begin(lesson, this.#given.readMs);
  }

  #caption(says: string): void {
    this.#stage.chronicle.change('caption', 'dispatcher', says);
  }

  /** What a lesson wished cannot be done, or could not: the class is told. */
  #failed(error: unknown): void {
    this.#caption(error instanceof Error ? error.message : String(error));
  }

  #hear(record: WireRecord): void {
    this.#lecture.hear(record);
    if (record.kind === 'change' || this.#isHolding) this.changed();
  }

  get #isHolding(): boolean {
    return [...(this.#stage.crew?.lines.values() ?? [])].some(({ state }) => state === 'hold');
  }

  get #crew(): Crew {
    const { crew } = this.#stage;
    if (crew === null) throw new Impossible('Processes are being set up');
    return crew;
  }

  #member(name: string): Member {
    const member = this.#crew.members.get(name);
    if (member === undefined) throw new Impossible(`There is no process "${name}"`);
    return member;
  }

  #line(name: string): Line {
    const line = this.#crew.lines.get(name);
    if (line === undefined) throw new Impossible(`"${name}" has no line to the dispatcher`);
    return line;
  }
}
