/**
 * Owns how a publication is written for a spectator: as a message of its session.
 */

import { encodeSession } from '../../protocol/encoder.js';
import type { Publication, Recorded } from './publication.js';

/** An entry with what a person would ask for its job by. */
export function recordedEvent({ seq, entry, job }: Recorded): Buffer {
  const { repository, commit, name } = job;
  return encodeSession({ verb: 'entry', seq, body: { ...entry, repository, commit, name } });
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
    case 'log': {
      const { job, ...rest } = publication;
      const { id, repository, commit, name } = job;
      return { ...rest, job: id, repository, commit, name };
    }
    case 'message':
      return { ...publication };
  }
}
