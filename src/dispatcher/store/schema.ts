/**
 * Owns the tables of the store, version by version. An empty database and one of an earlier release
 * come to those of today by the same steps (migrations.ts), each of which is never changed again.
 *
 * `journal` is the truth: what happened, in order, never changed. `job`, `run`, `step`, `branch` and
 * `known_on` are derived from it in the same transaction and serve queries; they could be dropped
 * and made again. `classic_runner` (whom to dial again), `removed` (what --keep
 * let go), `secret` and `paused` are no history but lists. What tests came to is too large for the
 * journal: it is in `test_run` and its like alone, written with the entry that ends their run; no
 * decision rests on it.
 */

/** Its name in the data folder. */
export const storeFile = 'trivet.db';

/** The n-th leads from version n to version n + 1; 0 is an empty database. */
export const steps: readonly string[] = [
  `
  CREATE TABLE journal (
    seq    INTEGER PRIMARY KEY AUTOINCREMENT,
    job    INTEGER NOT NULL,
    at_ms  INTEGER NOT NULL,
    kind   TEXT    NOT NULL,
    entry  TEXT    NOT NULL                -- the whole entry, JSON
  ) STRICT;
  CREATE INDEX journal_of_job ON journal (job, seq);

  CREATE TABLE job (
    id             INTEGER PRIMARY KEY,
    repository     TEXT,
    commit_id      TEXT    NOT NULL,
    branch         TEXT    NOT NULL,
    author         TEXT    NOT NULL,
    subject        TEXT    NOT NULL,
    accepted_at_ms INTEGER NOT NULL,
    verdict        TEXT,                   -- NULL: not finished
    finished_at_ms INTEGER
  ) STRICT;
  CREATE INDEX job_of_commit ON job (commit_id);
  CREATE INDEX job_of_repository ON job (repository);
  -- What start-up reads: its size is that of the queue, not of the history.
  CREATE INDEX job_unfinished ON job (id) WHERE verdict IS NULL;

  CREATE TABLE run (
    id           TEXT    PRIMARY KEY,
    job          INTEGER NOT NULL,
    number       INTEGER NOT NULL,
    runner       TEXT    NOT NULL,
    leased_at_ms INTEGER NOT NULL,
    ended_at_ms  INTEGER,
    ending       TEXT,                     -- a verdict, lost, handed-back; NULL: it has the lease
    exit_code    INTEGER,
    signal       TEXT,
    reason       TEXT    NOT NULL DEFAULT '',
    log_bytes    INTEGER,
    duration_ms  INTEGER
  ) STRICT, WITHOUT ROWID;
  CREATE INDEX run_of_job ON run (job, number);

  CREATE TABLE classic_runner (             -- who is dialled again after a restart
    host TEXT    NOT NULL,
    port INTEGER NOT NULL,
    PRIMARY KEY (host, port)
  ) STRICT, WITHOUT ROWID;
`,
  // Several jobs a commit: each has a name. And what questions about the past (questions.ts) need.
  `
  ALTER TABLE job ADD COLUMN name TEXT NOT NULL DEFAULT 'default';
  CREATE INDEX job_of_branch ON job (repository, branch, accepted_at_ms);
  CREATE INDEX job_judged ON job (repository, name, finished_at_ms)
    WHERE verdict IN ('passed', 'failed');
  CREATE INDEX run_of_runner ON run (runner, leased_at_ms);

  CREATE TABLE known_on (                   -- further branches on which a commit was seen
    repository TEXT    NOT NULL,
    branch     TEXT    NOT NULL,
    at_ms      INTEGER NOT NULL,
    job        INTEGER NOT NULL,
    PRIMARY KEY (repository, branch, at_ms, job)
  ) STRICT, WITHOUT ROWID;
  CREATE INDEX known_on_of_job ON known_on (job);

  CREATE TABLE removed (                    -- of those that --keep let go, the last
    commit_id  TEXT    NOT NULL,
    repository TEXT    NOT NULL,
    job        INTEGER NOT NULL,
    PRIMARY KEY (commit_id, repository)
  ) STRICT, WITHOUT ROWID;
  CREATE INDEX removed_of_repository ON removed (repository, job);

  CREATE TABLE branch (
    repository TEXT    NOT NULL,
    name       TEXT    NOT NULL,
    at_ms      INTEGER NOT NULL,            -- when a commit was last seen on it,
    job        INTEGER NOT NULL,            -- and the last of that commit's jobs
    PRIMARY KEY (repository, name)
  ) STRICT, WITHOUT ROWID;
  CREATE INDEX branch_newest ON branch (repository, at_ms);
  INSERT INTO branch
    SELECT repository, branch, max(accepted_at_ms), max(id) FROM job
    WHERE repository IS NOT NULL AND branch != '' GROUP BY repository, branch;
`,
  // Jobs have steps: of each run that ended its job, how its steps did.
  `
  CREATE TABLE step (
    run              TEXT    NOT NULL,
    number           INTEGER NOT NULL,
    name             TEXT    NOT NULL,
    is_service       INTEGER NOT NULL,
    state            TEXT    NOT NULL,
    is_ignored       INTEGER NOT NULL,
    exit_code        INTEGER,
    reason           TEXT    NOT NULL,
    started_after_ms INTEGER,                -- from the beginning of the run; NULL: it never began
    duration_ms      INTEGER,
    log_bytes        INTEGER NOT NULL,
    PRIMARY KEY (run, number)
  ) STRICT, WITHOUT ROWID;
`,
  // What steps name by from_secret. A value is sealed: its key is not in the store.
  `
  CREATE TABLE secret (
    repository TEXT NOT NULL,
    name       TEXT NOT NULL,               -- in lower case
    branches   TEXT NOT NULL,               -- globs, JSON; []: all branches
    events     TEXT NOT NULL,               -- JSON
    sealed     BLOB NOT NULL,               -- AES-256-GCM: nonce, tag, ciphertext (secrets/sealing.ts)
    PRIMARY KEY (repository, name)
  ) STRICT, WITHOUT ROWID;
`,
  // What tests came to, run by run, and which of them failed and passed on one commit.
  `
  CREATE TABLE test_list (                  -- how each test ended; runs that are alike share one
    id       INTEGER PRIMARY KEY,
    digest   TEXT    NOT NULL UNIQUE,       -- SHA-256 of the next
    outcomes TEXT    NOT NULL               -- JSON: [name, p or f or s] by name
  ) STRICT;

  CREATE TABLE test_run (
    run         TEXT    PRIMARY KEY,
    job         INTEGER NOT NULL,
    repository  TEXT,
    name        TEXT    NOT NULL,           -- of the job
    runner      TEXT    NOT NULL,
    at_ms       INTEGER NOT NULL,
    passed      INTEGER NOT NULL,
    failed      INTEGER NOT NULL,
    skipped     INTEGER NOT NULL,
    duration_ms INTEGER NOT NULL,
    slowest     TEXT    NOT NULL,           -- JSON
    list        INTEGER NOT NULL
  ) STRICT, WITHOUT ROWID;
  CREATE INDEX test_run_of_job ON test_run (job, at_ms);
  CREATE INDEX test_run_of_name ON test_run (repository, name, at_ms);
  CREATE INDEX test_run_of_list ON test_run (list);

  CREATE TABLE failed_test (
    job     INTEGER NOT NULL,
    run     TEXT    NOT NULL,
    place   INTEGER NOT NULL,               -- among those of the run
    test    TEXT    NOT NULL,
    message TEXT    NOT NULL,
    file    TEXT,
    line    INTEGER,
    PRIMARY KEY (job, run, place)
  ) STRICT, WITHOUT ROWID;

  CREATE TABLE flaky_test (                 -- on one commit it failed in one run and passed in another
    job        INTEGER NOT NULL,
    test       TEXT    NOT NULL,
    repository TEXT,
    name       TEXT    NOT NULL,            -- of the job
    at_ms      INTEGER NOT NULL,
    failed_on  TEXT    NOT NULL,            -- runners
    passed_on  TEXT    NOT NULL,
    PRIMARY KEY (job, test)
  ) STRICT, WITHOUT ROWID;
  CREATE INDEX flaky_test_newest ON flaky_test (repository, at_ms, job, test);
`,
  // What nothing new is leased to, or of; it is no history.
  `
  CREATE TABLE paused (
    what TEXT PRIMARY KEY                   -- all, repository:<name>, runner:<name>
  ) STRICT, WITHOUT ROWID;
`,
];
