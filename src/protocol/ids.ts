/**
 * Owns what counts as an id on the wire: of commits, runs, sessions; as a name; and as a secret.
 * Never touches a byte stream. Invariant: a value of a branded type has passed its check here,
 * so nothing further in can hold `--quiet`, `../../x` or a control character in a commit's place.
 */

import { stepLogsMax } from './limits.js';

declare const brand: unique symbol;
type Branded<Text extends string> = string & { readonly [brand]: Text };

/** A full object id: 40 (SHA-1) or 64 (SHA-256) lower-case hex digits. Nothing shorter, no refs. */
export type Commit = Branded<'Commit'>;

/** The beginning of a commit's id, as git and our own stories print it. */
export type Abbreviation = Branded<'Abbreviation'>;

/** One attempt at a job: `<dispatcher start, 8 hex digits>-<counter>`, unique over restarts. */
export type RunId = Branded<'RunId'>;

/** The log of one step of a run: `<run>.<number>`, from 1. */
type StepLogId = Branded<'StepLogId'>;

/** A log: a run's own, or one of its steps'. */
export type LogId = RunId | StepLogId;

/**
 * What a person may say instead of a commit's id: `<branch>`, `<repository>:<branch>`,
 * `<commit>:<job>`, or the beginning of an id. What is meant, only who knows the commits can say.
 */
export type NamedJobs = Branded<'NamedJobs'>;

/** What can be paused: `all`, `repository:<name>`, or `runner:<name>`. */
export type Pausable = 'all' | `${'repository' | 'runner'}:${Branded<'Paused'>}`;

/** One connection of a peer: `s<dispatcher start>-<counter>`; no two sessions ever share one. */
export type SessionId = Branded<'SessionId'>;

const commitPattern = /^(?:[0-9a-f]{40}|[0-9a-f]{64})$/;
const abbreviationPattern = /^[0-9a-f]{4,63}$/;
const runPattern = /^[0-9a-f]{8}-[0-9]{1,15}$/;
/** A branch holds no blank, the name of a job may. */
const namedJobsPattern = /^(?=.{1,400}$)(?!-)[^\s\p{Cc}]+(?: [^\s\p{Cc}]+)*$/u;
const secretPattern = /^[!-9;-~]{1,256}$/;

/** A name that people choose: letters and digits of any script, no spaces or path separators. */
export const namePattern = /^[\p{L}\p{M}\p{N}._:@+-]{1,100}$/u;

/** What a job is called: words of letters, digits and `._@+-=,()`, with single blanks between. */
export const jobNamePattern =
  /^(?=.{1,100}$)[\p{L}\p{M}\p{N}._@+=,()-]+(?: [\p{L}\p{M}\p{N}._@+=,()-]+)*$/u;

/** The job of a commit that no workflow names. */
export const defaultJobName = 'default';

/** What a runner carries and a job may demand: `gpu`, `platform=linux`. */
export const labelPattern = /^[\p{L}\p{M}\p{N}._:@+=-]{1,100}$/u;

/** What a peer is called: a name, or several with single blanks between. */
export const peerNamePattern =
  /^(?=.{1,100}$)[\p{L}\p{M}\p{N}._:@+-]+(?: [\p{L}\p{M}\p{N}._:@+-]+)*$/u;

/** The nearest name to `text`: what a name cannot hold becomes a dash. Empty where `text` is. */
export function nearestName(text: string): string {
  return text.replace(/[^\p{L}\p{M}\p{N}._:@+-]/gu, '-').slice(0, 100);
}

/** The commit that `text` spells, or null. Upper-case digits are accepted and lowered. */
export function parseCommit(text: string): Commit | null {
  const lowered = text.toLowerCase();
  return commitPattern.test(lowered) ? (lowered as Commit) : null;
}

/** The commit that `text` spells, or its beginning, from four digits on; or null. */
export function parseRevision(text: string): Commit | Abbreviation | null {
  const lowered = text.toLowerCase();
  if (commitPattern.test(lowered)) return lowered as Commit;
  return abbreviationPattern.test(lowered) ? (lowered as Abbreviation) : null;
}

/** The run id that `text` spells, or null. */
export function parseRun(text: string): RunId | null {
  return runPattern.test(text) ? (text as RunId) : null;
}

/** The log that `text` names, or null. */
export function parseLog(text: string): LogId | null {
  const [run = '', step = '1', ...rest] = text.split('.');
  const isStep = /^[1-9][0-9]{0,2}$/.test(step) && Number(step) <= stepLogsMax;
  const isLog = rest.length === 0 && parseRun(run) !== null && isStep;
  return isLog ? (text as LogId) : null;
}

/** The log of that step of the run; 0 is the run's own. */
export function logIdOf(run: RunId, step: number): LogId {
  return step === 0 ? run : (`${run}.${step}` as StepLogId);
}

/** Whose log it is; `step` is 0 for the run's own. */
export function ownerOf(log: LogId): { readonly run: RunId; readonly step: number } {
  const [run = '', step = '0'] = log.split('.');
  return { run: run as RunId, step: Number(step) };
}

/** Whose jobs `text` names, or null. */
export function parseJobs(text: string): Commit | NamedJobs | null {
  return parseCommit(text) ?? (namedJobsPattern.test(text) ? (text as NamedJobs) : null);
}

/** What `text` says is to be paused, or null. */
export function parsePausable(text: string): Pausable | null {
  if (text === 'all') return text;
  const [kind = '', ...rest] = text.split(':');
  const name = rest.join(':') as Branded<'Paused'>;
  if (kind === 'repository') return namePattern.test(name) ? `repository:${name}` : null;
  return kind === 'runner' && peerNamePattern.test(name) ? `runner:${name}` : null;
}

/** The name of a job that `text` is, or null. */
export function parseJobName(text: string): string | null {
  return jobNamePattern.test(text) ? text : null;
}

export function isCommit(named: Commit | Abbreviation | NamedJobs): named is Commit {
  return parseCommit(named) !== null;
}

/** `<commit>:<job>` or `<commit>`, whole or by its beginning; null where it cannot be that. */
export function jobOf(
  named: Commit | NamedJobs,
): { readonly commit: Commit | Abbreviation; readonly job: string | null } | null {
  const [revision = '', ...rest] = named.split(':');
  const commit = parseRevision(revision);
  if (commit === null || rest.length > 1) return null;
  const job = rest[0] === undefined ? null : parseJobName(rest[0]);
  return job === null && rest.length > 0 ? null : { commit, job };
}

/** `<branch>` or `<repository>:<branch>`. A branch may hold no colon, so the last stands before it. */
export function branchOf(named: string): { repository: string | null; branch: string } {
  const colonAt = named.lastIndexOf(':');
  const repository = colonAt === -1 ? null : named.slice(0, colonAt);
  return { repository, branch: named.slice(colonAt + 1) };
}

/** The secret that `text` could be, or null: printable, without spaces and colons. */
export function parseSecret(text: string): string | null {
  return secretPattern.test(text) ? text : null;
}

/** The id of the `counter`-th run leased since a dispatcher started as `start` (8 hex digits). */
export function runId(start: string, counter: number): RunId {
  return `${start}-${counter}` as RunId;
}

/** The id of the `counter`-th connection since a dispatcher started as `start`. */
export function sessionId(start: string, counter: number): SessionId {
  return `s${start}-${counter}` as SessionId;
}

/** A commit as people write it: its first seven digits. */
export function short(commit: Commit): string {
  return commit.slice(0, 7);
}
