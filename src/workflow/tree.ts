/**
 * Owns how the text of a file becomes values that remember where they stood. YAML 1.2, with what
 * Woodpecker's files use besides: `<<` merges maps (what is explicit wins), and an item `- <<: *list`
 * puts the list's items in. A number that is not spelled as numbers are printed stays text: the
 * version `1.20` is not 1.2.
 *
 * Whatever the text holds, this ends soon: depth and values have bounds, an alias counts as what it
 * stands for.
 */

import {
  type Alias,
  type Document,
  isAlias,
  isMap,
  isScalar,
  isSeq,
  LineCounter,
  type Node,
  type Pair,
  type Scalar,
} from 'yaml';
import { anchorsOf, offsetOf } from './anchors.js';
import { error, type Place, type Remark, warning } from './finding.js';
import { depthMax, valuesMax } from './limits.js';
import { parseDocuments } from './yaml.js';

export interface Tree {
  readonly value: unknown;
  /** Where the value at a path stands, or the nearest that has a place above it. */
  readonly at: (path: Path) => Place;
  /** Where its key stands. */
  readonly atKey: (path: Path) => Place;
}

export type Path = readonly PropertyKey[];

/**
 * The documents of a text; none where it is no YAML, and then an error says why. A key that stands
 * twice is an error, or with `isLastKept` a warning: Drone takes the last.
 */
export function treesOf(
  text: string,
  isLastKept = false,
): { readonly trees: Tree[]; readonly remarks: Remark[] } {
  const lines = new LineCounter();
  const { documents, remarks } = parseDocuments(text, lines);
  const place = (offset: number): Place => {
    const { line, col } = lines.linePos(offset);
    return { line: Math.max(line, 1), column: Math.max(col, 1) };
  };
  if (remarks.length > 0) return { trees: [], remarks };
  const onTwice = (field: string, offset: number) => {
    const says = `"${field}" stands here twice`;
    if (!isLastKept) throw new Misread(`${says}: write it once.`, offset);
    remarks.push(warning(place(offset), `${says}: this one counts, as in Drone.`));
  };
  try {
    return { trees: documents.map((document) => treeOf(document, place, onTwice)), remarks };
  } catch (wrong) {
    if (!(wrong instanceof Misread)) throw wrong;
    return { trees: [], remarks: [error(place(wrong.offset), wrong.message)] };
  }
}

const tooMany = `With its aliases followed, the file has more than ${valuesMax} values.`;
const tooDeep = `Maps and lists stand in each other ${depthMax} deep: no workflow does.`;

/** Legal YAML that this reader does not take; thrown and caught in this file only. */
class Misread extends Error {
  constructor(
    message: string,
    readonly offset: number,
  ) {
    super(message);
  }
}

function treeOf(
  document: Document.Parsed,
  place: (offset: number) => Place,
  onTwice: (field: string, offset: number) => void,
): Tree {
  const values = new Map<string, number>();
  const keys = new Map<string, number>();
  const anchors = anchorsOf(document.contents);
  let valuesLeft = valuesMax;

  function read(node: Node | null, path: Path, open: readonly Node[]): unknown {
    const offset = offsetOf(node);
    valuesLeft -= 1;
    if (valuesLeft < 0) throw new Misread(tooMany, offset);
    if (path.length > depthMax) throw new Misread(tooDeep, offset);
    values.set(key(path), offset);
    if (node === null) return null;
    if (isAlias(node)) {
      const target = targetOf(node, open);
      return read(target, path, [...open, target]);
    }
    if (isScalar(node)) return scalar(node);
    if (isSeq(node)) return list(node.items as (Node | null)[], path, open);
    return isMap(node) ? map(node.items as Pair<Node, Node | null>[], path, open) : null;
  }

  function map(pairs: readonly Pair<Node, Node | null>[], path: Path, open: readonly Node[]) {
    const result: Record<string, unknown> = Object.create(null);
    const seen = new Set<string>();
    for (const { key: name, value } of pairs.filter(({ key }) => isMerge(key))) {
      for (const source of mergedMaps(value, offsetOf(name), open)) {
        const read = map(source.items as Pair<Node, Node | null>[], path, [...open, source]);
        for (const [field, its] of Object.entries(read)) {
          if (!Object.hasOwn(result, field)) result[field] = its;
        }
      }
    }
    for (const { key: name, value } of pairs.filter(({ key }) => !isMerge(key))) {
      const target = isAlias(name) ? targetOf(name, open) : name;
      if (!isScalar(target))
        throw new Misread('A key is text, not a list or a map.', offsetOf(name));
      const field = String(target.source ?? target.value);
      if (seen.has(field)) onTwice(field, offsetOf(name));
      seen.add(field);
      keys.set(key([...path, field]), offsetOf(name));
      result[field] = read(value, [...path, field], open);
    }
    return result;
  }

  function list(items: readonly (Node | null)[], path: Path, open: readonly Node[]): unknown[] {
    const result: unknown[] = [];
    for (const item of items) {
      const spliced = splicedLists(item, open);
      if (spliced === null) result.push(read(item, [...path, result.length], open));
      for (const source of spliced ?? []) {
        const target = isAlias(source) ? targetOf(source, open) : source;
        if (!isSeq(target)) {
          throw new Misread('"- <<:" puts in a list, and this is none.', offsetOf(source));
        }
        const inside = list(target.items as Node[], [...path, result.length], [...open, target]);
        for (const each of inside) {
          values.set(key([...path, result.length]), offsetOf(source));
          result.push(each);
        }
      }
    }
    return result;
  }

  /** The lists of an item that is only `<<`; null for any other item. */
  function splicedLists(item: Node | null, open: readonly Node[]): (Node | null)[] | null {
    if (!isMap(item) || item.items.length !== 1) return null;
    const [pair] = item.items as Pair<Node, Node | null>[];
    if (pair === undefined || !isMerge(pair.key)) return null;
    const isSplice = (node: Node | null) => isSeq(isAlias(node) ? targetOf(node, open) : node);
    if (isAlias(pair.value)) return isSplice(pair.value) ? [pair.value] : null;
    if (!isSeq(pair.value)) return null;
    const lists = pair.value.items as (Node | null)[];
    return lists.some(isSplice) ? lists : null;
  }

  function mergedMaps(value: Node | null, offset: number, open: readonly Node[]) {
    const sources = isSeq(value) ? (value.items as (Node | null)[]) : [value];
    return sources.map((source) => {
      const target = isAlias(source) ? targetOf(source, open) : source;
      if (isMap(target)) return target;
      throw new Misread('"<<" puts in a map, or a list of maps, and this is neither.', offset);
    });
  }

  function targetOf(alias: Alias, open: readonly Node[]): Node {
    const before = (node: Node) => offsetOf(node) < offsetOf(alias);
    const target = anchors.get(alias.source)?.findLast(before);
    if (target === undefined) {
      throw new Misread(`There is no anchor &${alias.source} before this.`, offsetOf(alias));
    }
    if (open.includes(target)) throw new Misread(`*${alias.source} holds itself.`, offsetOf(alias));
    return target;
  }

  const value = read(document.contents, [], []);
  const nearest = (places: ReadonlyMap<string, number>, path: Path): number | null => {
    for (let length = path.length; length >= 0; length -= 1) {
      const offset = places.get(key(path.slice(0, length)));
      if (offset !== undefined) return offset;
    }
    return null;
  };
  return {
    value,
    at: (path) => place(nearest(values, path) ?? 0),
    atKey: (path) => place(keys.get(key(path)) ?? nearest(values, path) ?? 0),
  };
}

function key(path: Path): string {
  return path.map(String).join('\0');
}

function isMerge(key: Node): boolean {
  return isScalar(key) && key.value === '<<' && key.type === 'PLAIN';
}

/** Numbers that print as they are spelled, booleans and nothing; all else is text. */
function scalar({ value, source, type }: Scalar): unknown {
  if (type !== 'PLAIN') return value;
  if (typeof value === 'number' || typeof value === 'bigint') {
    return String(value) === source && typeof value === 'number'
      ? value
      : (source ?? String(value));
  }
  return value;
}
