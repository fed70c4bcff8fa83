/**
 * Owns which program a step is in its container: its commands as one script, its own entrypoint, or
 * the image's. As Woodpecker has it, so that an entrypoint may use `CI_SCRIPT`, which then is there already. Pure.
 */

import { scriptOf } from '../steps/script.js';
import type { StepOrder } from '../steps/step-executor.js';
import { folderOf } from './workspace.js';

export interface Program {
  /** Null: the image's own, with the arguments that it gives itself. */
  readonly entrypoint: string | null;
  readonly args: readonly string[];
  /** Null: the image's own. */
  readonly folder: string | null;
  /** Besides the step's. */
  readonly environment: Readonly<Record<string, string>>;
}

type Order = Pick<StepOrder, 'step' | 'isService'>;

export function programOf({ step, isService }: Order, workspace: string): Program {
  const { commands, entrypoint, directory, isDetached } = step;
  const folder = folderOf(workspace, directory);
  if (commands.length > 0) {
    const [first = '', ...rest] = entrypoint ?? byScript;
    const script = { CI_SCRIPT: encoded(scriptOf(step)), SHELL: '/bin/sh' };
    const environment = entrypoint === null ? script : {};
    return { entrypoint: first, args: rest, folder: workspace, environment };
  }
  const [first = null, ...rest] = entrypoint ?? [];
  // A database has its own place to be in.
  const isServing = (isService || isDetached) && directory === null;
  return { entrypoint: first, args: rest, folder: isServing ? null : folder, environment: {} };
}

/**
 * Woodpecker gives the script to a shell's standard input, where a command that reads hers (`ssh`)
 * swallows the rest of it. And a shell without `base64` must not pass.
 */
const byScript: readonly string[] = [
  '/bin/sh',
  '-c',
  'script=$(printf %s "$CI_SCRIPT" | base64 -d) && exec /bin/sh -e -c "$script"',
];

/** Both outputs are one, so that their order is kept. */
function encoded(script: string): string {
  return Buffer.from(`exec 2>&1\nunset CI_SCRIPT\n${script}`).toString('base64');
}
