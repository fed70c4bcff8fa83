/**
 * Owns the hooks of a machine's owner: programs in a folder of his that are run before and after each
 * job, and each of its steps. Knows what they are called and what they see, and how one is started.
 *
 * They are the owner's and run as the runner does, outside of any sandbox or container. So of what a
 * step sees they see only what is named like a variable of CI: whoever writes a workflow could else
 * have the loader, or a shell, run a file of his (`LD_PRELOAD`, `BASH_ENV`) in their place.
 */

import { accessSync, constants, existsSync } from 'node:fs';
import { join, resolve } from 'node:path';
import type { Clock } from '../../world/clock.js';
import { UsageError } from '../../world/exit.js';
import { seenAt } from '../../world/files.js';
import { SuiteProcess } from '../suite/process.js';

const names = ['before-job', 'after-job', 'before-step', 'after-step'] as const;

export type HookName = (typeof names)[number];

export interface Hooks {
  readonly folder: string;
  /** What of the runner's own environment they see. */
  readonly environment: Readonly<Record<string, string>>;
}

export interface HookCall {
  readonly name: HookName;
  /** The run, or the step of it, that it is for. */
  readonly of: string;
  /** The checkout. */
  readonly cwd: string;
  /** What the job, or its step, sees. */
  readonly seen: Readonly<Record<string, string>>;
  /** What only hooks are told: `TRIVET_VERDICT`, say. */
  readonly told: Readonly<Record<string, string>>;
  /** Takes what it prints. */
  readonly output: number;
  readonly graceMs: number;
}

/** Null where the owner has none of that name. */
export function startHook(clock: Clock, hooks: Hooks, call: HookCall): SuiteProcess | null {
  const file = join(hooks.folder, call.name);
  if (!existsSync(file)) return null;
  const mark = `${call.of}.${call.name}`;
  const ofCi = Object.entries(call.seen).filter(([name]) =>
    /^(?:CI|DRONE|TRIVET)(?:_|$)/.test(name),
  );
  return new SuiteProcess(clock, {
    command: { file, args: [], says: call.name },
    cwd: call.cwd,
    environment: {
      ...hooks.environment,
      ...Object.fromEntries(ofCi),
      TRIVET_WORKSPACE: call.cwd,
      ...call.told,
      TRIVET_HOOK: mark,
    },
    output: call.output,
    mark: `TRIVET_HOOK=${mark}`,
    graceMs: call.graceMs,
    hasSiblings: true,
  });
}

/** The folder that a flag names, absolute. Throws `UsageError` where it is none, or a hook no program. */
export function hooksFolder(text: string | undefined): string | undefined {
  if (text === undefined) return undefined;
  const folder = resolve(text);
  if (seenAt(folder)?.isDirectory() !== true) {
    throw new UsageError(`--hooks: there is no folder ${folder}.`);
  }
  const hooks = names.map((name) => join(folder, name)).filter((file) => existsSync(file));
  if (hooks.length === 0) {
    throw new UsageError(`--hooks: ${folder} has none of ${names.join(', ')}.`);
  }
  const unfit = hooks.find((file) => !isProgram(file));
  if (unfit === undefined) return folder;
  throw new UsageError(`--hooks: ${unfit} is not executable: run "chmod +x ${unfit}".`);
}

function isProgram(file: string): boolean {
  try {
    accessSync(file, constants.X_OK);
    return true;
  } catch {
    return false;
  }
}
