/**
 * Owns what a command is about: which dispatcher, and which commit of its, by the flags and the argument
 * that were typed.
 */

import { documents } from '../protocol/documents.js';
import { parseRevision } from '../protocol/ids.js';
import { Dispatcher, type DispatcherRead } from './asking.js';
import { commitNamed, type Named } from './naming.js';
import { isPage, pageAt } from './pages.js';

/** The argument, as commands declare it. */
export const commitArgument = {
  name: 'commit',
  describe:
    'branch, tag, id, its beginning, or the URL of its page; :<job> behind it (default: HEAD)',
  isMany: false,
  isOptional: true,
} as const;

export interface About {
  readonly dispatcher: Dispatcher;
  readonly named: Named;
}

/** Throws `UsageError` where nothing can be meant by that. */
export async function about(read: DispatcherRead & { readonly commit?: string }): Promise<About> {
  const { commit: text = 'HEAD' } = read;
  if (!isPage(text)) {
    return { dispatcher: new Dispatcher(read), named: await commitNamed(text) };
  }
  const page = pageAt(text);
  const dispatcher = new Dispatcher(read, page.at);
  if (page.kind === 'commit') return { dispatcher, named: page };
  const run = await dispatcher.document({ what: 'run', run: page.run }, documents.run);
  const commit = parseRevision(run.commit);
  if (commit === null) throw new Error(`a run is of ${run.commit}, which is no commit`);
  return { dispatcher, named: { commit, job: run.name } };
}
