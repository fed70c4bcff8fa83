/**
 * Owns how what is published is written for those who watch: as messages of a session (wire-form.ts), or
 * as events for a browser (src/web). Never decides who is sent what.
 */

import type { Publication, Recorded } from './publication.js';

/** Each call answers bytes that are sent as they are; empty: nothing. */
export interface Form {
  readonly entry: (recorded: Recorded) => Uint8Array;
  readonly event: (publication: Exclude<Publication, { kind: 'entry' }>) => Uint8Array;
  /** What came after that entry was missed; the entries follow. */
  readonly resync: (seq: number) => Uint8Array;
}

/** Three hundred who come at once want the same entries: each is written once while memory has it. */
export function writingOnce(entry: Form['entry']): Form['entry'] {
  const written = new WeakMap<Recorded, Uint8Array>();
  return (recorded) => {
    const before = written.get(recorded);
    if (before !== undefined) return before;
    const bytes = entry(recorded);
    written.set(recorded, bytes);
    return bytes;
  };
}

/** What is told of an entry, with what a person would ask for its job by. */
export function toldOf({ entry, job: { repository, commit, name } }: Recorded) {
  if (entry.kind !== 'accepted' || entry.work === undefined) {
    return { ...entry, repository, commit, name };
  }
  // What a runner is to do may be long, and is between it and the dispatcher.
  const { work: _, ...rest } = entry;
  return { ...rest, repository, commit, name };
}

/** What else is told, as one flat object. */
export function flat(publication: Exclude<Publication, { kind: 'entry' }>) {
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
