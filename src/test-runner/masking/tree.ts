/**
 * Owns the tree of all beginnings of needles, as arrays: a node is a number, 0 the empty beginning.
 * Made level by level, so that a node's number is higher than that of any on a level above it, and
 * what a node falls back on is always there before it.
 */

export interface Tree {
  /** Nodes before that one are on the first two levels: no byte, or one. */
  readonly shallow: number;
  /** The node of the longest beginning that this one ends with. */
  readonly fallback: Int32Array;
  /** The length of the longest needle that this one ends with; 0: with none. */
  readonly matched: Int32Array;
  /** The length of the longest beginning that this one ends with, and that is no whole needle. */
  readonly pending: Int32Array;
  childOf(node: number, byte: number): number | null;
}

export function treeOf(needles: readonly Uint8Array[]): Tree {
  const nodesMax = 1 + needles.reduce((sum, { length }) => sum + length, 0);
  const [firstChild, nextSibling, fallback, matched, pending] = numbers(nodesMax);
  const byteOf = new Uint8Array(nodesMax);
  let nodes = 1;
  let shallow = 1;

  function childOf(node: number, byte: number): number | null {
    let child = firstChild[node] ?? 0;
    while (child !== 0 && byteOf[child] !== byte) child = nextSibling[child] ?? 0;
    return child === 0 ? null : child;
  }

  function add(parent: number, byte: number): number {
    const node = nodes;
    nodes += 1;
    byteOf[node] = byte;
    fallback[node] = fallbackFor(parent, byte);
    nextSibling[node] = firstChild[parent] ?? 0;
    firstChild[parent] = node;
    return node;
  }

  /** Of a node that is to be added: what its parent falls back on, and that byte, if that is one. */
  function fallbackFor(parent: number, byte: number): number {
    let from = parent;
    while (from !== 0) {
      from = fallback[from] ?? 0;
      const node = childOf(from, byte);
      if (node !== null) return node;
    }
    return 0;
  }

  const reached = needles.map((needle) => ({ needle, node: 0 }));
  const depths = new Int32Array(nodesMax);
  for (let depth = 0, open = reached; open.length > 0; depth += 1) {
    open = open.filter(({ needle }) => needle.length > depth);
    for (const way of open) {
      const byte = way.needle[depth] ?? 0;
      way.node = childOf(way.node, byte) ?? add(way.node, byte);
      depths[way.node] = depth + 1;
    }
    if (depth === 0) shallow = nodes;
  }
  for (const { needle, node } of reached) matched[node] = needle.length;
  for (let node = 1; node < nodes; node += 1) {
    const shorter = fallback[node] ?? 0;
    if (matched[node] === 0) matched[node] = matched[shorter] ?? 0;
    pending[node] = firstChild[node] === 0 ? (pending[shorter] ?? 0) : (depths[node] ?? 0);
  }
  return { shallow, fallback, matched, pending, childOf };
}

function numbers(length: number) {
  const made = () => new Int32Array(length);
  return [made(), made(), made(), made(), made()] as const;
}
