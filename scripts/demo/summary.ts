/**
 * Owns the demo's last page: a table of what the store says, compared with what was expected and
 * with what the suites themselves witnessed.
 */

import Database from 'better-sqlite3';
import type { Project } from './project.js';
import type { Screen } from './screen.js';

export interface Expected {
  readonly commit: string;
  readonly subject: string;
  readonly verdict: string;
  readonly runs: number;
}

interface Row {
  readonly verdict: string | null;
  readonly runs: number;
  readonly runner: string;
  readonly took: number | null;
}

/** Prints the table; answers whether all came out as it should. */
export async function summarise(
  screen: Screen,
  store: string,
  project: Project,
  expected: readonly Expected[],
): Promise<boolean> {
  const rows = readRows(store, expected);
  screen.text('\n  commit   subject            verdict  runs  runner  time');
  screen.text(`  ${'─'.repeat(57)}`);
  for (const [index, { commit, subject }] of expected.entries()) {
    const row = rows[index];
    const took = row?.took == null ? '' : `${(row.took / 1_000).toFixed(1)} s`;
    screen.text(
      `  ${commit.slice(0, 7)}  ${subject.padEnd(17)}  ${(row?.verdict ?? 'none').padEnd(7)}` +
        `  ${String(row?.runs ?? 0).padStart(4)}  ${(row?.runner ?? '').padEnd(6)}  ${took}`,
    );
  }
  screen.text('');
  const checks = [
    check(
      'every commit has its verdict, nothing was lost',
      expected,
      (one, index) => rows[index]?.verdict === one.verdict,
    ),
    check(
      'each needed as many runs as it should',
      expected,
      (one, index) => rows[index]?.runs === one.runs,
    ),
    check(
      'no suite ran twice to completion',
      expected,
      ({ commit }) => project.witness(commit).completed === 1,
    ),
  ];
  for (const { says, holds } of checks) screen.text(`  ${holds ? '✓' : '✗'} ${says}`);
  return checks.every(({ holds }) => holds);
}

function check(
  says: string,
  expected: readonly Expected[],
  holds: (one: Expected, index: number) => boolean,
) {
  return { says, holds: expected.every(holds) };
}

function readRows(store: string, expected: readonly Expected[]): (Row | undefined)[] {
  const database = new Database(store, { readonly: true });
  try {
    const query = database.prepare(`
      SELECT job.verdict, count(run.id) AS runs, last.runner, last.duration_ms AS took
      FROM job JOIN run ON run.job = job.id
      JOIN run AS last ON last.job = job.id
        AND last.number = (SELECT max(number) FROM run WHERE job = job.id)
      WHERE job.commit_id = ? GROUP BY job.id`);
    return expected.map(({ commit }) => query.get(commit) as Row | undefined);
  } finally {
    database.close();
  }
}
