/**
 * Owns the clones that a runner makes by itself, in one folder, of whatever it is asked to test: a bare
 * repository for each repository and each place that it is cloned from.
 *
 *   <folder>/demo-5e1f…c2.git/            as `git init --bare` leaves it, with its origin
 *                             trivet/     origin.json, and the slots, as in any clone
 *
 * What is tested is fetched by its run, which can be ended, and is handed back where the remote fails.
 * So a clone is made at once, of four files, and without git: a run has its slot in the same turn.
 */

import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  renameSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import * as z from 'zod';
import { isCloneUrl } from '../../protocol/clone-url.js';
import { namePattern } from '../../protocol/ids.js';
import { repositoriesMax } from '../../protocol/limits.js';
import type { Clone } from '../../world/clone.js';
import { UsageError } from '../../world/exit.js';
import { makeFolder, parseJson, readIfThere } from '../../world/files.js';
import { folderName } from '../../world/folder-name.js';
import { gitFolderAt, isLocalPath } from '../../world/git-folder.js';
import { quoted } from '../checkout/repository.js';
import type { Run } from '../core/events.js';
import { machineFault, type NotDone } from '../executor.js';
import { Site, type Sites } from './sites.js';
import type { LocalSlot } from './slots.js';

/** Claims so many slots of that clone, see `Claim`. */
export type ClaimIn = (state: string, clone: Clone, count: number) => readonly LocalSlot[];

const origin = z.object({
  repository: z.string().regex(namePattern),
  url: z.string().refine(isCloneUrl),
  format: z.enum(['sha1', 'sha256']),
});

type Origin = z.infer<typeof origin>;

export class MadeClones implements Sites {
  readonly slots: LocalSlot[] = [];
  readonly #folder: string;
  readonly #claim: ClaimIn;
  readonly #sites = new Map<string, Site>();
  /** Of each repository the one that was cloned last. */
  readonly #last = new Map<string, Origin>();

  /** Takes over what earlier processes have made there. Throws a `UsageError`. */
  constructor(folder: string, claim: ClaimIn) {
    this.#folder = folder;
    this.#claim = claim;
    for (const name of namesIn(folder)) {
      const made = originOf(join(folder, name));
      // Copied or renamed, it is no clone of ours.
      if (made === null || nameFor(made) !== name || !this.#hasRoom) continue;
      this.#last.set(made.repository, made);
      this.#siteOf(made).claim(0);
    }
  }

  siteFor({ commit, assignment }: Run): Site | NotDone {
    const { repository, cloneUrl, work } = assignment;
    if (repository === null) return refused('nobody has said of which repository the commit is');
    const said = [cloneUrl, work?.occasion.cloneUrl].find((url) => isCloneUrl(url ?? ''));
    const format = commit.length === 64 ? 'sha256' : 'sha1';
    const wanted =
      said === undefined
        ? this.#last.get(repository)
        : ({ repository, url: said, format } as const);
    if (wanted === undefined) return refused(`${unsaid} ${repository}`);
    if (!this.#sites.has(nameFor(wanted)) && !this.#hasRoom) return machineFault(full);
    try {
      makeClone(this.#folder, wanted);
    } catch (error) {
      const { code, message } = error as NodeJS.ErrnoException;
      if (code === undefined) throw error;
      return machineFault(message);
    }
    this.#last.set(repository, wanted);
    return this.#siteOf(wanted);
  }

  /** Each slot is claimed where it is needed. */
  hold(): void {}

  get #hasRoom(): boolean {
    return this.#sites.size < repositoriesMax;
  }

  #siteOf(made: Origin): Site {
    const name = nameFor(made);
    const path = join(this.#folder, name);
    const clone = cloneAt(path, made);
    const claim = (count: number) => this.#claim(join(path, 'trivet'), clone, count);
    const site = this.#sites.get(name) ?? new Site(claim, this.slots);
    this.#sites.set(name, site);
    return site;
  }
}

function namesIn(folder: string): string[] {
  try {
    makeFolder(folder);
    return readdirSync(folder);
  } catch (error) {
    const { message } = error as Error;
    throw new UsageError(`--repositories: the folder ${folder} cannot be used (${message}).`);
  }
}

const unsaid =
  'nobody has said where it can be cloned from: start its observer with this release, or give a ' +
  'runner a clone of';

const full =
  `this runner has ${repositoriesMax} clones, as many as one process looks after: start another ` +
  'with a folder of its own, or remove clones that are not needed and start it again';

function refused(detail: string): NotDone {
  return { kind: 'handback', handback: { reason: 'could-not-fetch', detail } };
}

function nameFor({ repository, url, format }: Origin): string {
  return `${folderName(repository, url, format)}.git`;
}

function originOf(path: string): Origin | null {
  const text = existsSync(join(path, 'HEAD')) ? readIfThere(join(path, ...originFile)) : null;
  return origin.safeParse(parseJson(text ?? '')).data ?? null;
}

const originFile = ['trivet', 'origin.json'];

/** What `openClone` would find there. */
function cloneAt(path: string, { url, format }: Origin): Clone {
  const originFolder = isLocalPath(url) ? gitFolderAt(url) : null;
  const objects = join(path, 'objects');
  return {
    ...{ path, gitDir: path, objects, format },
    ...{ remote: 'origin', origin: url, spelled: url, originFolder, isPartial: false },
  };
}

/** Makes it, unless it is there. It appears as a whole: whoever is slower finds it there. */
function makeClone(folder: string, made: Origin): void {
  const path = join(folder, nameFor(made));
  if (existsSync(join(path, 'HEAD'))) return;
  makeFolder(folder);
  const unfinished = mkdtempSync(join(folder, 'new-'));
  try {
    for (const below of ['objects/info', 'objects/pack', 'refs/heads', 'trivet']) {
      mkdirSync(join(unfinished, below), { recursive: true });
    }
    writeFileSync(join(unfinished, 'HEAD'), noBranch);
    writeFileSync(join(unfinished, 'config'), configuration(made));
    writeFileSync(join(unfinished, ...originFile), `${JSON.stringify(made)}\n`);
    renameSync(unfinished, path);
  } catch (error) {
    rmSync(unfinished, { recursive: true, force: true });
    if (!existsSync(join(path, 'HEAD'))) throw error;
  }
}

/** Which branch is the default one, its remote knows. */
const noBranch = 'ref: refs/trivet/none\n';

function configuration({ url, format }: Origin): string {
  const isUsual = format === 'sha1';
  return [
    '[core]',
    `repositoryFormatVersion = ${isUsual ? 0 : 1}`,
    'bare = true',
    ...(isUsual ? [] : ['[extensions]', 'objectFormat = sha256']),
    '[remote "origin"]',
    `url = ${quoted(url)}`,
    '',
  ].join('\n');
}
