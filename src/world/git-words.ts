/**
 * Owns how what git says on its standard error becomes one sentence for people: the first lines
 * say what is wrong (who refused, which remedy there is), the last ones what came of it.
 */

/** Lines that are kept of each end: git's longest advice, on "dubious ownership", has four. */
const edgeLines = 4;

/** As much as a reason may have on the wire. */
const charactersMax = 500;

/** A sideband line that counts, or comes from counting. */
const progress = /^(?:remote: )?[A-Z][a-z]+(?: [a-z]+)*: +(?:\d+%|\d+, done|\d+$)/;

/** Said after whatever went wrong with a remote; the reason stands before it. */
const advice =
  /^(?:Please make sure you have the correct access rights|and the repository exists\.)$/;

/** One line of what git printed when it failed. */
export function sentenceOf(printed: string): string {
  const lines = printed
    .split('\n')
    // A counter overwrites itself: its last state is the line.
    .map((line) => line.slice(line.trimEnd().lastIndexOf('\r') + 1).trim())
    .filter((line) => line !== '' && !progress.test(line) && !advice.test(line));
  const [first, last] = [lines.slice(0, edgeLines), lines.slice(edgeLines).slice(-edgeLines)];
  const isCut = lines.length > first.length + last.length;
  const sentence = [...first, ...(isCut ? ['…'] : []), ...last].join(' ');
  return sentence.slice(0, charactersMax) || 'git failed without a word';
}
