/**
 * Owns what a page of the tour has people type, and says that they see then: the blocks of its terminals.
 * Pure: pages in, pages out; who runs what is typed stands in walk.ts.
 *
 *   <!-- terminal 1, until: waiting for runners -->
 *   ```console
 *   $ node dispatcher.js
 *   09:00:00 dispatcher on localhost:8888, waiting for runners and commits
 *   ```
 *
 * A block with commands and without `until` shows all that they print, to their end. With `until` the
 * last one goes on, and so much is shown as comes up to that text. One without commands shows what has
 * come there since, from the line that holds `from` on.
 */

export interface Block {
  readonly terminal: string;
  readonly from: string | null;
  readonly until: string | null;
  readonly commands: readonly string[];
}

const pattern =
  /^(?<mark><!-- terminal (?<terminal>\w+)(?:, from: (?<from>.+?))?(?:, until: (?<until>.+?))? -->)\n```console\n(?<text>[\s\S]*?)^```$/gm;

export function blocksOf(page: string): Block[] {
  return [...page.matchAll(pattern)].map(({ groups = {} }) => ({
    terminal: groups['terminal'] ?? '',
    from: groups['from'] ?? null,
    until: groups['until'] ?? null,
    commands: commandsIn(groups['text'] ?? ''),
  }));
}

/** The page with these lines in its blocks. */
export function withBlocks(page: string, contents: readonly (readonly string[])[]): string {
  let at = 0;
  return page.replace(pattern, (...found) => {
    const { mark } = found.at(-1) as { mark: string };
    const lines = contents[at] ?? [];
    at += 1;
    return `${mark}\n\`\`\`console\n${lines.map((line) => `${line}\n`).join('')}\`\`\``;
  });
}

function commandsIn(text: string): string[] {
  const lines = text.split('\n').filter((line) => line.startsWith(prompt));
  return lines.map((line) => line.slice(prompt.length));
}

export const prompt = '$ ';

/**
 * The page without what is another each time: hours, how long it took, what came of a seed, and, on a busy
 * machine, who was late with an answer.
 */
export function asAlways(page: string): string {
  return page
    .replaceAll(/^.*\* .* (?:has not answered its ping|is heard again)\n/gm, '')
    .replaceAll(/\b\d{4}-\d\d-\d\dT[\d:.]+Z/g, 'day and hour')
    .replaceAll(/\b\d{4}-\d\d-\d\d (?=\d\d:)/g, '')
    .replaceAll(/\b\d\d:\d\d:\d\d\b/g, 'hour')
    .replaceAll(/ *\+\d+\.\d+ /g, ' later ')
    .replaceAll(/ *\b\d+ bytes\b/g, ' bytes')
    .replaceAll(/\b[0-9a-f]{8}-\d+\b/g, 'run')
    .replaceAll(/\b\d+(?:\.\d+)? s\b/g, 'seconds')
    .replaceAll(/\b\d+ (jobs|runs|faults)\b/g, 'some $1')
    .replaceAll(/\bseed \d+ breaks\b/g, 'a seed breaks');
}
