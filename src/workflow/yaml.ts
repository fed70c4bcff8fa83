/**
 * Owns the call of the YAML library. It composes a document by recursion, so depth is measured on
 * what its parser, which does not recurse, has found before.
 */

import { Composer, type CST, type Document, type LineCounter, Parser } from 'yaml';
import { error, type Remark } from './finding.js';
import { depthMax, documentsMax } from './limits.js';

/** The documents of a text, or what is wrong with it. */
export function parseDocuments(
  text: string,
  lines: LineCounter,
): { readonly documents: Document.Parsed[]; readonly remarks: Remark[] } {
  const tokens = [...new Parser(lines.addNewLine).parse(text)];
  const place = (offset: number) => {
    const { line, col } = lines.linePos(offset);
    return { line: Math.max(line, 1), column: Math.max(col, 1) };
  };
  const many = tokens.filter(({ type }) => type === 'document')[documentsMax];
  if (many !== undefined) {
    const says = `The file holds more than ${documentsMax} documents.`;
    return { documents: [], remarks: [error(place(many.offset), says)] };
  }
  const deep = tooDeep(tokens);
  if (deep !== null) {
    const says = `Maps and lists stand in each other more than ${depthMax} deep: no workflow does.`;
    return { documents: [], remarks: [error(place(deep), says)] };
  }
  // Keys are compared by our own reader: the library compares each with each.
  const composer = new Composer({ version: '1.2', merge: false, uniqueKeys: false });
  const documents = [...composer.compose(tokens)] as Document.Parsed[];
  const remarks = documents
    .flatMap(({ errors }) => errors.slice(0, 1))
    .map((wrong) => error(place(wrong.pos[0]), `This is no YAML: ${inOneLine(wrong.message)}.`));
  return { documents: remarks.length > 0 ? [] : documents, remarks };
}

/** Where what stands too deep begins; null where nothing does. */
function tooDeep(tokens: readonly CST.Token[]): number | null {
  const open = tokens.map((token) => ({ token, depth: 0 }));
  for (let next = open.pop(); next !== undefined; next = open.pop()) {
    const { token, depth } = next;
    if (depth > depthMax) return token.offset;
    for (const inner of partsOf(token)) open.push({ token: inner, depth: depth + 1 });
  }
  return null;
}

function partsOf(token: CST.Token): CST.Token[] {
  if (token.type === 'document') return token.value === undefined ? [] : [token.value];
  if (!('items' in token)) return [];
  return token.items.flatMap(({ key, value }) => [key, value].filter((part) => part != null));
}

function inOneLine(message: string): string {
  return message.replace(/\s+/g, ' ').replace(/[.:]$/, '').slice(0, 200);
}
