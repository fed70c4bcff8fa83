/**
 * Owns how many columns of a terminal a text takes, and how a line is made to fit into so many.
 * Colours take none; a Chinese character or an emoji takes two.
 */

import stringWidth from 'string-width';

/** The columns that the text takes, its colours aside. */
export function widthOf(text: string): number {
  return stringWidth(text);
}

/** A colour is begun or ended: the only escapes that a line of ours holds. */
// biome-ignore lint/suspicious/noControlCharactersInRegex: an escape is what is looked for
const colour = /(\u001b\[[0-9;]*m)/;

const letters = new Intl.Segmenter();

/** The line, or so much of it that a mark for the rest fits into the columns as well. */
export function cut(line: string, columns: number): string {
  if (widthOf(line) <= columns) return line;
  if (columns < 1) return '';
  let room = columns - widthOf(rest);
  let kept = '';
  for (const piece of line.split(colour)) {
    // Colours behind the end stay: they end those that were begun before it.
    if (colour.test(piece)) kept += piece;
    else if (room > 0) {
      const { text, isWhole } = beginningOf(piece, room);
      kept += isWhole ? text : text + rest;
      room = isWhole ? room - widthOf(text) : 0;
      if (isWhole && room === 0) kept += rest;
    }
  }
  return kept;
}

const rest = '…';

function beginningOf(text: string, columns: number): { text: string; isWhole: boolean } {
  let [kept, width] = ['', 0];
  for (const { segment } of letters.segment(text)) {
    width += widthOf(segment);
    if (width > columns) return { text: kept, isWhole: false };
    kept += segment;
  }
  return { text: kept, isWhole: true };
}

/** The line in exactly so many columns. */
export function fitted(line: string, columns: number): string {
  const short = cut(line, columns);
  return short + ' '.repeat(Math.max(0, columns - widthOf(short)));
}

/** The text in lines of at most so many columns, cut at blanks where that is possible. */
export function wrapped(text: string, columns: number): string[] {
  const lines: string[] = [];
  let line = '';
  for (const word of text.split(' ')) {
    const longer = line === '' ? word : `${line} ${word}`;
    if (line !== '' && widthOf(longer) > columns) {
      lines.push(line);
      line = word;
    } else line = longer;
  }
  return [...lines, line];
}
