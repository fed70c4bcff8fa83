/**
 * Owns the addresses of pages, as a person copies them from a browser: whose page it is, and of which
 * dispatcher.
 */

import { type Address, parseAddress } from '../protocol/address.js';
import {
  type Abbreviation,
  type Commit,
  ownerOf,
  parseJobName,
  parseLog,
  parseRevision,
  type RunId,
} from '../protocol/ids.js';
import { UsageError } from '../world/exit.js';

interface OfCommit {
  readonly kind: 'commit';
  readonly commit: Commit | Abbreviation;
  readonly job: string | null;
}

interface OfLog {
  readonly kind: 'log';
  readonly run: RunId;
}

/** Where it lies, and what it shows. */
export type Page = (OfCommit | OfLog) & { readonly at: Address | null };

export function isPage(text: string): boolean {
  return /^https?:\/\//.test(text);
}

/** `http://localhost:8888/commits/1a2b3c4#lint`, `http://localhost:8888/logs/7f3a9c21-9.2#L812` */
export function pageAt(text: string): Page {
  const url = URL.canParse(text) ? new URL(text) : null;
  const [, kind, id = ''] = /^\/(commits|logs)\/([^/]+)\/?$/.exec(url?.pathname ?? '') ?? [];
  const commit = kind === 'commits' ? parseRevision(id) : null;
  const log = kind === 'logs' ? parseLog(id) : null;
  if (url === null || (commit === null && log === null)) {
    throw new UsageError(`${text} is not the address of the page of a commit, or of a log.`);
  }
  const usual = url.protocol === 'https:' ? '443' : '80';
  const at = parseAddress(`${url.hostname}:${url.port || usual}`);
  if (log !== null) return { kind: 'log', run: ownerOf(log).run, at };
  if (commit === null) throw new Error('neither a commit nor a log');
  return { kind: 'commit', commit, job: parseJobName(decoded(url.hash.slice(1))), at };
}

function decoded(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    // A percent sign of its own: no name of a job holds one.
    return '';
  }
}
