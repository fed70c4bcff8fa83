/**
 * Owns how a publication is written for a spectator: as a message of its session.
 */

import { encodeSession } from '../../protocol/encoder.js';
import type { Entry } from '../core/journal.js';
import type { Publication, Recorded } from './publication.js';

/** Three hundred who come at once want the same entries: each is written once while memory has it. */
const written = new WeakMap<Recorded, Buffer>();

/** An entry with what a person would ask for its job by. */
export function recordedEvent(recorded: Recorded): Buffer {
  const before = written.get(recorded);
  if (before !== undefined) return before;
  const { seq, entry, job } = recorded;
  const { repository, commit, name } = job;
  const body = { ...told(entry), repository, commit, name };
  const bytes = encodeSession({ verb: 'entry', seq, body });
  written.set(recorded, bytes);
  return bytes;
}

/** What a runner is to do may be long, and is between it and the dispatcher. */
function told(entry: Entry): Entry {
  if (entry.kind !== 'accepted' || entry.work === undefined) return entry;
  const { work: _, ...rest } = entry;
  return rest;
}

export function eventOf(publication: Publication): Buffer {
  return publication.kind === 'entry'
    ? recordedEvent(publication)
    : encodeSession({ verb: 'event', body: flat(publication) });
}

function flat(publication: Exclude<Publication, { kind: 'entry' }>) {
  switch (publication.kind) {
    case 'notice':
      return { atMs: publication.atMs, ...publication.notice };
    case 'told':
      return { ...publication.told, kind: 'told', atMs: publication.atMs };
    case 'log':
    case 'step': {
      const { job, ...rest } = publication;
      const { id, repository, commit, name } = job;
      return { ...rest, job: id, repository, commit, name };
    }
    case 'message':
      return { ...publication };
  }
}
