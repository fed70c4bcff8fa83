/**
 * Owns what is said besides "OK" where a wish is for a repository of which no job has come yet. The
 * wish is kept, for whoever comes by that name; but the name may be mistyped. Changes nothing.
 */

import type { Request } from '../../protocol/messages.js';
import type { Queries } from '../store/queries.js';

/** A sentence with its newline, or nothing. */
export async function ifUnheard(
  queries: Pick<Queries, 'commits'>,
  request: Request,
): Promise<string> {
  const repository = repositoryIn(request);
  if (repository === null) return '';
  try {
    const known = await queries.commits({ repository, most: 1 });
    return known.length > 0 ? '' : `No job of ${repository} is known yet.\n`;
  } catch {
    // Where the past cannot be read now, there is nothing to say of it.
    return '';
  }
}

function repositoryIn(request: Request): string | null {
  if (request.verb === 'secret') {
    return request.body.action === 'set' ? request.body.repository : null;
  }
  if (request.verb !== 'pause' || !request.what.startsWith('repository:')) return null;
  return request.what.slice('repository:'.length);
}
