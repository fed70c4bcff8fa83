/**
 * Owns how branches and commits are read in one git folder: by one command where all is well, and
 * with care where it is not, because one damaged commit must not hide all other branches.
 * Never changes anything there, and fetches nothing.
 * Invariant: an id that leaves this file has passed `parseCommit`; no two branches share a name.
 */

import { type Commit, parseCommit, short } from '../protocol/ids.js';
import { type Git, gitIn, swiftGitIn } from '../world/git.js';
import { type Described, type Look, type Tip, walkCommitsMax } from './news.js';

/** Ids of one command: 10,000 are 420 kB of the 2 MB that a command line may have. */
const idsMax = 10_000;

/** Each damaged commit among a thousand costs ten faults; with more than some, all is wrong. */
const faultsMax = 100;

/** What `described` reads, for `rev-list`. */
const describing = ['--no-commit-header', '--encoding=UTF-8', '--format=%H%x00%P%x00%an%x00%s'];

export class Reader {
  readonly folder: string;
  readonly #git: Git;
  /** For the one command that every push waits for. */
  readonly #swift: Git;
  readonly #bytes: Git;

  constructor(folder: string, git: Git = gitIn(folder)) {
    this.folder = folder;
    this.#git = git;
    this.#swift = swiftGitIn(folder);
    this.#bytes = gitIn(folder, { bytes: true });
  }

  /** The branches below `prefix` (`refs/heads/`) that match one of the globs; no globs: all. */
  async look(prefix: string, globs: readonly string[]): Promise<Look> {
    const name = `%(refname:lstrip=${prefix.split('/').length - 1})`;
    const patterns = globs.length === 0 ? [prefix] : globs.map((glob) => prefix + glob);
    try {
      const tips = await this.#tipsAtOnce(name, patterns);
      if (!tips.some(({ branch }) => branch.includes('\ufffd'))) return { tips, broken: [] };
    } catch {
      // Mostly one commit that is damaged. If it is more than that, the careful way says so.
    }
    return this.#lookWithCare(name, patterns);
  }

  /** What can be reached from `tip` but from none of the others, oldest first. */
  async walk(tip: Commit, except: readonly Commit[]): Promise<Described[]> {
    const printed = await this.#git([
      'rev-list',
      '--reverse',
      '--topo-order',
      `--max-count=${walkCommitsMax}`,
      ...describing,
      tip,
      ...except.slice(0, idsMax).map((commit) => `^${commit}`),
      '--',
    ]);
    return lines(printed).map(described);
  }

  /** Those of the commits that are there. */
  async present(commits: readonly Commit[]): Promise<Commit[]> {
    const some = commits.slice(0, idsMax);
    const printed = await this.#git(['rev-list', '--no-walk', '--ignore-missing', ...some]);
    return lines(printed).map(toCommit);
  }

  async #tipsAtOnce(name: string, patterns: readonly string[]): Promise<Tip[]> {
    const format = `%(objectname)%00%(parent)%00%(authorname)%00%(contents:subject)%00${name}`;
    const printed = await this.#swift(['for-each-ref', `--format=${format}`, ...patterns]);
    return lines(printed).map((line) => ({
      ...described(line),
      branch: line.split('\0')[4] ?? '',
    }));
  }

  /** First the branches' names, byte by byte, then what can be read of their commits. */
  async #lookWithCare(name: string, patterns: readonly string[]): Promise<Look> {
    const format = `%(objectname)%00${name}`;
    const printed = await this.#bytes(['for-each-ref', `--format=${format}`, ...patterns]);
    const branches = lines(printed).map((line) => {
      const [commit = '', bytes = ''] = line.split('\0');
      return { branch: branchOf(bytes), commit: toCommit(commit) };
    });
    const readable = await this.#readable([...new Set(branches.map(({ commit }) => commit))]);
    const known = new Map(readable.map((one) => [one.commit, one]));
    const tips = branches.flatMap(({ branch, commit }) => {
      const found = known.get(commit);
      return found === undefined ? [] : [{ ...found, branch }];
    });
    const broken = branches
      .filter(({ commit }) => !known.has(commit))
      .map(({ branch, commit }) => ({
        branch,
        reason: `its commit ${short(commit)} is missing or damaged`,
      }));
    return { tips, broken };
  }

  /** A commit that is missing is left out by git; one that is damaged ends git, and is cornered. */
  async #readable(commits: readonly Commit[], faults = { count: 0 }): Promise<Described[]> {
    if (commits.length <= idsMax) {
      try {
        const plain = ['rev-list', '--no-walk', '--ignore-missing', ...describing];
        return lines(await this.#git([...plain, ...commits, '--'])).map(described);
      } catch (error) {
        faults.count += 1;
        if (faults.count > faultsMax) throw error;
        if (commits.length <= 1) return [];
      }
    }
    const half = Math.ceil(commits.length / 2);
    const before = await this.#readable(commits.slice(0, half), faults);
    return [...before, ...(await this.#readable(commits.slice(half), faults))];
  }
}

function lines(printed: string): string[] {
  return printed.split('\n').filter((line) => line !== '');
}

function described(line: string): Described {
  const [commit = '', parents = '', author = '', subject = ''] = line.split('\0');
  const ancestry = parents.split(' ').filter((parent) => parent !== '');
  return { commit: toCommit(commit), parents: ancestry.map(toCommit), author, subject };
}

function toCommit(text: string): Commit {
  const commit = parseCommit(text);
  if (commit === null) throw new Error(`git named a commit "${text}", which is none`);
  return commit;
}

/** A name that is no UTF-8 shows its bytes as `\xff`: git lets no branch have a backslash. */
function branchOf(bytes: string): string {
  const text = Buffer.from(bytes, 'latin1').toString('utf8');
  if (Buffer.from(text).toString('latin1') === bytes) return text;
  return bytes.replace(/[\x80-\xff]/g, (byte) => `\\x${byte.charCodeAt(0).toString(16)}`);
}
