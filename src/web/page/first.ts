/**
 * Owns what the server put into the page: its first document, and whether a token is wanted.
 */

interface First {
  readonly first: {
    readonly url: string | null;
    readonly wantsToken: boolean;
    readonly isTrusted: boolean;
  };
  readonly document: unknown;
}

const element = document.getElementById('first');

const begun: First =
  element === null
    ? { first: { url: null, wantsToken: false, isTrusted: true }, document: null }
    : JSON.parse(element.textContent ?? '');

export const { wantsToken } = begun.first;

/** Whether this browser may change anything, as far as the server knew. */
export const wasTrusted = begun.first.isTrusted;

let unused = begun.first.url;

/** The document that came with the page, if it is that one: given away once. */
export function firstDocument(url: string): unknown {
  if (url !== unused) return undefined;
  unused = null;
  return begun.document;
}
