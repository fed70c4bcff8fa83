/**
 * Owns the Test Anything Protocol, versions 13 and 14, line by line: points, plans, subtests in each
 * other, YAML blocks, what is skipped and what is still to do. A point that has subtests is a suite: it
 * counts only where it failed and none of them did.
 *
 *   # Subtest: sums            names what comes indented, and ends with a point of that indentation
 *       not ok 1 - adds
 *         ---                  a block belongs to the point above it
 *         error: 'no'
 *         ...
 *       1..1
 *   not ok 1 - sums
 */

import { blockLinesMax, lineCharactersMax, subtestsDeepMax } from './limits.js';
import { type Block, blockOf, failureIn, millisecondsIn } from './tap-block.js';
import { type Mask, type Reader, ReportError, type TestCase } from './test-case.js';

interface Point {
  readonly indent: number;
  readonly isOk: boolean;
  readonly description: string;
  readonly directive: 'skip' | 'todo' | null;
  readonly durationMs: number;
  /** Its subtests come behind it, in braces. */
  readonly isOpened: boolean;
}

/** What was seen of one indentation since the last point of a smaller one. */
interface Level {
  readonly indent: number;
  /** What `# Subtest:` announced: the name of the next point of this indentation. */
  announced: string;
  points: number;
  failed: number;
}

const noBlock: Block = new Map();

export function tapReader(
  take: (test: TestCase) => void,
  roots: readonly string[],
  mask: Mask = (text) => text,
): Reader {
  /** By indentation, ascending; the first has none. */
  const levels: Level[] = [levelOf(0)];
  /** A point whose block may still come. */
  let pending: Point | null = null;
  /** Points whose brace is not closed yet. */
  const opened: Point[] = [];
  let block: { readonly indent: number; readonly lines: string[] } | null = null;
  let rest = '';
  let planned: number | null = null;
  let givenUp: string | null = null;
  let isTap = false;

  function line(text: string): void {
    const content = text.trimStart();
    const indent = text.length - content.length;
    if (block !== null && inBlock(block, content, indent, text)) return;
    if (pending !== null && content === '---' && indent > pending.indent) {
      block = { indent, lines: [] };
      return;
    }
    finishPoint(noBlock);
    const point = pointOf(content, indent);
    if (point?.isOpened === true) {
      opened.push(point);
      levelAt(indent).announced = point.description;
    } else if (point !== null) pending = point;
    else if (content === '}' && opened.at(-1)?.indent === indent) pending = opened.pop() ?? null;
    else remark(content, indent);
    isTap ||= point !== null || /^TAP version 1[34]\b/.test(content);
  }

  /** Whether the line belongs to the block; one that was cut off ends with what stands before it. */
  function inBlock(
    { indent: margin, lines }: { readonly indent: number; readonly lines: string[] },
    content: string,
    indent: number,
    text: string,
  ): boolean {
    if (content !== '' && indent < margin) {
      finishPoint(blockOf(lines));
      return false;
    }
    if (content === '...' && indent === margin) finishPoint(blockOf(lines));
    else if (lines.length < blockLinesMax) lines.push(text.slice(margin));
    return true;
  }

  function finishPoint(said: Block): void {
    const point = pending;
    pending = null;
    block = null;
    if (point === null) return;
    const { indent, isOk, directive } = point;
    const { points: below, failed: failedBelow } = leaveBelow(indent);
    const level = levelAt(indent);
    const isFailed = !isOk && directive === null;
    level.points += 1;
    if (isFailed || failedBelow > 0) level.failed += 1;
    const name = nameOf(point, level);
    level.announced = '';
    if (below > 0 && (!isFailed || failedBelow > 0)) return;
    take({
      name,
      outcome: directive !== null ? 'skipped' : isOk ? 'passed' : 'failed',
      durationMs: millisecondsIn(said) || point.durationMs,
      failure: isFailed ? failureIn(said, roots) : null,
    });
  }

  function nameOf({ description, indent }: Point, { announced }: Level): string {
    const suites = levels.filter((level) => level.indent < indent && level.announced !== '');
    const own = description === '' ? announced : description;
    return [...suites.map((level) => level.announced), own].join(' > ');
  }

  /** The subtests of that indentation's next point are over: how many they were, and how many failed. */
  function leaveBelow(indent: number): { readonly points: number; readonly failed: number } {
    const sum = { points: 0, failed: 0 };
    for (
      let last = levels.at(-1);
      last !== undefined && last.indent > indent;
      last = levels.at(-1)
    ) {
      sum.points += last.points;
      sum.failed += last.failed;
      levels.pop();
    }
    return sum;
  }

  function levelAt(indent: number): Level {
    const last = levels.at(-1);
    if (last?.indent === indent) return last;
    const found = levels.find((level) => level.indent === indent);
    if (found !== undefined) return found;
    if (levels.length >= subtestsDeepMax)
      throw new ReportError('has too many subtests in each other');
    const level = levelOf(indent);
    levels.push(level);
    levels.sort((one, other) => one.indent - other.indent);
    return level;
  }

  function remark(content: string, indent: number): void {
    const [, announced] = /^# Subtest(?:: (.*))?$/.exec(content) ?? [];
    if (announced !== undefined) levelAt(indent).announced = unescaped(announced);
    const [, plan] = /^1\.\.(\d{1,9})\b/.exec(content) ?? [];
    if (plan !== undefined && indent === 0) planned = Number(plan);
    const [, why] = /^Bail out!\s*(.*)$/.exec(content) ?? [];
    if (why !== undefined) givenUp ??= why;
  }

  return {
    write: (text) => {
      const lines = `${rest}${text}`.split('\n');
      rest = (lines.pop() ?? '').slice(0, lineCharactersMax);
      for (const one of lines) line(mask(one.slice(0, lineCharactersMax)).trimEnd());
    },
    end: () => {
      if (rest !== '') line(mask(rest).trimEnd());
      finishPoint(block === null ? noBlock : blockOf(block.lines));
      for (pending of opened.splice(0).reverse()) finishPoint(noBlock);
      const [top] = levels;
      const told = top?.points ?? 0;
      if (givenUp !== null)
        throw new ReportError(`says that it was given up: ${givenUp || 'no word why'}`);
      if (!isTap && planned === null) throw new ReportError('is no TAP');
      if (planned === null) throw new ReportError('ends too early: it has no plan');
      if (planned !== told) throw new ReportError(`promises ${planned} tests and tells of ${told}`);
    },
  };
}

function levelOf(indent: number): Level {
  return { indent, announced: '', points: 0, failed: 0 };
}

/** `not ok 3 - adds # SKIP not here`; null: the line is none. */
function pointOf(content: string, indent: number): Point | null {
  const [whole, not, said = ''] = /^(not )?ok\b(?: +\d{1,9})?(.*)$/.exec(content) ?? [];
  if (whole === undefined) return null;
  // What stands behind a hash is no part of the description, unless the hash is escaped.
  const at = said.search(/(?<!\\)#/);
  const before = (at < 0 ? said : said.slice(0, at)).trim().replace(/^- */, '');
  const isOpened = content.endsWith('{') && !content.endsWith('\\{');
  const description = isOpened && at < 0 ? before.slice(0, -1).trimEnd() : before;
  const comment = at < 0 ? '' : said.slice(at + 1).trim();
  const [, word] = /^(skip|todo)/i.exec(comment) ?? [];
  const [, time = '0', unit = 'ms'] = /^time=([\d.]{1,20})(ms|s)/.exec(comment) ?? [];
  return {
    indent,
    isOk: not === undefined,
    description: unescaped(description),
    directive: word === undefined ? null : word.toLowerCase() === 'skip' ? 'skip' : 'todo',
    durationMs: (Number(time) || 0) * (unit === 's' ? 1_000 : 1),
    isOpened,
  };
}

function unescaped(text: string): string {
  return text.replace(/\\([#\\])/g, '$1');
}
