/**
 * Owns where a container sees the checkout: where Woodpecker has it, `/woodpecker/src/<host>/<owner>/
 * <name>`, whatever the repository is called. Pure.
 */

import { posix } from 'node:path';
import type { Work } from '../../protocol/work.js';

type Occasion = Pick<Work['occasion'], 'cloneUrl' | 'repository'>;

/** Steps that write absolute paths mean these. */
const base = '/woodpecker/src';

export function workspaceOf({ cloneUrl, repository }: Occasion): string {
  const named = repository.split('/').map(part);
  const host = part(hostOf(cloneUrl) ?? '');
  return [base, host, ...named].filter((name) => name !== '').join('/');
}

/** A step's own folder: within the checkout, unless it names one of its container. */
export function folderOf(workspace: string, directory: string | null): string {
  return directory === null ? workspace : posix.resolve(workspace, directory);
}

/** `https://host/a/b`, `ssh://git@host:22/a/b`, `git@host:a/b`; a path has none. */
function hostOf(url: string): string | null {
  const written = /^[a-z+]+:\/\/(?:[^@/]*@)?([^/:]+)/i.exec(url);
  const likeScp = /^(?:[^@/:]+@)?([^@/:]+):(?!\/\/)/.exec(url);
  return written?.[1] ?? likeScp?.[1] ?? null;
}

/** One name in a path that commands may leave unquoted. */
function part(text: string): string {
  return text.replace(/[^A-Za-z0-9._-]/g, '-').replace(/^\.+/, '');
}
