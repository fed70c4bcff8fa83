/**
 * Owns the walk through the tour: everything that its pages have people type is done, page by page, with
 * the real processes, and what they print is put where the pages show it.
 * Invariant: pages on which nothing but hours and durations would change stay as they are.
 */

import { asAlways, type Block, blocksOf, prompt, withBlocks } from './page.js';
import { Terminals } from './terminals.js';

/** The pages as they are after a walk, in their order; `pace`: seconds that a second of suites takes. */
export async function walked(pages: readonly string[], pace: number): Promise<string[]> {
  const terminals = await Terminals.open(pace);
  try {
    const anew: string[] = [];
    for (const page of pages) {
      const contents: string[][] = [];
      for (const block of blocksOf(page)) contents.push(await done(block, terminals));
      anew.push(withBlocks(page, contents));
    }
    const isSame = anew.every((page, at) => asAlways(page) === asAlways(pages[at] ?? ''));
    return isSame ? [...pages] : anew;
  } finally {
    await terminals.close();
  }
}

/** Does what the block has one type; answers its lines. */
async function done({ terminal: name, from, until, commands }: Block, terminals: Terminals) {
  const terminal = terminals.terminal(name);
  const lines: string[] = [];
  for (const [at, command] of commands.entries()) {
    const goesOn = until !== null && at === commands.length - 1;
    terminal.type(command, terminals.script(command, goesOn));
    lines.push(`${prompt}${command}`);
    if (!goesOn) lines.push(...terminals.shown(await terminal.toTheEnd()));
  }
  if (until === null) return lines;
  const came = terminals.shown(await terminal.until(until));
  const first = from === null ? 0 : came.findIndex((line) => line.includes(from));
  return [...lines, ...came.slice(Math.max(first, 0))];
}
