/**
 * Owns the end of a `switch` that must know every case: a case that is forgotten does not compile.
 */

/** For `default`, where nothing is left. Throws: the value came from beyond the types. */
export function impossible(value: never): never {
  throw new Error(`nobody knows ${JSON.stringify(value)}`);
}
