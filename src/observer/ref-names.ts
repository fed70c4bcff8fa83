/**
 * Owns what refs are called: where they lie, the names by which branches are told, and which of them a
 * pattern means. Never asks git. Pure.
 */

/** Where refs lie in a folder, in the place of `refs/`. */
export type Place = `refs/${string}`;

/** A branch is called by its short name, unless that could be another ref's; all else by the full one. */
export function nameOf(ref: string): string {
  const short = ref.replace(/^refs\/heads\//, '');
  return short.startsWith('refs/') ? ref : short;
}

/** The name of a ref that lies at that place, as it is called at its home. */
export function nameAt(place: Place, ref: string): string {
  return nameOf(`refs/${ref.slice(place.length)}`);
}

/** Whether a ref is named by one of those patterns of `for-each-ref`. */
export function matcherOf(patterns: readonly string[]): (ref: string) => boolean {
  const expressions = patterns.map(expression);
  return (ref) => expressions.some((one) => one.test(ref));
}

/** It names what begins with it, up to a slash. */
function expression(pattern: string): RegExp {
  const wild: Readonly<Record<string, string>> = { '?': '[^/]', '*': '[^/]*', '**': '.*' };
  const begin = pattern.replace(/\*\*?|\?|\[[^\]]+\]|./g, (part) => {
    if (part.length > 1 && part.startsWith('[')) return part.replace(/^\[!/, '[^');
    return wild[part] ?? part.replace(/[^\w/]/, '\\$&');
  });
  return new RegExp(`^${begin}${pattern.endsWith('/') ? '' : '(?:/|$)'}`);
}
