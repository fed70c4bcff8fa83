/**
 * Owns what the demo shows: a column for who speaks, a column for what is said, 80 wide.
 */

export interface Screen {
  /** One sentence of a process. `level` as pino counts: 30 info, 40 warning, 50 error. */
  line(who: string, says: string, level: number): void;
  /** What the demo itself does. */
  act(says: string): void;
  text(says: string): void;
}

const width = 80;
const whoWidth = 10;

const shades: Readonly<Record<string, string>> = {
  dispatcher: '\u001b[36m',
  observer: '\u001b[35m',
  'runner A': '\u001b[34m',
  'runner B': '\u001b[33m',
};

/** Prints on standard output; colour only on a terminal. */
export function terminal(): Screen {
  const isColoured = process.stdout.isTTY === true && process.env['NO_COLOR'] === undefined;
  const shade = (code: string, text: string) => (isColoured ? `${code}${text}\u001b[0m` : text);
  return {
    line: (who, says, level) => {
      const code = level >= 40 ? '\u001b[31m' : '';
      const lines = wrap(says, width - whoWidth - 3).map((line) => shade(code, line));
      const name = shade(shades[who] ?? '', who.padEnd(whoWidth));
      process.stdout.write(`${name} │ ${lines.join(`\n${' '.repeat(whoWidth)} │ `)}\n`);
    },
    act: (says) => {
      process.stdout.write(`\n${shade('\u001b[1m', `▸ ${says}`)}\n`);
    },
    text: (says) => {
      process.stdout.write(`${says}\n`);
    },
  };
}

/** Cuts a sentence into lines at spaces. */
function wrap(text: string, columns: number): string[] {
  const lines: string[] = [''];
  for (const word of text.split(' ')) {
    const line = lines.at(-1) ?? '';
    if (line !== '' && line.length + 1 + word.length > columns) lines.push(word);
    else lines[lines.length - 1] = line === '' ? word : `${line} ${word}`;
  }
  return lines;
}
