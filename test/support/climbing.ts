/**
 * Owns programs on the ladders of `trivet check`, for tests: in this process, without a terminal.
 */

import { ladders } from '../../src/command/check/ladders.js';
import { Program } from '../../src/command/check/program.js';
import { climb, type Role } from '../../src/command/check/stage.js';

/** Tests end what they start by themselves. */
const noGuard = { mark: {}, watch: () => {}, dismiss: () => {} };

/** A line for each stage: `liveness: passed`, or `liveness: failed, ` and why. */
export async function climbed(
  role: Role,
  words: readonly string[],
  {
    withinMs = 20_000,
    only = undefined as readonly string[] | undefined,
    environment = {} as Readonly<Record<string, string>>,
  } = {},
): Promise<string[]> {
  const stages = ladders[role].map((stage, index) => ({ stage, number: index + 1 }));
  const chosen = stages.filter(({ stage }) => only === undefined || only.includes(stage.name));
  const marks = await climb(chosen, {
    withinMs,
    keepGoing: true,
    start: (told) => new Program(words, { ...told, ...environment }, noGuard),
    marked: () => {},
    ifEnded: () => {},
  });
  return marks.map(({ stage, state, complaint, printed }) => {
    const why = complaint === null ? '' : `, ${complaint.says}`;
    return state === 'passed'
      ? `${stage.name}: passed`
      : `${stage.name}: ${state}${why}\n${printed}`;
  });
}
