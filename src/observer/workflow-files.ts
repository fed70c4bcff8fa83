/**
 * Owns what is read of a commit so that it can be planned: its workflow files, as they are in it, and
 * its message. Reads a bounded number of bounded files; never a work tree.
 */

import type { Commit } from '../protocol/ids.js';
import { fileCharactersMax, filesMax } from '../workflow/limits.js';
import { chooseSources, type SourceFile } from '../workflow/sources.js';
import type { GitObjects, ObjectInfo } from '../world/git-objects.js';

/** What there is to be known of a commit before it is planned. */
export interface CommitSources {
  readonly files: readonly SourceFile[];
  /** Workflow files beyond those that are read. */
  readonly surplus: number;
  readonly parents: readonly string[];
  readonly message: string;
  readonly author: string;
  readonly authorEmail: string;
}

const singles = ['.trivet', '.woodpecker', '.drone'].flatMap((name) => [
  `${name}.yml`,
  `${name}.yaml`,
]);
const folders = ['.trivet', '.woodpecker'];

/** A longer message is nobody's who wants to be understood. */
const messageBytesMax = 1_024 * 1_024;

/** A million files in one folder: then none of them is read. */
const treeBytesMax = 64 * 1_024 * 1_024;

/** Characters may be four bytes each; a longer file is told of by its first part. */
const fileBytesMax = 4 * fileCharactersMax;

/** Texts of files that are kept, by id: from commit to commit they hardly change. */
const keptMax = 4 * filesMax;

export class WorkflowFiles {
  readonly #objects: GitObjects;
  readonly #texts = new Map<string, string>();

  constructor(objects: GitObjects) {
    this.#objects = objects;
  }

  /** Rejects with `GitFault` where git fails, or the commit is not there. */
  async at(commit: Commit): Promise<CommitSources> {
    const paths = [...singles, ...folders].map((path) => `${commit}:${path}`);
    const [own, ...found] = await this.#objects.look([commit, ...paths]);
    if (own === null || own === undefined) throw new Error(`git does not have ${commit}`);
    const described = parseCommitObject(await this.#bytes(own, messageBytesMax));
    const atTop = singles.filter((_, index) => found[index]?.type === 'blob');
    const inFolders = await Promise.all(
      folders.map((folder, index) => this.#list(folder, found[singles.length + index] ?? null)),
    );
    const { chosen, surplus } = chooseSources([...atTop, ...inFolders.flat()]);
    const known = new Map(singles.map((path, index) => [path, found[index] ?? null]));
    const files = await this.#read(commit, chosen, known);
    return { files, surplus, ...described };
  }

  async #read(
    commit: Commit,
    paths: readonly string[],
    known: ReadonlyMap<string, ObjectInfo | null>,
  ): Promise<SourceFile[]> {
    const unknown = paths.filter((path) => !known.has(path));
    const looked = await this.#objects.look(unknown.map((path) => `${commit}:${path}`));
    const infos = new Map([...known, ...unknown.map((path, at) => [path, looked[at]] as const)]);
    const files = paths.map(async (path) => {
      const info = infos.get(path) ?? null;
      return info?.type === 'blob' ? [{ path, text: await this.#text(info) }] : [];
    });
    return (await Promise.all(files)).flat();
  }

  async #text(info: ObjectInfo): Promise<string> {
    const kept = this.#texts.get(info.id);
    if (kept !== undefined) return kept;
    if (info.size > fileBytesMax) return ' '.repeat(fileCharactersMax + 1);
    const text = (await this.#objects.read(info.id))?.toString('utf8') ?? '';
    const [oldest] = this.#texts.keys();
    if (oldest !== undefined && this.#texts.size >= keptMax) this.#texts.delete(oldest);
    this.#texts.set(info.id, text);
    return text;
  }

  /** The files in a folder that lies at the top. */
  async #list(folder: string, info: ObjectInfo | null): Promise<string[]> {
    if (info?.type !== 'tree') return [];
    return namesInTree(await this.#bytes(info, treeBytesMax), info.id.length / 2)
      .filter((name) => !name.includes('\n'))
      .map((name) => `${folder}/${name}`);
  }

  async #bytes({ id, size }: ObjectInfo, bytesMax: number): Promise<Buffer> {
    if (size > bytesMax) return Buffer.alloc(0);
    return (await this.#objects.read(id)) ?? Buffer.alloc(0);
  }
}

/** A tree is `<mode> <name>\0<id>`, again and again. */
function namesInTree(bytes: Buffer, idBytes: number): string[] {
  const names: string[] = [];
  for (let at = 0; at < bytes.length; ) {
    const [blank, nul] = [bytes.indexOf(0x20, at), bytes.indexOf(0, at)];
    if (blank === -1 || nul === -1) break;
    names.push(bytes.toString('utf8', blank + 1, nul));
    at = nul + 1 + idBytes;
  }
  return names;
}

/** Headers, an empty line, the message. */
function parseCommitObject(
  bytes: Buffer,
): Pick<CommitSources, 'parents' | 'message' | 'author' | 'authorEmail'> {
  const text = bytes.toString('utf8');
  const end = text.indexOf('\n\n');
  const headers = end === -1 ? text : text.slice(0, end);
  const parents = [...headers.matchAll(/^parent ([0-9a-f]+)$/gm)].map(([, id = '']) => id);
  const [, author = '', authorEmail = ''] = /^author (.*?) ?<([^>\n]*)>/m.exec(headers) ?? [];
  return { parents, message: end === -1 ? '' : text.slice(end + 2), author, authorEmail };
}
