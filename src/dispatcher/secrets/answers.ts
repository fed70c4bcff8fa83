/**
 * Owns what becomes of a request about secrets, and the words of its answer. No value is in any.
 */

import { maskedCharactersMin, type SecretRequest } from '../../protocol/secrets.js';
import { UsageError } from '../../world/exit.js';
import type { Tell } from '../../world/story.js';
import { lacksRoom } from '../store/no-room.js';
import { listed } from './scope.js';
import type { Held, Vault } from './vault.js';

/** Changes what is kept, and answers when that is on disk. */
export async function answerSecret(
  vault: Vault,
  request: SecretRequest,
  tell: Tell,
): Promise<string> {
  try {
    switch (request.action) {
      case 'set':
        return await set(vault, request, tell);
      case 'remove':
        return await remove(vault, request, tell);
      case 'list':
        return list(vault);
    }
  } catch (error) {
    // What cannot be kept is said to whoever asked for it; all that was kept before still is.
    if (error instanceof UsageError) return `Not kept: ${error.message.replace(/[.]$/, '')}.\n`;
    if (lacksRoom(error)) return 'Not kept: there is no room on the disk of the dispatcher.\n';
    throw error;
  }
}

type Request<Action> = Extract<SecretRequest, { action: Action }>;

async function set(vault: Vault, request: Request<'set'>, tell: Tell): Promise<string> {
  const { name, repository, branches, events, value } = request;
  const scope = { name, repository, branches: branches.toSorted(), events: events.toSorted() };
  const isNew = vault.get(scope) === undefined;
  await vault.set(scope, value);
  const msg = `the secret ${name} of ${repository} was ${isNew ? 'set' : 'set anew'}`;
  tell({ event: 'secret-set', name, repository, msg });
  const isShort = [...value.trim()].length < maskedCharactersMin;
  const warning = `It is shorter than ${maskedCharactersMin} characters, and will not be masked in logs.\n`;
  return `OK, for ${forWhat({ ...scope, value })}\n${isShort ? warning : ''}`;
}

async function remove(vault: Vault, request: Request<'remove'>, tell: Tell): Promise<string> {
  const { name, repository } = request;
  if (!(await vault.remove(request))) return `There is no secret ${name} of ${repository}\n`;
  tell({
    event: 'secret-removed',
    name,
    repository,
    msg: `the secret ${name} of ${repository} was removed`,
  });
  return 'OK\n';
}

function list(vault: Vault): string {
  const all = vault.all();
  const widths = [
    Math.max(...all.map(({ repository }) => repository.length)),
    Math.max(...all.map(({ name }) => name.length)),
  ] as const;
  const lines = all.map((held) => {
    const { repository, name, value } = held;
    const closed = value === null ? ' (cannot be opened)' : '';
    return `  ${repository.padEnd(widths[0])}  ${name.padEnd(widths[1])}  ${forWhat(held)}${closed}\n`;
  });
  const count = all.length === 1 ? '1 secret' : `${all.length} secrets`;
  const trouble = vault.trouble === null ? '' : `${vault.trouble}.\n`;
  return `OK, ${count}\n${lines.join('')}${trouble}`;
}

function forWhat({ branches, events }: Held): string {
  const where = branches.length === 0 ? 'all branches' : listed(branches);
  return `${listed(events)} on ${where}`;
}
