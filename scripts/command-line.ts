/**
 * Owns what the scripts' command lines have in common: flags as a table, `--help` that shows it,
 * exit code 2 and one sentence for whatever is not in it. Never knows what a flag is for.
 */

import { parseArgs } from 'node:util';

export interface Flag<Value> {
  /** What follows the flag, as `--help` calls it; null where it stands alone. */
  readonly takes: string | null;
  readonly says: string;
  /** The value where the flag is absent. */
  readonly absent: Value;
  /** Null where the text is no such value. */
  readonly read: (text: string) => Value | null;
  /** What it is, for the sentence about what it is not. */
  readonly is: string;
}

type Flags = Readonly<Record<string, Flag<unknown>>>;

export interface CommandLine<F extends Flags> {
  /** `simulate`, as in `npm run simulate`. */
  readonly script: string;
  readonly purpose: string;
  readonly flags: F;
  /** Words that may stand without a flag, and what each says. */
  readonly words?: Readonly<Record<string, string>>;
}

export interface Read<F extends Flags> {
  readonly flags: { readonly [Name in keyof F]: F[Name] extends Flag<infer Value> ? Value : never };
  readonly words: readonly string[];
}

/** Reads the process's command line; ends it where help was asked for, or nonsense. */
export function readCommandLine<F extends Flags>(line: CommandLine<F>): Read<F> {
  const read = understand(line, process.argv.slice(2));
  if (read === 'help') {
    console.log(help(line));
    process.exit(0);
  }
  return typeof read === 'string' ? refuse(line, read) : read;
}

/** Ends the process with exit code 2, the sentence, and where to read on. */
export function refuse({ script }: { readonly script: string }, sentence: string): never {
  console.error(`${sentence}\nTry npm run ${script} -- --help.`);
  process.exit(2);
}

/** A flag that stands alone. */
export function yes(says: string): Flag<boolean> {
  return { takes: null, says, absent: false, read: () => true, is: 'given or not' };
}

/** A flag with a whole number of at least `least`. */
export function wholeNumber<Absent extends number | null>(
  says: string,
  least: number,
  absent: Absent,
): Flag<number | Absent> {
  const read = (text: string) => {
    const value = /^[0-9]{1,15}$/.test(text) ? Number(text) : -1;
    return value < least ? null : value;
  };
  return { takes: 'N', says, absent, read, is: `a whole number from ${least} on` };
}

/** A flag with the path of a file. */
export function file(says: string): Flag<string | null> {
  const read = (text: string) => (text === '' ? null : text);
  return { takes: 'FILE', says, absent: null, read, is: 'the path of a file' };
}

/** What is meant, `help`, or a sentence about what is not understood. */
function understand<F extends Flags>(line: CommandLine<F>, argv: readonly string[]) {
  const known = Object.entries(line.flags);
  const types = known.map(([name, { takes }]) => {
    return [name, { type: takes === null ? 'boolean' : 'string' }] as const;
  });
  const options = { ...Object.fromEntries(types), help: { type: 'boolean' } as const };
  let parsed: { values: Record<string, unknown>; positionals: string[] };
  try {
    parsed = parseArgs({ args: [...argv], options, allowPositionals: true });
  } catch (error) {
    // Its first sentence says what; the rest is about words after `--`, which are none of ours.
    return `${(error as Error).message.split(/\.\s|\n/)[0]}.`;
  }
  const { values, positionals } = parsed;
  if (values['help'] === true) return 'help';
  const names = Object.keys(line.words ?? {});
  const strange = positionals.find((word) => !names.includes(word));
  if (strange !== undefined) {
    const rest = names.length === 0 ? 'Leave it out.' : `There are: ${names.join(', ')}.`;
    return `What is "${strange}"? ${rest}`;
  }
  const flags: Record<string, unknown> = {};
  for (const [name, { absent, read, is }] of known) {
    const given = values[name];
    flags[name] = given === undefined ? absent : read(String(given));
    if (given !== undefined && flags[name] === null) return `--${name} is ${is}, not "${given}".`;
  }
  return { flags, words: positionals } as unknown as Read<F>;
}

function help({ script, purpose, flags, words = {} }: CommandLine<Flags>): string {
  const rows = Object.entries(flags).map(([name, { takes, says, absent }]) => {
    const known = typeof absent === 'number' ? ` (default: ${absent})` : '';
    return [takes === null ? `--${name}` : `--${name} ${takes}`, says + known] as const;
  });
  const all = [...Object.entries(words), ...rows, ['--help', 'show this and exit'] as const];
  const table = all.map(([left, says]) => `  ${left.padEnd(16)}${says}`);
  const synopsis = Object.keys(words).length === 0 ? '[flags]' : '[names…] [flags]';
  return [`npm run ${script} -- ${synopsis}`, '', purpose, '', ...table].join('\n');
}
