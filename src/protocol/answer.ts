/**
 * Owns what can come of one request: a reply, or one of two kinds of none.
 */

export type Answer =
  | { readonly kind: 'reply'; readonly text: string }
  /** Definite: the peer was never reached, so nothing happened there. */
  | { readonly kind: 'unreached'; readonly reason: string }
  /** Indefinite: it was reached and fell silent; it may have acted or not. */
  | { readonly kind: 'silent'; readonly reason: string };
