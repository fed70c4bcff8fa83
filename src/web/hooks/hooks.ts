/**
 * Owns the webhooks of forges: a push that is signed makes the observers look at once. They come from
 * other machines, so that neither `Host` nor `Origin` says anything of them: the signature alone does.
 * Never keeps more of a body than it reads, and never believes what a body says beyond a name.
 */

import type { HttpBindings } from '@hono/node-server';
import type { Context, Hono } from 'hono';
import * as z from 'zod';
import { nearestName } from '../../protocol/ids.js';
import type { Token } from '../../world/token.js';
import { refused } from '../api.js';
import type { Behind } from '../behind.js';
import { Looks } from './looks.js';
import { type Check, checkOf, eventHeaders, type Forge, forges } from './signature.js';

const folder = '/hooks/';

/** What GitHub sends at most. It is signed as a whole, and read as it comes. */
const bodyBytesMax = 25 * 1_024 * 1_024;

/** Kept of one, to read in it whose push that was; of a longer one, all repositories are looked at. */
const keptBytesMax = 1_024 * 1_024;

/** Kept of all that arrive at the same time. */
const keptInAllMax = 16 * 1_024 * 1_024;

/** What may have brought a commit. */
const bringsCommits = /push|create|tag|pull|merge/i;

const payload = z.object({
  repository: z.object({ full_name: z.string() }).optional(),
  project: z.object({ path_with_namespace: z.string() }).optional(),
});

/** Whether it is for the forge's signature to say who asks. */
export function isHook({ req }: Context): boolean {
  return req.method === 'POST' && req.path.startsWith(folder);
}

export function serveHooks(app: Hono, secret: Token | null, behind: Behind): void {
  const looks = new Looks(behind);
  const bodies = new Bodies();
  for (const forge of forges) {
    app.post(`${folder}${forge}`, (context) =>
      secret === null
        ? refused(context, 403, howTo)
        : heard(context, { forge, secret, looks, bodies, nowMs: behind.clock.wallMs() }),
    );
  }
  const all = forges.map((forge) => folder + forge).join(', ');
  app.all(`${folder}*`, (context) => refused(context, 404, `A forge POSTs to one of ${all}`));
}

const howTo =
  'No webhooks are taken: start the dispatcher with --hooks-secret-file, and give the forge that secret';

interface Given {
  readonly forge: Forge;
  readonly secret: Token;
  readonly looks: Looks;
  readonly bodies: Bodies;
  readonly nowMs: number;
}

async function heard(
  context: Context,
  { forge, secret, looks, bodies, nowMs }: Given,
): Promise<Response> {
  const header = (name: string) => context.req.header(name);
  const check = checkOf(forge, header, secret, nowMs);
  if (typeof check === 'string') return refused(context, 401, check);
  const { incoming } = context.env as HttpBindings;
  const isTooLong = Number(header('content-length') ?? 0) > bodyBytesMax;
  const body = isTooLong ? 'too long' : await bodies.read(incoming, check);
  if (body === 'too long') return refused(context, 413, `At most ${bodyBytesMax} bytes`);
  if (!check.isSigned()) return refused(context, 401, 'The signature is not of this secret');
  const event = header(eventHeaders[forge]) ?? '';
  if (event === 'ping') return context.json({ says: 'pong' });
  if (!bringsCommits.test(event)) return context.json({ says: `Nothing to do for "${event}"` });
  looks.look(body === null ? null : repositoryIn(body, header('content-type') ?? ''));
  return context.json({ says: 'Looking' }, 202);
}

/** Bodies that arrive. */
class Bodies {
  #kept = 0;

  /** Shows all of it to the check; answers it where there is room to keep it, else null. */
  async read(incoming: AsyncIterable<Buffer>, check: Check): Promise<string | null | 'too long'> {
    let [bytes, kept]: [number, Buffer[] | null] = [0, []];
    try {
      for await (const piece of incoming) {
        bytes += piece.length;
        if (bytes > bodyBytesMax) return 'too long';
        check.take(piece);
        if (kept === null) continue;
        this.#kept += piece.length;
        kept.push(piece);
        if (bytes <= keptBytesMax && this.#kept <= keptInAllMax) continue;
        this.#kept -= lengthOf(kept);
        kept = null;
      }
      return kept === null ? null : Buffer.concat(kept).toString();
    } finally {
      this.#kept -= lengthOf(kept ?? []);
    }
  }
}

function lengthOf(pieces: readonly Buffer[]): number {
  return pieces.reduce((sum, { length }) => sum + length, 0);
}

/** What the repository is called by whoever clones it; null: that cannot be read there. */
function repositoryIn(body: string, type: string): string | null {
  const isForm = type.startsWith('application/x-www-form-urlencoded');
  const text = isForm ? (new URLSearchParams(body).get('payload') ?? '') : body;
  try {
    const { repository, project } = payload.parse(JSON.parse(text));
    const path = project?.path_with_namespace ?? repository?.full_name ?? '';
    return nearestName(path.split('/').at(-1) ?? '') || null;
  } catch {
    // It is signed, and says nothing that we understand: a push of any repository.
    return null;
  }
}
