/**
 * Owns what the escape sequences of a terminal mean in a log: colours and weights (SGR), which pass
 * from one line to the next; all others are left out. Knows no document: a style has class names.
 * The server keeps a style as its parameters, `1;31`, at each place from which a page may begin.
 * Invariant: `visible(text)` is what the spans of `text` spell, so that a column means the same to
 * the server that searches and to the page that marks.
 */

/** One of the sixteen that a theme defines, or null for the page's own. */
type Colour = number | null;

export interface Style {
  readonly bold: boolean;
  readonly faint: boolean;
  readonly italic: boolean;
  readonly underline: boolean;
  readonly inverse: boolean;
  readonly strike: boolean;
  readonly foreground: Colour;
  readonly background: Colour;
}

export interface Span {
  readonly text: string;
  /** Class names with blanks between; empty: none. */
  readonly classes: string;
}

export const plain: Style = {
  ...{ bold: false, faint: false, italic: false, underline: false, inverse: false },
  ...{ strike: false, foreground: null, background: null },
};

/**
 * CSI (`ESC [ 1 m`), OSC (`ESC ] 8 ; ; url BEL`, never over the end of a line), other escapes, and
 * control characters but for the tab and the end of a line.
 */
const sequence =
  // biome-ignore lint/suspicious/noControlCharactersInRegex: they are what is looked for.
  /\x1b\[([0-?]*)[ -/]*([@-~])|\x1b\][^\x07\x1b\n]*(?:\x07|\x1b\\)?|\x1b[ -/]*[0-~]?|[\x00-\x08\x0b-\x1f\x7f-\x9f]/g;

/** The text that a reader sees. */
export function visible(text: string): string {
  return text.replace(sequence, '');
}

/** The colours that `text` sets, without what it writes. */
export function onlyColours(text: string): string {
  const all = [...text.matchAll(sequence)].filter(([, , final]) => final === 'm');
  return all.map(([whole]) => whole).join('');
}

/** A line as spans, and the style that the next line begins with. */
export function spansOf(text: string, style: Style): { spans: Span[]; style: Style } {
  const spans: Span[] = [];
  let current = style;
  let from = 0;
  const add = (to: number) => {
    if (to === from) return;
    const classes = classesOf(current);
    const piece = text.slice(from, to);
    const last = spans.at(-1);
    if (last?.classes === classes) spans.splice(-1, 1, { classes, text: last.text + piece });
    else spans.push({ classes, text: piece });
  };
  for (const found of text.matchAll(sequence)) {
    add(found.index);
    from = found.index + found[0].length;
    if (found[2] === 'm') current = applied(current, found[1] ?? '');
  }
  add(text.length);
  return { spans, style: current };
}

/** The style that those parameters, as `parametersOf` gives them, stand for. */
export function styleFrom(parameters: string): Style {
  return parameters === '' ? plain : applied(plain, parameters);
}

/** The style after `ESC [ <parameters> m`. */
export function applied(style: Style, parameters: string): Style {
  // A colon between parts of one parameter, as in `38:2::255:0:0`, says what a semicolon says.
  const codes = parameters
    .replace(/(38|48):2:[0-9]*:([0-9]+:[0-9]+:[0-9]+)/g, '$1:2:$2')
    .split(/[;:]/)
    .map(Number);
  let current = style;
  for (let at = 0; at < codes.length; at += 1) {
    const code = codes[at] ?? 0;
    if (code === 38 || code === 48) {
      const { colour, length } = extended(codes.slice(at + 1, at + 5));
      current = { ...current, [code === 38 ? 'foreground' : 'background']: colour };
      at += length;
    } else if (code === 58) {
      at += extended(codes.slice(at + 1, at + 5)).length;
    } else {
      current = code === 0 ? plain : { ...current, ...changes(code) };
    }
  }
  return current;
}

/** The shortest parameters that make this style of a plain one. */
export function parametersOf(style: Style): string {
  const { foreground, background } = style;
  const flags = flagCodes.filter(([flag]) => style[flag]).map(([, code]) => code);
  const colours = [
    ...(foreground === null ? [] : [foreground < 8 ? 30 + foreground : 82 + foreground]),
    ...(background === null ? [] : [background < 8 ? 40 + background : 92 + background]),
  ];
  return [...flags, ...colours].join(';');
}

const flagCodes = [
  ['bold', 1],
  ['faint', 2],
  ['italic', 3],
  ['underline', 4],
  ['inverse', 7],
  ['strike', 9],
] as const;

/** What a single code changes. */
function changes(code: number): Partial<Style> {
  if (code >= 30 && code <= 37) return { foreground: code - 30 };
  if (code >= 40 && code <= 47) return { background: code - 40 };
  if (code >= 90 && code <= 97) return { foreground: code - 82 };
  if (code >= 100 && code <= 107) return { background: code - 92 };
  if (code === 21) return { underline: true };
  if (code === 22) return { bold: false, faint: false };
  if (code === 39) return { foreground: null };
  if (code === 49) return { background: null };
  const on = flagCodes.find(([, set]) => set === code);
  if (on !== undefined) return { [on[0]]: true };
  const off = flagCodes.find(([, set]) => set + 20 === code);
  return off === undefined ? {} : { [off[0]]: false };
}

/** The colour after 38 or 48, as the nearest of the sixteen, and how many codes say it. */
function extended([kind, ...values]: readonly number[]): { colour: Colour; length: number } {
  if (kind === 5) return { colour: ofPalette(values[0] ?? 0), length: 2 };
  if (kind !== 2) return { colour: null, length: 0 };
  const [red = 0, green = 0, blue = 0] = values;
  return { colour: nearest(red, green, blue), length: 4 };
}

/** Of xterm's 256: the sixteen, a cube of 6 × 6 × 6, 24 shades of grey. */
function ofPalette(number: number): Colour {
  if (!(number >= 0 && number <= 255)) return null;
  if (number < 16) return number;
  if (number >= 232) {
    const grey = 8 + 10 * (number - 232);
    return nearest(grey, grey, grey);
  }
  const level = (part: number) => (part === 0 ? 0 : 55 + 40 * part);
  const cube = number - 16;
  return nearest(level(Math.floor(cube / 36)), level(Math.floor(cube / 6) % 6), level(cube % 6));
}

/**
 * By hue, and not by distance: a theme makes its sixteen legible on its own ground, so that a pale
 * green is green on a dark page and on a light one. What has little hue is grey, from dark to white.
 */
function nearest(red: number, green: number, blue: number): Colour {
  const most = Math.max(red, green, blue);
  const least = Math.min(red, green, blue);
  if (most - least < 48) return most < 48 ? 0 : most < 144 ? 8 : most < 224 ? 7 : 15;
  const middle = (most + least) / 2;
  const bits = [red, green, blue].map((part, bit) => (part > middle ? 1 << bit : 0));
  const hue = bits.reduce((sum, bit) => sum + bit, 0);
  return most > 215 && least > 80 ? hue + 8 : hue;
}

/** With a ground of its own a text has the page's ground for its colour: that is always legible. */
function classesOf(style: Style): string {
  const { inverse, foreground, background } = style;
  const ground = inverse ? (foreground ?? 'inverse') : background;
  const classes = [
    ...(ground !== null ? [`on-${ground}`] : foreground !== null ? [`ink-${foreground}`] : []),
    ...(['bold', 'faint', 'italic', 'underline', 'strike'] as const).filter((flag) => style[flag]),
  ];
  return classes.join(' ');
}
