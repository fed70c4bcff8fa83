/**
 * Owns how a guessed suite that first installs packages is run: where they were installed before for
 * just the same, only its tests; else its two commands one after the other, and between them a copy
 * is made of what was installed, as no test has touched it yet.
 */

import type { ProcessEnd } from '../suite/process.js';
import { byShell, type Command } from '../suite/suite.js';
import { platformOf } from './entry.js';
import { installedFolder, npmKey } from './npm.js';
import type { RunCaches } from './run-caches.js';
import { type Say, said } from './sentences.js';

export interface SuiteToRun {
  readonly command: Command;
  /** The checkout, absolute. */
  readonly tree: string;
  readonly environment: Readonly<Record<string, string>>;
  /** Runs a command; after the last nothing else comes. */
  readonly run: (command: Command, isLast: boolean) => Promise<ProcessEnd>;
  readonly say: Say;
}

/** How its last command has ended. */
export async function runCached(
  caches: RunCaches | null,
  { command, tree, environment, run, say }: SuiteToRun,
): Promise<ProcessEnd> {
  const install = command.guess?.install;
  if (install === undefined || caches === null) return run(command, true);
  const npm = await npmKey(tree, environment);
  if ('because' in npm) {
    say(said(`${install.run} is run each time: ${npm.because}`));
    return run(command, true);
  }
  const wanted = { platform: platformOf(), key: npm.key, fallback: [], paths: [installedFolder] };
  if (await caches.restore(wanted, say)) {
    say(said(`${install.run} is left out`));
  } else {
    const end = await run(byShell(install.run), false);
    if (end.exitCode !== 0) return end;
    await caches.setAside(say);
  }
  return run(byShell(install.test), true);
}
