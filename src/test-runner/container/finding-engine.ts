/**
 * Owns which engine a runner has for its containers, looked for once, at its start: the one that is
 * named, or the first that answers. Throws `UsageError` where none does.
 */

import { UsageError } from '../../world/exit.js';
import { ask, type Engine, type EngineName, engineNames, lastLine } from './engine.js';

export interface Wanted {
  readonly engine: EngineName | null;
  readonly runtime: string | null;
  readonly environment: Readonly<Record<string, string>>;
}

export async function findEngine({ engine: named, runtime, environment }: Wanted): Promise<Engine> {
  const refusals: string[] = [];
  for (const name of named === null ? engineNames : [named]) {
    const engine = { name, runtime, environment, folder: '/' };
    const why = await whyUnfit(engine);
    if (why === null) return engine;
    refusals.push(`${name}: ${why}`);
  }
  throw new UsageError(
    `--executor container needs podman or docker (${refusals.join('; ')}): ` +
      'install one ("apt install podman"), start its daemon, or name another --executor.',
  );
}

/**
 * `version` says whether a daemon answers, `info` whether it has storage and the runtime that is asked
 * for. Whether containers then start only an image could show, and there may be none yet.
 */
async function whyUnfit(engine: Engine): Promise<string | null> {
  try {
    for (const question of ['version', 'info']) {
      const { exitCode, stderr } = await ask(engine, [question]);
      if (exitCode !== 0) return lastLine(stderr);
    }
    return null;
  } catch (error) {
    return (error as Error).message;
  }
}
