/**
 * Owns a stand-in for the ancestor's observer, written anew from docs/ancestor.md: its wire, its
 * manners, and the defects by which it loses commits, each named where it is. For scenarios only.
 */

import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import type { Address } from '../../protocol/address.js';
import { type Commit, parseCommit, short } from '../../protocol/ids.js';
import { exitCodes, run } from '../../world/exit.js';
import { duration } from '../../world/flag-values.js';
import type { Tell } from '../../world/story.js';
import { readCommandLine, server } from './command-line.js';
import { after, say } from './wire.js';

const flags = {
  ...server,
  interval: {
    default: '5s',
    describe: 'time between two looks at the repository',
    coerce: duration('interval'),
  },
} as const;

interface Read {
  readonly 'dispatcher-server': Address;
  readonly interval: number;
  readonly repo: string;
}

const git = promisify(execFile);

await run(async (argv) => {
  const line = readCommandLine('observer', flags, argv);
  if (line === null) return;
  const { tell } = line;
  const read = line.read as Read;
  tell({
    event: 'observing',
    msg: `a stand-in for the ancestor's observer, observing ${read.repo}`,
  });
  try {
    for (;;) {
      await look(read, tell);
      await after(read.interval);
    }
  } catch (error) {
    // Whatever goes wrong, it ends: nobody asks again (A20, A21, A43).
    const why = error instanceof Error ? error.message.trim() : String(error);
    tell({ event: 'left', level: 'error', msg: `the observer ends: ${why}` });
    process.exitCode = exitCodes.red;
  }
});

async function look(read: Read, tell: Tell): Promise<void> {
  const commit = await pulled(read.repo);
  if (commit === null) return;
  tell({ event: 'found', commit, msg: `found ${short(commit)}` });
  await handOver(read['dispatcher-server'], commit);
  tell({ event: 'handed-over', commit, msg: `handed over ${short(commit)}` });
}

/** The newest commit where there is one that was not there before; those between are not looked at. */
async function pulled(clone: string): Promise<Commit | null> {
  const before = await headOf(clone);
  // From here on it is no news any more, whether or not anybody was told of it (A20, A21).
  // Any fault on the way, a passing one or a force-push, ends the observer (A42, A43).
  await git('git', ['pull', '--quiet', '--ff-only'], { cwd: clone });
  const now = await headOf(clone);
  return now === before ? null : now;
}

async function headOf(clone: string): Promise<Commit | null> {
  const { stdout } = await git('git', ['rev-parse', 'HEAD'], { cwd: clone });
  return parseCommit(stdout.trim());
}

/** Where it is not taken, the observer ends, and the commit with it (A20, A21). */
async function handOver(dispatcher: Address, commit: Commit): Promise<void> {
  const isThere = await say(dispatcher, 'status');
  if (isThere !== 'OK') throw new Error(`the dispatcher says "${isThere}"`);
  const answer = await say(dispatcher, `dispatch:${commit}\n`);
  if (answer !== 'OK') throw new Error(`the dispatcher does not take ${commit}: "${answer}"`);
}
