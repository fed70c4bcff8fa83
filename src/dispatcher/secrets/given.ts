/**
 * Owns which secrets a run is given, at the moment in which it is told of its work: what that names,
 * where the secret is for such a run. They are in that one message and nowhere else: not in the
 * core's effects, not in the journal, not in the feed.
 */

import type { Assignment } from '../../protocol/job-bodies.js';
import { secretsOfRunBytesMax } from '../../protocol/limits.js';
import type { SessionMessage } from '../../protocol/messages.js';
import { secretsNamedIn } from '../../protocol/secrets.js';
import { type Occasion, whyNot } from './scope.js';
import type { Vault } from './vault.js';

/** The message, and with it what the run of which it tells is to be given. */
export function withSecrets(vault: Vault, message: SessionMessage): SessionMessage {
  if (message.verb !== 'runtest') return message;
  return { ...message, body: { ...message.body, ...givenTo(message.body, vault) } };
}

function givenTo({ work, repository, branch }: Assignment, vault: Vault) {
  const names = work === undefined ? [] : secretsNamedIn(work);
  if (work === undefined || names.length === 0) return {};
  const run = { repository, branch, event: work.occasion.event };
  const secrets: Record<string, string> = {};
  const withheld: Record<string, string> = {};
  let bytes = 0;
  for (const name of names) {
    const found = lookUp(vault, name, run);
    const text = 'value' in found ? found.value : found.whyNot;
    bytes += Buffer.byteLength(JSON.stringify({ [name]: text }));
    // Of the rest the runner finds that it was not given.
    if (bytes > secretsOfRunBytesMax) break;
    if ('value' in found) secrets[name] = text;
    else withheld[name] = text;
  }
  return { secrets, withheld };
}

function lookUp(
  vault: Vault,
  name: string,
  run: Occasion,
): { readonly value: string } | { readonly whyNot: string } {
  const { repository } = run;
  if (repository === null) return { whyNot: 'its repository has no name' };
  const held = vault.get({ repository, name });
  if (held === undefined) return { whyNot: `${repository} has none of that name` };
  const why = whyNot(held, run);
  if (why !== null) return { whyNot: why };
  return held.value === null ? { whyNot: 'the dispatcher cannot open it' } : { value: held.value };
}
