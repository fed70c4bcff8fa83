/**
 * Owns how wide words are in the diagram.
 */

/** As wire.css has them. */
const fonts = {
  plain: { style: '', px: 13 },
  strong: { style: '650', px: 13 },
  caption: { style: 'italic', px: 14 },
  wait: { style: 'italic', px: 11 },
} as const;

export type Font = keyof typeof fonts;

/** Measuring is quick, and again is quicker: a screen has less than that. */
const keptMost = 4_000;

const known = new Map<string, number>();
let pen: CanvasRenderingContext2D | null = null;
let family = '';

/** In pixels. */
export function widthOf(text: string, font: Font): number {
  const key = `${font} ${text}`;
  const before = known.get(key);
  if (before !== undefined) return before;
  const { style, px } = fonts[font];
  pen ??= document.createElement('canvas').getContext('2d');
  if (pen === null) return 0;
  // To ask for it has the browser compute all styles.
  family ||= getComputedStyle(document.documentElement).getPropertyValue('--sans');
  pen.font = `${style} ${px}px ${family}`.trim();
  const { width } = pen.measureText(text);
  if (known.size >= keptMost) known.clear();
  known.set(key, width);
  return width;
}
