/**
 * Owns one repository among those that a process observes: what it is called, where its position is
 * kept, where it is cloned from. Never knows the others, nor the connection; each has its own session.
 */

import { hostname } from 'node:os';
import { join, resolve } from 'node:path';
import type { Hello } from '../protocol/bodies.js';
import { isCloneUrl } from '../protocol/clone-url.js';
import { nearestName } from '../protocol/ids.js';
import { slugOf, withoutCredentials } from '../world/clone.js';
import { UsageError } from '../world/exit.js';
import { folderName } from '../world/folder-name.js';
import type { Tell } from '../world/story.js';
import { ownVersion } from '../world/version.js';
import type { Options } from './options.js';
import { type Plan, planner } from './planning.js';
import { openPositions, type PositionFile } from './position.js';
import { openRepository, type Repository } from './repository.js';
import { findSource, type Source } from './source.js';
import { moved, type Setting } from './story.js';

export interface Observed {
  readonly setting: Setting;
  readonly positions: PositionFile;
}

/** Finds all of them, and takes the folders of their positions. Throws a `UsageError` that names one. */
export async function findAll(options: Options, dispatcher: string): Promise<Observed[]> {
  const { repos } = options;
  const all: Observed[] = [];
  for (const repo of repos) {
    const source = await findSource(resolve(repo));
    const repository = options.repository ?? source.name;
    const namesake = all.find(({ setting }) => setting.repository === repository);
    if (namesake !== undefined) {
      throw new UsageError(
        `${namesake.setting.source.path} and ${source.path} are both called ${repository}: observe one of ` +
          'them in a process of its own, with --repository.',
      );
    }
    const stateFolder = stateFolderOf(source, repository, options);
    const setting = { ...options, source, repository, dispatcher, stateFolder };
    all.push({ setting, positions: openPositions(stateFolder, repository) });
  }
  return all;
}

function stateFolderOf(source: Source, repository: string, { stateFolder, repos }: Options) {
  if (stateFolder === null) return join(source.gitFolder, 'trivet');
  return resolve(repos.length === 1 ? stateFolder : join(stateFolder, folderName(repository)));
}

/** As it is polled and handed over. */
export function opened(
  { setting }: Observed,
  options: Options,
  tell: Tell,
): { readonly repository: Repository; readonly plan: Plan } {
  let cloneUrl = cloneUrlOf(setting.source);
  const repository = openRepository(setting.source, options, (now, isFollowed) => {
    if (isFollowed) cloneUrl = cloneUrlOf(now);
    for (const told of moved(now, isFollowed, setting)) tell(told);
  });
  const origin = setting.source.origin ?? setting.source.path;
  const known = { slug: slugOf(origin), cloneUrl: withoutCredentials(origin) };
  const planned = planner(repository, known);
  const plan: Plan = (handover) => {
    const isDefaultBranch = repository.isDefaultBranch(handover.description.branch);
    const description = {
      ...{ ...handover.description, ...cloneUrl },
      ...(isDefaultBranch !== undefined && { isDefaultBranch }),
    };
    return options.workflows ? planned({ ...handover, description }) : Promise.resolve(description);
  };
  return { repository, plan };
}

/** Its `hello`, but for what changes. */
export function introduction({ setting: { repository } }: Observed, { name }: Options): Hello {
  return {
    role: 'observer',
    name: name ?? nearestName(`${repository}@${hostname()}`),
    version: ownVersion(),
    repository,
    ...{ labels: [], capacity: 1, knows: [], runs: [] },
  };
}

/** Where a runner may clone it from; nothing, where git could take that for something else. */
function cloneUrlOf({ kind, origin, path }: Source): { readonly cloneUrl?: string } {
  const url = kind === 'own' || origin === null ? path : withoutCredentials(origin);
  return isCloneUrl(url) ? { cloneUrl: url } : {};
}
