/**
 * Owns which nodes of a YAML document carry which anchor.
 */

import { isAlias, isMap, isSeq, type Node, type Pair } from 'yaml';

/** The nodes that carry each anchor, in the order of the text: one may be given again. */
export function anchorsOf(contents: Node | null): ReadonlyMap<string, Node[]> {
  const anchors = new Map<string, Node[]>();
  const open: (Node | null)[] = [contents];
  for (let node = open.pop(); node !== undefined; node = open.pop()) {
    if (node === null) continue;
    if (!isAlias(node) && node.anchor !== undefined) {
      anchors.set(node.anchor, [...(anchors.get(node.anchor) ?? []), node]);
    }
    const pairs = isMap(node) ? (node.items as Pair<Node, Node | null>[]) : [];
    const inside = isSeq(node)
      ? (node.items as (Node | null)[])
      : pairs.flatMap(({ key, value }) => [key, value]);
    // The first comes out first.
    for (const each of inside.toReversed()) open.push(each);
  }
  return anchors;
}

/** Where a node begins in the text. */
export function offsetOf(node: Node | null): number {
  return node?.range?.[0] ?? 0;
}
