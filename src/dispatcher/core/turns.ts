/**
 * Owns how taking turns is written down: a map whose first key was served longest ago.
 */

/** That one has had its turn. */
export function moveToEnd<Key, Value>(map: Map<Key, Value>, key: Key): void {
  const value = map.get(key);
  if (value === undefined) return;
  map.delete(key);
  map.set(key, value);
}

/** One of each, and again, until none has any more. */
export function* inTurns<Value>(lines: Iterable<Iterable<Value>>): Generator<Value> {
  let open = [...lines].map((line) => line[Symbol.iterator]());
  while (open.length > 0) {
    const going: typeof open = [];
    for (const line of open) {
      const next = line.next();
      if (next.done) continue;
      going.push(line);
      yield next.value;
    }
    open = going;
  }
}
