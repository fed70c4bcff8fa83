/**
 * Owns real dispatchers for tests: one in this process, with its shell, its store and real
 * sockets, or one in a process of its own, to be killed. Each is gone after the test.
 */

import { type ChildProcess, spawn } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { onTestFinished } from 'vitest';
import { KeyFile } from '../../src/dispatcher/secrets/key-file.js';
import { Vault } from '../../src/dispatcher/secrets/vault.js';
import { openToAll } from '../../src/dispatcher/shell/auth.js';
import { Dispatcher } from '../../src/dispatcher/shell/dispatcher.js';
import { LogFiles } from '../../src/dispatcher/store/logs.js';
import { openSqliteStore } from '../../src/dispatcher/store/open-sqlite.js';
import { storeUpon } from '../../src/dispatcher/store/promises.js';
import { QueryThread } from '../../src/dispatcher/store/query-thread.js';
import { storeFile } from '../../src/dispatcher/store/schema.js';
import type { Store } from '../../src/dispatcher/store/store.js';
import type { Commit } from '../../src/protocol/ids.js';
import { type Clock, realClock } from '../../src/world/clock.js';
import { realNetwork } from '../../src/world/network.js';
import type { Told } from '../../src/world/story.js';
import { eventually } from './eventually.js';
import { temporaryFolder } from './git.js';
import { launcher } from './launchers.js';

export interface RunningDispatcher {
  readonly port: number;
  readonly folder: string;
  readonly dispatcher: Dispatcher;
  readonly told: readonly Told[];
  /** The published output of a commit. */
  result(commit: Commit): Buffer;
  close(): void;
}

let starts = 0;

/** A dispatcher in this process, upon `folder`. */
export async function startDispatcher({
  folder = temporaryFolder(),
  port: wanted = 0,
  clock = realClock as Clock,
  dialect = 'classic' as 'classic' | 'py3',
  auth = openToAll,
  network = realNetwork,
  slowed = (store: Store) => store,
} = {}): Promise<RunningDispatcher> {
  starts += 1;
  const data = join(folder, 'data');
  const queries = new QueryThread(join(data, storeFile));
  const sqlite = openSqliteStore(data);
  const store = slowed(storeUpon(sqlite));
  const memory = {
    store,
    recovered: await store.recover(),
    queries,
    logs: new LogFiles(join(data, 'logs'), join(folder, 'results')),
    vault: await Vault.open(sqlite.secrets, new KeyFile(`${data}.key`)),
    start: starts.toString(16).padStart(8, '0'),
  };
  const options = { host: '127.0.0.1', port: wanted, dialect, classicRunMaxMs: 3_600_000, auth };
  const told: Told[] = [];
  const dispatcher = new Dispatcher({ clock, network }, options, memory, (line) => told.push(line));
  let isOpen = true;
  const close = () => {
    if (isOpen) dispatcher.close();
    isOpen = false;
  };
  onTestFinished(async () => {
    close();
    await queries.close();
  });
  const port = await dispatcher.listen();
  const result = (commit: Commit) => readFileSync(join(folder, 'results', commit));
  return { port, folder, dispatcher, told, result, close };
}

export interface DispatcherProcess {
  readonly pid: number;
  readonly port: number;
  /** What it said on standard output, a JSON object a line. */
  readonly told: readonly { readonly event: string; readonly [field: string]: unknown }[];
  kill(signal: NodeJS.Signals): void;
  readonly exit: Promise<{ readonly code: number | null; readonly stderr: string }>;
}

/** `dispatcher.js` from its sources, in a process of its own, once it listens. */
export async function spawnDispatcher(
  folder: string,
  { port = 0, flags = [] as readonly string[], descriptors = 0 } = {},
): Promise<DispatcherProcess> {
  const limit = descriptors === 0 ? [] : ['prlimit', `--nofile=${descriptors}:${descriptors}`];
  const started = launch(limit, folder, ['--port', String(port), ...flags]);
  const listening = await eventually(
    'the dispatcher listens',
    () => started.told.find(({ event }) => event === 'listening') ?? started.failure(),
  );
  return { ...started, port: Number(listening['port']) };
}

/** The same, without waiting: it may exit at once. */
export function launchDispatcher(folder: string, ...flags: string[]) {
  return launch([], folder, flags);
}

function launch(wrapper: readonly string[], folder: string, flags: readonly string[]) {
  const told: { event: string; [field: string]: unknown }[] = [];
  let stderr = '';
  let failed = false;
  const places = ['--data', join(folder, 'data'), '--results', join(folder, 'results')];
  const node = [process.execPath, launcher('dispatcher')];
  const all = [...wrapper, ...node, '--log-format', 'json', ...places, ...flags];
  const child: ChildProcess = spawn(all[0] ?? '', all.slice(1), {
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  onTestFinished(() => {
    child.kill('SIGKILL');
  });
  if (child.stdout === null) throw new Error('no standard output');
  createInterface(child.stdout).on('line', (line) => told.push(JSON.parse(line)));
  child.stderr?.on('data', (text) => {
    stderr += text;
  });
  const exit = new Promise<{ code: number | null; stderr: string }>((resolve) => {
    child.on('close', (code) => {
      failed = true;
      resolve({ code, stderr });
    });
  });
  return {
    pid: child.pid ?? 0,
    told,
    exit,
    kill: (signal: NodeJS.Signals) => {
      child.kill(signal);
    },
    /** Throws where it has ended before it could listen. */
    failure: (): undefined => {
      if (failed) throw new Error(`the dispatcher ended: ${stderr}`);
    },
  };
}
