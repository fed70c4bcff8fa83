/**
 * Owns what counts as an id on the wire: of commits, runs, sessions; as a name; and as a secret.
 * Never touches a byte stream. Invariant: a value of a branded type has passed its check here,
 * so nothing further in can hold `--quiet`, `../../x` or a control character in a commit's place.
 */

declare const brand: unique symbol;
type Branded<Text extends string> = string & { readonly [brand]: Text };

/** A full object id: 40 (SHA-1) or 64 (SHA-256) lower-case hex digits. Nothing shorter, no refs. */
export type Commit = Branded<'Commit'>;

/** The beginning of a commit's id, as git and our own stories print it. */
export type Abbreviation = Branded<'Abbreviation'>;

/** One attempt at a job: `<dispatcher start, 8 hex digits>-<counter>`, unique over restarts. */
export type RunId = Branded<'RunId'>;

/** The jobs of a branch, written `<branch>` or `<repository>:<branch>`. */
export type BranchJobs = Branded<'BranchJobs'>;

/** One connection of a peer: `s<dispatcher start>-<counter>`; no two sessions ever share one. */
export type SessionId = Branded<'SessionId'>;

const commitPattern = /^(?:[0-9a-f]{40}|[0-9a-f]{64})$/;
const abbreviationPattern = /^[0-9a-f]{4,63}$/;
const runPattern = /^[0-9a-f]{8}-[0-9]{1,15}$/;
const branchPattern = /^(?!-)[^\s\p{Cc}]{1,400}$/u;
const secretPattern = /^[!-9;-~]{1,256}$/;

/** A name that people choose: letters and digits of any script, no spaces or path separators. */
export const namePattern = /^[\p{L}\p{M}\p{N}._:@+-]{1,100}$/u;

/** What a job is called: words of letters, digits and `._@+-=,()`, with single blanks between. */
export const jobNamePattern =
  /^(?=.{1,100}$)[\p{L}\p{M}\p{N}._@+=,()-]+(?: [\p{L}\p{M}\p{N}._@+=,()-]+)*$/u;

/** The job of a commit that no workflow names. */
export const defaultJobName = 'default';

/** What a runner carries and a job may demand: `gpu`, `platform=linux/amd64`. */
export const labelPattern = /^[\p{L}\p{M}\p{N}._:@+=/-]{1,100}$/u;

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

/** Whose jobs `text` names, or null: a commit's or a branch's. */
export function parseJobs(text: string): Commit | BranchJobs | null {
  return parseCommit(text) ?? (branchPattern.test(text) ? (text as BranchJobs) : null);
}

export function isCommit(named: Commit | Abbreviation | BranchJobs): named is Commit {
  return parseCommit(named) !== null;
}

/** A branch may hold no colon, so the last one stands before it. */
export function branchOf(jobs: BranchJobs): { repository: string | null; branch: string } {
  const colonAt = jobs.lastIndexOf(':');
  const repository = colonAt === -1 ? null : jobs.slice(0, colonAt);
  return { repository, branch: jobs.slice(colonAt + 1) };
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
