/**
 * Owns `trivet open`: the page of a commit, or the front page, in a browser where there is one. Its
 * address is printed in any case.
 */

import { spawn } from 'node:child_process';
import { exitCodes } from '../world/exit.js';
import { readFlags } from '../world/flags.js';
import { commitArgument } from './about.js';
import { Dispatcher, type DispatcherRead, dispatcherFlags } from './asking.js';
import { commitNamed } from './naming.js';
import { printJson } from './shown/printing.js';

const flags = {
  ...dispatcherFlags,
  json: { type: 'boolean', default: false, describe: 'its address as JSON' },
} as const;

interface Read extends DispatcherRead {
  readonly commit?: string;
  readonly json: boolean;
}

/** Answers the exit code. */
export async function open(argv: readonly string[]): Promise<number> {
  const read = readFlags(
    {
      program: 'trivet open',
      purpose: 'Opens the page of a commit, or the front page where none is named.',
      flags,
      argument: { ...commitArgument, describe: 'branch, tag, HEAD, id or its beginning' },
    },
    argv,
  ) as Read | null;
  if (read === null) return exitCodes.fine;
  const page = `${new Dispatcher(read).site}${await pathOf(read.commit)}`;
  if (read.json) printJson({ page });
  else process.stdout.write(`${page}\n`);
  show(page);
  return exitCodes.fine;
}

/** Opens that commit's page if somebody can see it; answers its address. */
export function openPage(site: string, commit: string): string {
  const page = `${site}/commits/${commit}`;
  show(page);
  return page;
}

async function pathOf(text: string | undefined): Promise<string> {
  if (text === undefined) return '/';
  const { commit, job } = await commitNamed(text);
  return `/commits/${commit}${job === null ? '' : `#${encodeURIComponent(job)}`}`;
}

/** Null where nobody could see it: over ssh, say. */
function browserHere(): string | null {
  if (process.platform === 'darwin') return 'open';
  return process.env['DISPLAY'] || process.env['WAYLAND_DISPLAY'] ? 'xdg-open' : null;
}

/** Shows that address to whoever sits here, if a browser can be seen. */
export function show(page: string): void {
  const browser = browserHere();
  if (browser === null) return;
  const child = spawn(browser, [page], { stdio: 'ignore', detached: true });
  // Its address is told in any case.
  child.on('error', () => {});
  child.unref();
}
