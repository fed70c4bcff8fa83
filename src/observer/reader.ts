/**
 * Owns how branches and commits are read in one git folder: by one command where all is well, and
 * with care where it is not, because one damaged commit must not hide all other branches.
 * Never changes anything there, and fetches nothing.
 * Invariant: an id that leaves this file has passed `parseCommit`; no two branches share a name.
 */

import { type Commit, parseCommit, short } from '../protocol/ids.js';
import { description } from '../protocol/job-bodies.js';
import {
  type EndableGit,
  endableGitIn,
  type FedGit,
  fedGitIn,
  type Git,
  GitFault,
  type GitOptions,
  gitIn,
} from '../world/git.js';
import { GitObjects } from '../world/git-objects.js';
import {
  type Broken,
  type Described,
  type Poll,
  revListCommitsMax,
  type Tip,
} from './core/news.js';
import { matcherOf, nameAt, type Place } from './ref-names.js';
import { home, notesBelow } from './watched.js';
import { type CommitSources, WorkflowFiles } from './workflow-files.js';

/** Each damaged commit among a thousand costs ten faults; with more than some, all is wrong. */
const faultsMax = 100;

/** Commits alone, without their history; those that are missing are left out. */
const plain = ['rev-list', '--no-walk=unsorted', '--ignore-missing'];

/** What `described` reads, for `rev-list`. */
const describing = ['--no-commit-header', '--encoding=UTF-8', '--format=%H%x00%P%x00%an%x00%s'];

/** Whether HEAD names it, and its full name. */
const naming = '%(HEAD)%00%(refname)';

/** The same for `for-each-ref`, of the commit itself or (`*`) of the one that a tag is on. */
const tipOf = (star: string) =>
  ['objecttype', 'objectname', 'parent', 'authorname', 'contents:subject']
    .map((field) => `%(${star}${field})`)
    .join('%00');
const naked = `${naming}%00%(objectname)`;
const whole = `${naming}%00%(if)%(*objecttype)%(then)${tipOf('*')}%(else)${tipOf('')}%(end)`;

/** What was seen, and which branch HEAD names there, if it is among them. */
export interface PollWithHead extends Poll {
  readonly head: string | null;
}

export class Reader {
  readonly #git: FedGit;
  /** For the one command that every push waits for. */
  readonly #swift: EndableGit;
  readonly #bytes: Git;
  readonly #files: WorkflowFiles;

  constructor(folder: string, options: Pick<GitOptions, 'silenceMs' | 'stop'> = {}) {
    this.#git = fedGitIn(folder, options);
    this.#swift = endableGitIn(folder, options);
    this.#bytes = gitIn(folder, { ...options, bytes: true });
    this.#files = new WorkflowFiles(new GitObjects(folder, options));
  }

  /** What matches one of the patterns, which are those of `for-each-ref`. */
  async poll(place: Place, patterns: readonly string[]): Promise<PollWithHead> {
    const poll =
      (await this.#pollAtOnce(place, patterns)) ?? (await this.#pollWithCare(place, patterns));
    return { ...poll, broken: [...poll.broken, ...this.#ignored(place, patterns)] };
  }

  /** What can be reached from the tips but from none of the others, oldest first. */
  async revList(tips: readonly Commit[], except: readonly Commit[]): Promise<Described[]> {
    const order = ['--reverse', '--topo-order', `--max-count=${revListCommitsMax}`];
    const printed = await this.#git(
      ['rev-list', ...order, ...describing, '--stdin'],
      [...tips, ...except.map((commit) => `^${commit}`)],
    );
    return lines(printed).map((line) => described(line.split('\0')));
  }

  /** Those of the commits that are there. */
  async present(commits: readonly Commit[]): Promise<Commit[]> {
    const printed = await this.#git([...plain, '--stdin'], commits);
    return lines(printed).map(toCommit);
  }

  /** What that commit is planned from. */
  sources(commit: Commit): Promise<CommitSources> {
    return this.#files.at(commit);
  }

  /** Paths that the commit changed against the first of its parents. */
  async changed(commit: Commit, [parent]: readonly string[]): Promise<string[]> {
    const between = parent === undefined ? ['--root', commit] : [parent, commit];
    const flags = ['-r', '-z', '--name-only', '--no-commit-id', '--no-renames'];
    const printed = await this.#swift.git(['diff-tree', ...flags, ...between]);
    return printed.split('\0').filter((path) => path !== '');
  }

  /** Null where it takes more care: mostly for one commit that is damaged. */
  async #pollAtOnce(place: Place, patterns: readonly string[]): Promise<PollWithHead | null> {
    const printed = await this.#swift
      .git(['for-each-ref', `--format=${whole}`, ...patterns])
      .catch((error) => {
        if (error instanceof GitFault && error.isSilence) throw error;
        return null;
      });
    // Bytes that are no UTF-8.
    if (printed === null || printed.includes('\ufffd')) return null;
    const refs = refsIn(printed, place);
    // A tag on a tag.
    if (refs.some(([, , type]) => type === 'tag')) return null;
    const tips = refs
      .filter(([, , type]) => type === 'commit')
      .map(([, name = '', , ...rest]) => ({ ...described(rest), branch: nameAt(place, name) }));
    return { tips, broken: [], head: headOf(place, refs) };
  }

  /** First the branches' names, byte by byte, then what can be read of their commits. */
  async #pollWithCare(place: Place, patterns: readonly string[]): Promise<PollWithHead> {
    // What a command that failed complains of is no list of what it left out.
    await this.#swift.git(['for-each-ref', '--format=', ...patterns]);
    const printed = await this.#bytes(['for-each-ref', `--format=${naked}`, ...patterns]);
    const refs = refsIn(printed, place);
    const ids = refs.map(([, , id = '']) => toCommit(id));
    const peeled = await this.#peeled([...new Set(ids)]);
    const readable = await this.#readable([...new Set(peeled.values())]);
    const known = new Map(readable.map((one) => [one.commit, one]));
    const tips: Tip[] = [];
    const broken: Broken[] = [];
    for (const [index, [, bytes = '']] of refs.entries()) {
      const name = textOf(bytes);
      const branch = nameAt(place, name);
      const id = ids[index] as Commit;
      const found = known.get(peeled.get(id) ?? id);
      if (found !== undefined) tips.push({ ...found, branch });
      // A file that somebody tagged is no commit, and no fault.
      else if (name.startsWith(`${place}heads/`)) broken.push({ branch, reason: reasonFor(id) });
    }
    return { tips, broken, head: headOf(place, refs) };
  }

  /** Refs whose files hold no commit (a power cut empties them): git leaves them out of its list. */
  #ignored(place: Place, patterns: readonly string[]): Broken[] {
    const isMeant = matcherOf(patterns);
    const names = [...this.#swift.complaints().matchAll(/^warning: ignoring broken ref (.+)$/gm)];
    return names
      .flatMap(([, name = '']) => (isMeant(name) ? [name] : []))
      .map((name) => ({ branch: nameAt(place, name), reason: 'its file is empty or damaged' }));
  }

  /** The commits that tags are on; of what is none, nothing. */
  async #peeled(ids: readonly Commit[]): Promise<Map<Commit, Commit>> {
    const check = ['cat-file', '--batch-check=%(objectname)'];
    const printed = await this.#git(
      check,
      ids.map((id) => `${id}^{commit}`),
    ).catch(() => '');
    const answers = lines(printed);
    return new Map(ids.map((id, index) => [id, parseCommit(answers[index] ?? '') ?? id]));
  }

  /** A commit that is missing is left out by git; one that is damaged ends git, and is cornered. */
  async #readable(commits: readonly Commit[], faults = { count: 0 }): Promise<Described[]> {
    try {
      return lines(await this.#git([...plain, ...describing, '--stdin'], commits)).map((line) =>
        described(line.split('\0')),
      );
    } catch (error) {
      faults.count += 1;
      if (faults.count > faultsMax) throw error;
      if (commits.length <= 1) return [];
    }
    const half = Math.ceil(commits.length / 2);
    const before = await this.#readable(commits.slice(0, half), faults);
    return [...before, ...(await this.#readable(commits.slice(half), faults))];
  }
}

/** The fields of each ref that may hold commits to be tested. */
function refsIn(printed: string, place: Place): string[][] {
  const notes = place + notesBelow.slice(home.length);
  const refs = lines(printed).map((line) => line.split('\0'));
  return refs.filter(([, name = '']) => !name.startsWith(notes));
}

function lines(printed: string): string[] {
  return printed.split('\n').filter((line) => line !== '');
}

function described([id = '', parents = '', ...rest]: readonly string[]): Described {
  const ancestry = parents.split(' ').filter((parent) => parent !== '');
  const [author, subject] = rest;
  // Bounded here, where it comes in, as it is on the wire.
  const { branch: _, ...text } = description.parse({ author, subject });
  return { commit: toCommit(id), parents: ancestry.map(toCommit), ...text };
}

function headOf(place: Place, refs: readonly string[][]): string | null {
  const [, name] = refs.find(([head]) => head === '*') ?? [];
  return name === undefined ? null : nameAt(place, name);
}

function reasonFor(commit: Commit): string {
  return `its commit ${short(commit)} is missing or damaged`;
}

function toCommit(text: string): Commit {
  const commit = parseCommit(text);
  if (commit === null) throw new Error(`git named a commit "${text}", which is none`);
  return commit;
}

/** A name that is no UTF-8 shows its bytes as `\xff`: git lets no branch have a backslash. */
function textOf(bytes: string): string {
  const text = Buffer.from(bytes, 'latin1').toString('utf8');
  if (Buffer.from(text).toString('latin1') === bytes) return text;
  return bytes.replace(/[\x80-\xff]/g, (byte) => `\\x${byte.charCodeAt(0).toString(16)}`);
}
