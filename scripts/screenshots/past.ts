/**
 * Owns the past that screenshots show: some days of three repositories, written into a store as the
 * journal would have it. The same at each run but for the hour.
 */

import { createHash } from 'node:crypto';
import { join } from 'node:path';
import type { Entry } from '../../src/dispatcher/core/journal.js';
import { LogFiles } from '../../src/dispatcher/store/logs.js';
import { openSqliteStore } from '../../src/dispatcher/store/open-sqlite.js';
import type { SqliteStore } from '../../src/dispatcher/store/sqlite.js';
import {
  type Commit,
  type LogId,
  logIdOf,
  parseCommit,
  type RunId,
  runId,
} from '../../src/protocol/ids.js';
import type { TestReport } from '../../src/protocol/tests.js';
import { outputOf } from './output.js';
import { failing, jobsFor } from './plan.js';

interface Told {
  readonly repository: string;
  readonly branch: string;
  readonly author: string;
  readonly subject: string;
  /** Hours before now. */
  readonly hoursAgo: number;
  readonly jobs: Readonly<
    Record<string, { readonly verdict: 'passed' | 'failed'; readonly seconds: number }>
  >;
}

const passed = (seconds: number) => ({ verdict: 'passed', seconds }) as const;
const failed = (seconds: number) => ({ verdict: 'failed', seconds }) as const;

/** Three jobs, each within a tenth of the usual. */
const usual = (index: number, test: ReturnType<typeof passed | typeof failed> = passed(71)) => ({
  lint: passed(9 + (index % 3)),
  build: passed(31 + ((index * 7) % 9)),
  test: { ...test, seconds: test.seconds + ((index * 13) % 17) },
});

const subjects = [
  'Keep the cart when a session ends',
  'Round prices once, at the end',
  'Say which coupon has expired',
  'Drop the second lock around the stock',
  'Read the catalogue in pages of 200',
  'Retry the mail that the server put off',
  'Show the tax of each country',
  'Let a customer change the address',
  'Bring in the new scanner for labels',
  'Forget sessions after a week',
  'Count visits by day, not by hour',
  'Explain what a refund takes',
  'Move pictures to a bucket of their own',
  'Use one clock in all tests',
];

const people = ['Ada', 'Grace', 'Edsger', 'Barbara', 'Ken'];

function history(): Told[] {
  const shop = subjects.map((subject, index) => ({
    repository: 'shop',
    branch: index % 5 === 3 ? 'checkout-v2' : 'main',
    author: people[index % people.length] ?? 'Ada',
    subject,
    hoursAgo: 0.7 + index * 2.4,
    jobs: usual(index, index === 3 || index === 8 || index === 10 ? failed(44) : passed(71)),
  }));
  const engine = subjects.slice(0, 8).map((subject, index) => ({
    repository: 'engine',
    branch: index % 4 === 1 ? 'solver' : 'main',
    author: people[(index + 2) % people.length] ?? 'Ken',
    subject: subject.replace('cart', 'state').replace('prices', 'sums').replace('coupon', 'rule'),
    hoursAgo: 1.6 + index * 5.1,
    jobs: { default: index % 4 === 1 ? failed(18) : passed(23 + (index % 5)) },
  }));
  return [...shop, ...engine].sort((one, other) => other.hoursAgo - one.hoursAgo);
}

/** Writes it into a new store in that folder; answers the newest red commit, and the log that says why. */
export function writePast(data: string): { readonly commit: Commit; readonly log: LogId } {
  const store = openSqliteStore(data);
  let job = 0;
  let run = 0;
  for (const told of history()) {
    const atMs = Date.now() - told.hoursAgo * 3_600_000;
    for (const [name, { verdict, seconds }] of Object.entries(told.jobs)) {
      job += 1;
      run += 1;
      const id = runId('00000001', run);
      const entries = entriesOf(told, { job, name, atMs, verdict, seconds, id });
      const tests = name === 'test' ? testsOf(verdict) : undefined;
      const endedAtMs = entries.at(-1)?.atMs ?? atMs;
      const tested = tests === undefined ? [] : [{ job, run: id, atMs: endedAtMs, tests }];
      store.append(entries, [], tested);
      writeLog(data, { job, entries, verdict });
    }
  }
  const written = writeRed(data, store, { job: job + 1, id: runId('00000001', run + 1) });
  store.close();
  return written;
}

/** Minutes before now. */
const redMinutesAgo = 4;

/** A commit whose job has steps, one of which failed. */
function writeRed(
  data: string,
  store: SqliteStore,
  { job, id }: { readonly job: number; readonly id: RunId },
): { readonly commit: Commit; readonly log: LogId } {
  const subject = 'Refuse coupons that have expired';
  const commit = commitNamed(subject);
  const change = { commit, branch: 'checkout-v2', author: 'Grace', subject };
  const logs = new LogFiles(join(data, 'logs'), join(data, 'results'));
  const output = Buffer.from(outputOf('test', true));
  logs.append({ commit, job, number: 1, step: 4 }, 0, output);
  logs.close();
  const atMs = Date.now() - redMinutesAgo * 60_000;
  const tests = testsOf('failed');
  const [planned] = jobsFor(change);
  const { name = 'default', work } = planned ?? {};
  store.append(
    [
      {
        ...{ kind: 'accepted', job, atMs, repository: 'shop', name, ...change, work },
        ...{ labels: [], needs: [], group: null, by: 'observer of shop' },
      },
      { kind: 'leased', job, atMs: atMs + 90, run: id, number: 1, runner: 'ada', classic: false },
      {
        ...{ kind: 'finished', job, atMs: atMs + 51_500, run: id, verdict: 'failed' },
        ...{ exitCode: 1, signal: null, reason: 'step unit failed', logBytes: 0 },
        ...{ durationMs: 51_400, tests: summaryOf(tests), steps: failing(output.length) },
      },
    ],
    [],
    [{ job, run: id, atMs: atMs + 51_500, tests }],
  );
  return { commit, log: logIdOf(id, 4) };
}

interface Written {
  readonly job: number;
  readonly name: string;
  readonly atMs: number;
  readonly verdict: 'passed' | 'failed';
  readonly seconds: number;
  readonly id: ReturnType<typeof runId>;
}

function entriesOf(told: Told, { job, name, atMs, verdict, seconds, id }: Written): Entry[] {
  const { repository, branch, author, subject } = told;
  const commit = commitNamed(`${repository} ${subject}`);
  const runner = ['ada', 'bob', 'eve'][job % 3] ?? 'ada';
  const isJudged = name === 'test' ? { tests: summaryOf(testsOf(verdict)) } : {};
  return [
    {
      ...{ kind: 'accepted', job, atMs, repository, commit, name, branch, author, subject },
      ...{ labels: [], needs: [], group: null, by: `observer of ${repository}` },
    },
    { kind: 'leased', job, atMs: atMs + 120, run: id, number: 1, runner, classic: false },
    {
      ...{ kind: 'finished', job, atMs: atMs + 120 + seconds * 1_000, run: id, verdict },
      ...{ exitCode: verdict === 'passed' ? 0 : 1, signal: null, reason: '' },
      ...{ logBytes: 0, durationMs: seconds * 1_000, ...isJudged },
    },
  ];
}

function testsOf(verdict: 'passed' | 'failed'): TestReport {
  const isRed = verdict === 'failed';
  const failures = isRed
    ? [
        {
          name: 'checkout › a coupon that has expired is refused',
          message: 'expected 402 to be 409',
          file: 'test/checkout.test.ts',
          line: 87,
        },
      ]
    : [];
  return {
    ...{ passed: isRed ? 211 : 212, failed: failures.length, skipped: 3, durationMs: 41_000 },
    ...{ failures, slowest: [{ name: 'stock › ten thousand orders', durationMs: 6_100 }] },
    outcomes: [['checkout › a coupon that has expired is refused', isRed ? 'f' : 'p']],
  };
}

function summaryOf({ passed: p, failed: f, skipped, durationMs, failures }: TestReport) {
  return { passed: p, failed: f, skipped, durationMs, failures };
}

function writeLog(
  data: string,
  { job, entries: [first], verdict }: { job: number; entries: Entry[]; verdict: string },
): void {
  if (first?.kind !== 'accepted') return;
  const logs = new LogFiles(join(data, 'logs'), join(data, 'results'));
  const log = { commit: first.commit, job, number: 1 };
  logs.append(log, 0, Buffer.from(outputOf(first.name, verdict === 'failed')));
  logs.close();
}

/** A commit that looks like one. */
export function commitNamed(text: string): Commit {
  const commit = parseCommit(createHash('sha1').update(text).digest('hex'));
  if (commit === null) throw new Error('a SHA-1 is a commit');
  return commit;
}
