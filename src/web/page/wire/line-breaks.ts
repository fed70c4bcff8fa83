/**
 * Owns where words of the diagram break into lines. What finds no room ends in an ellipsis; the whole is
 * said beside the diagram, and where one points at it. Pure.
 */

interface Breaking {
  readonly linesMost: number;
  readonly wide: (text: string) => number;
}

/** Lines are made as even as these shares of the room allow. */
const shares = [0.5, 0.6, 0.7, 0.8, 0.9];

/** Lines that fit into so many pixels each, about as long as each other. */
export function brokenInto(text: string, room: number, breaking: Breaking): string[] {
  const { lines, isCut } = filled(text, room, breaking);
  if (lines.length === 1 || isCut) return lines;
  const linesMost = lines.length;
  const even = shares.map((share) => filled(text, share * room, { ...breaking, linesMost }));
  return even.find((one) => !one.isCut)?.lines ?? lines;
}

/** Each line as long as it may be. */
function filled(text: string, room: number, { linesMost, wide }: Breaking) {
  const lines: string[] = [];
  let line = '';
  for (const word of text.split(' ')) {
    const longer = line === '' ? word : `${line} ${word}`;
    if (line === '' || wide(longer) <= room) line = longer;
    else if (lines.length === linesMost - 1) {
      return { lines: [...lines, cutTo(longer, room, wide)], isCut: true };
    } else {
      lines.push(line);
      line = word;
    }
  }
  const all = [...lines, line];
  const isCut = all.some((one) => wide(one) > room);
  return { lines: all.map((one) => (wide(one) <= room ? one : cutTo(one, room, wide))), isCut };
}

/** As much of it as fits before an ellipsis. */
function cutTo(text: string, room: number, wide: (text: string) => number): string {
  const characters = [...text];
  while (characters.length > 1 && wide(`${characters.join('').trimEnd()}…`) > room) {
    characters.pop();
  }
  return `${characters.join('').trimEnd()}…`;
}
