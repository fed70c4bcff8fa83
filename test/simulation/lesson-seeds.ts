/**
 * Owns which seed shows each planted bug, as they were found; where worlds have changed since, another may.
 */

export const seedOfLesson: Readonly<Record<string, number>> = {};
