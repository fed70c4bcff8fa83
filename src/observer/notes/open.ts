/**
 * Owns how an observer comes to write notes: where, and whether they are pushed.
 */

import type { Address } from '../../protocol/address.js';
import type { Hello } from '../../protocol/bodies.js';
import type { Clock } from '../../world/clock.js';
import { UsageError } from '../../world/exit.js';
import type { Network } from '../../world/network.js';
import type { Tell } from '../../world/story.js';
import type { Token } from '../../world/token.js';
import type { Setting } from '../story.js';
import { MemoryFile } from './memory-file.js';
import { Notebook } from './notebook.js';
import { Notes } from './notes.js';

interface Options {
  readonly notes: 'none' | 'here' | 'pushed';
  readonly dispatcher: Address;
  readonly token: Token | null;
}

interface World {
  readonly clock: Clock;
  readonly network: Network;
  readonly tell: Tell;
}

/** Throws a `UsageError` where they cannot be pushed. */
export function assertPushable({ source }: Setting, { notes }: Pick<Options, 'notes'>): void {
  if (notes !== 'pushed' || source.kind !== 'own') return;
  throw new UsageError(
    `${source.path} has no remote, or is one: its notes are there already, so leave out --notes-push.`,
  );
}

/** Writes notes from now on, until what it answers is called. */
export function openNotes(
  { source, repository, stateFolder }: Setting,
  { notes: wanted, dispatcher, token }: Options,
  hello: Hello,
  world: World,
): () => void {
  if (wanted === 'none') return () => {};
  const stop = new AbortController();
  const remote = wanted === 'pushed' && source.kind !== 'own' ? source.remote : null;
  const where = remote === null ? '' : `, and pushed to ${remote}`;
  const msg = `verdicts are written as git notes${where}: git log --notes=trivet`;
  world.tell({ event: 'notes', remote, msg });
  const notebook = new Notebook(source.path, stop.signal);
  const notes = new Notes(
    { ...world, notebook, memory: new MemoryFile(stateFolder) },
    { dispatcher, token, hello, repository, remote },
  );
  return () => {
    notes.close();
    stop.abort();
  };
}
