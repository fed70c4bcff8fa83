/**
 * Owns the answers to questions that are asked as JSON: for the command over the wire, and for the page.
 * Never changes anything, and never shows a secret: what jobs name by from_secret is a name.
 */

import type { z } from 'zod';
import type { refusal, Documents as Shapes } from '../../protocol/documents.js';
import type { Abbreviation, Commit } from '../../protocol/ids.js';
import { impossible } from '../../protocol/impossible.js';
import type { Question, QuestionOf } from '../../protocol/questions.js';
import { ownVersion } from '../../world/version.js';
import { pausedNamed } from '../sentences.js';
import { commitsNamed, whyNot } from '../shell/meaning.js';
import { commitDocument } from './commit.js';
import type { Known } from './known.js';
import { commitInLine, JobRows } from './rows.js';
import { Standings } from './standing.js';

type Refusal = z.infer<typeof refusal>;

/** Running and waiting jobs that one screen has room for. */
const runningMost = 50;

export class Documents {
  readonly #known: Known;
  readonly #rows: JobRows;
  readonly #standings: Standings;

  constructor(known: Known) {
    this.#known = known;
    this.#rows = new JobRows(known);
    this.#standings = new Standings(known);
  }

  /** The document; or, as a sentence, why there is none. Rejects where the past cannot be read now. */
  answer(question: Question): Promise<Shapes[keyof Shapes] | Refusal> {
    switch (question.what) {
      case 'overview':
        return this.#overview(question);
      case 'commits':
        return this.#commits(question);
      case 'branches':
        return this.#branches(question);
      case 'commit':
        return this.#commit(question.commit);
      case 'run':
        return this.#run(question);
      case 'runners':
        return this.#runners();
      case 'runner':
        return this.#runner(question);
      case 'queue':
        return this.#queue(question);
      default:
        return impossible(question);
    }
  }

  async #overview({ most }: QuestionOf<'overview'>): Promise<Shapes['overview']> {
    const { core, clock, queries, settled } = this.#known;
    await settled();
    const seq = this.#known.lastSeq();
    const [newest, standing, running, runners] = await Promise.all([
      queries.commits({ most }),
      this.#standings.now(),
      this.#rows.allRunning(runningMost),
      this.#runnerRows(),
    ]);
    const { running: count, ...counts } = this.#counts();
    return {
      ...{
        nowMs: clock.nowMs(),
        version: ownVersion(),
        seq,
        counts: { running: count, ...counts },
      },
      paused: this.#paused(),
      ...{ running, waiting: this.#rows.waiting(most) },
      newest: newest.map((row) => commitInLine(this.#known, row)),
      ...standing,
      ...{ runners, observers: this.#observers(), repositories: [...core.repositories].sort() },
    };
  }

  async #commits({ repository, branch, before, most }: QuestionOf<'commits'>) {
    const ofBranch = repository === undefined || branch === undefined ? {} : { branch };
    const asked = {
      ...(repository !== undefined && { repository }),
      ...ofBranch,
      ...(before !== undefined && { before }),
    };
    const rows = await this.#known.queries.commits({ ...asked, most });
    const last = rows.length < most ? undefined : rows.at(-1);
    return {
      commits: rows.map((row) => commitInLine(this.#known, row)),
      next: last === undefined ? null : `${last.position.atMs}-${last.position.job}`,
    };
  }

  async #branches({ repository, most }: QuestionOf<'branches'>): Promise<Shapes['branches']> {
    const rows = await this.#known.queries.branches({ repository, most });
    const branches = rows.map(({ branch, atMs, newest }) => {
      return { branch, atMs, newest: commitInLine(this.#known, newest) };
    });
    return { repository, branches };
  }

  async #commit(named: Commit | Abbreviation): Promise<Shapes['commit'] | Refusal> {
    const found = await commitsNamed(this.#known, named);
    const [only] = found;
    if (only === undefined || found.length > 1) return { error: whyNot(named, found).trimEnd() };
    const document = await commitDocument(this.#known, this.#rows, only);
    return document ?? { error: `${only} was never handed over, or is no longer kept.` };
  }

  async #run({ run }: QuestionOf<'run'>): Promise<Shapes['run'] | Refusal> {
    const [row] = await this.#known.queries.run({ run });
    if (row === undefined) return { error: `There is no run ${run}, or it is no longer kept.` };
    const { repository, commit, job, name, number, runner, leasedAtMs, endedAtMs } = row;
    return { run, repository, commit, job, name, number, runner, leasedAtMs, endedAtMs };
  }

  async #runners(): Promise<Shapes['runners']> {
    const runners = await this.#runnerRows();
    const nowMs = this.#known.clock.nowMs();
    return { nowMs, runners, observers: this.#observers(), paused: this.#paused() };
  }

  async #runner({ name, most }: QuestionOf<'runner'>): Promise<Shapes['runner']> {
    const { core, queries, clock } = this.#known;
    const here = core.runners().find((runner) => runner.name === name);
    const history = await queries.runsOf({ runner: name, most });
    return {
      nowMs: clock.nowMs(),
      name,
      now: here === undefined ? null : await this.#rows.runner(here),
      isPaused: [...core.pauses].includes(`runner:${name}` as never),
      history: history.map(({ runner: _, ...row }) => row),
    };
  }

  async #queue({ most }: QuestionOf<'queue'>): Promise<Shapes['queue']> {
    await this.#known.settled();
    const waiting = this.#rows.waiting(most);
    const nowMs = this.#known.clock.nowMs();
    return { nowMs, counts: this.#counts(), paused: this.#paused(), waiting };
  }

  #runnerRows() {
    const runners = this.#known.core.runners().slice(0, runnersMost);
    return Promise.all(runners.map((runner) => this.#rows.runner(runner)));
  }

  #counts() {
    const { leased: running, waiting, blocked } = this.#known.core.counts();
    return { running, waiting, blocked };
  }

  #paused(): string[] {
    return [...this.#known.core.pauses].map(pausedNamed);
  }

  #observers() {
    return this.#known.core.observers().map(({ name, repository }) => ({ name, repository }));
  }
}

/** Of a pool of ten thousand a person looks at some. */
const runnersMost = 500;
