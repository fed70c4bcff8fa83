/**
 * Owns excerpts of code on the tour's pages: between two marks stands what a file holds at an anchor.
 * Never keeps line numbers, which move: an anchor is the beginning of a line that is there once, or of
 * one that is there once within what another anchor begins.
 *
 *   <!-- code: src/protocol/verbs.ts, from: export const requests / dispatch: { -->
 *   <!-- code: src/dispatcher/core/rules.ts, from: // one that begins there, to: // another -->
 *   …
 *   <!-- code: end -->
 */

import { readFileSync } from 'node:fs';
import { basename } from 'node:path';

const excerpts =
  /^<!-- code: (?<file>\S+?)(?:, from: (?<from>.+?))?(?:, to: (?<to>.+?))? -->\n[\s\S]*?^<!-- code: end -->$/gm;

const kinds: Readonly<Record<string, string>> = { ts: 'ts', sh: 'sh', py: 'python' };

/** The page with its excerpts made anew; `root` is the folder of the project, as a URL. */
export function withExcerpts(page: string, root: URL): string {
  return page.replace(excerpts, (block: string, file: string, from?: string, to?: string) => {
    const mark = block.slice(0, block.indexOf('\n'));
    const code = readFileSync(new URL(file, root), 'utf8').trimEnd().split('\n');
    const lines = from === undefined ? code : excerpt(code, from, to ?? from, file);
    const kind = kinds[file.slice(file.lastIndexOf('.') + 1)] ?? '';
    const link = `[\`${basename(file)}\`](../../${file})`;
    return [mark, link, '', `\`\`\`${kind}`, ...lines, '```', '<!-- code: end -->'].join('\n');
  });
}

/** The lines from that anchor to the end of what the other begins, moved to the left. */
export function excerpt(
  lines: readonly string[],
  from: string,
  to: string,
  file: string,
): readonly string[] {
  const [{ first }, { last }] = [found(lines, from, file), found(lines, to, file)];
  const indent = indentOf(lines[first]);
  return lines.slice(first, last + 1).map((line) => line.slice(Math.min(indent, indentOf(line))));
}

/** Of what the anchor begins the first line and the last one. */
function found(lines: readonly string[], anchor: string, file: string) {
  let [first, last] = [0, lines.length - 1];
  for (const beginning of anchor.split(' / ')) {
    const fitting = lines.flatMap((line, at) =>
      at >= first && at <= last && line.trimStart().startsWith(beginning) ? [at] : [],
    );
    // Where the code has moved on, the page must move with it.
    if (fitting.length !== 1) {
      throw new Error(`${fitting.length} lines of ${file} begin as the page wants: ${anchor}`);
    }
    first = fitting[0] ?? 0;
    last = endOf(lines, first);
  }
  return { first, last };
}

/** A block ends with the line that closes it as far left as it began, all else before what comes there. */
function endOf(lines: readonly string[], first: number): number {
  const indent = indentOf(lines[first]);
  let last = first;
  for (let at = first + 1; at < lines.length; at += 1) {
    const line = lines[at] ?? '';
    if (line.trim() === '') continue;
    const isWithin = indentOf(line) > indent;
    const isClosing = indentOf(line) === indent && /^[}\])`]/.test(line.trimStart());
    if (!isWithin && !isClosing) return last;
    // `export function one(` … `): number {` … `}`: what closes may open again.
    if (isClosing && !/[{([]$/.test(line)) return at;
    last = at;
  }
  return last;
}

function indentOf(line = ''): number {
  return line.length - line.trimStart().length;
}
