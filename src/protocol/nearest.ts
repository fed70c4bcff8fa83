/**
 * Owns the guess at what somebody meant to write: the known word that is fewest strokes away.
 */

/** So many strokes may be wrong; more is another word. */
const strokesMax = 2;

/** No word that anybody knows is longer; what is longer was meant for something else. */
const wordCharactersMax = 40;

/** The known word nearest to `typed`, if one is near. */
export function nearest(typed: string, known: readonly string[]): string | null {
  if (typed.length > wordCharactersMax) return null;
  const [best] = known
    .map((word) => ({ word, strokes: strokesBetween(typed, word) }))
    .filter(({ word, strokes }) => strokes <= strokesMax && strokes <= word.length / 2)
    .sort((a, b) => a.strokes - b.strokes);
  return best?.word ?? null;
}

/** Letters to be put in, left out or exchanged (Levenshtein), row by row. */
function strokesBetween(one: string, other: string): number {
  let row = Array.from({ length: other.length + 1 }, (_, index) => index);
  for (const [at, letter] of [...one].entries()) {
    const next = [at + 1];
    for (const [index, wanted] of [...other].entries()) {
      const exchanged = (row[index] ?? 0) + (letter === wanted ? 0 : 1);
      next.push(Math.min(exchanged, (row[index + 1] ?? 0) + 1, (next[index] ?? 0) + 1));
    }
    row = next;
  }
  return row.at(-1) ?? 0;
}
