/**
 * Owns the commits that a runner is given: the suite of each, `.ci/run`, and what that prints. One of
 * them waits for us, so that a stage can act in the midst of it.
 */

import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Commit } from '../../../protocol/ids.js';
import { checkOut, commitTo, emptyRepository } from '../repositories.js';

export interface Suites {
  /** The repository, with a work tree. */
  readonly path: string;
  /** Prints `greenOutput`, exit code 0. */
  readonly green: Commit;
  /** Prints `redOutput`, exit code 1. */
  readonly red: Commit;
  /** Leaves a file behind in its tree. */
  readonly untidy: Commit;
  /** Prints `tidyOutput`, if it is alone in its tree. */
  readonly tidy: Commit;
  /** Prints `slowBeginning`, waits for the gate, prints `slowEnd`. */
  readonly slow: Commit;
}

/** With colons, blank lines and letters of two bytes: none of these may be lost on the way. */
export const greenOutput = '3 tests: größer, kleiner, gleich\n\n  ok: 3\nOK\n';
export const redOutput = '3 tests\nFAILED (failures=1)\n';
export const tidyOutput = 'nothing was left here by another run\nOK\n';
export const slowBeginning = 'the slow suite has begun\n';
export const slowEnd = 'and has ended\nOK\n';

const green = `#!/bin/sh\ncat <<'END'\n${greenOutput}END\n`;
const red = `#!/bin/sh\ncat <<'END'\n${redOutput}END\nexit 1\n`;
const untidy = '#!/bin/sh\necho "left by the run before" > leftover\necho OK\n';
const tidy = `#!/bin/sh
if [ -e leftover ]; then cat leftover; exit 1; fi
cat <<'END'\n${tidyOutput}END
`;

/** It waits a minute at most: whoever forgets to end it does not keep it for ever. */
const slow = (gate: string) => `#!/bin/sh
printf '${slowBeginning.trimEnd()}\\n'
echo $$ > '${gate}.begun'
looks=0
until [ -e '${gate}.open' ]; do
  looks=$((looks + 1))
  [ $looks -lt 1200 ] || exit 3
  sleep 0.05
done
cat <<'END'\n${slowEnd}END
echo > '${gate}.ended'
`;

/** What lies between the two halves of the slow suite. */
export class Gate {
  readonly #path: string;

  constructor(folder: string) {
    this.#path = join(folder, 'gate');
  }

  get path(): string {
    return this.#path;
  }

  /** The process of the suite that has begun. */
  get begun(): number | null {
    const path = `${this.#path}.begun`;
    const pid = existsSync(path) ? Number(readFileSync(path, 'utf8').trim()) : 0;
    return pid > 1 ? pid : null;
  }

  open(): void {
    writeFileSync(`${this.#path}.open`, '');
  }

  get ended(): boolean {
    return existsSync(`${this.#path}.ended`);
  }
}

/** The repository, in that folder. */
export async function suitesIn(folder: string, gate: Gate): Promise<Suites> {
  const path = join(folder, 'demo');
  await emptyRepository(path);
  const suites = { green, red, untidy, tidy, slow: slow(gate.path) };
  const planned = Object.entries(suites).map(([subject, run]) => ({
    subject,
    files: { '.ci/run': run },
  }));
  const commits = await commitTo(path, planned, null);
  await checkOut(path);
  const made = new Map(planned.map(({ subject }, index) => [subject, commits[index]]));
  const commit = (subject: keyof typeof suites): Commit => {
    const found = made.get(subject);
    if (found === undefined) throw new Error(`${subject} was not made`);
    return found;
  };
  return {
    path,
    green: commit('green'),
    red: commit('red'),
    untidy: commit('untidy'),
    tidy: commit('tidy'),
    slow: commit('slow'),
  };
}
