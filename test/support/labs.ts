/**
 * Owns a lab for tests: `trivet lab` as a process, until the end of the test; what it tells of itself, and
 * requests by HTTP.
 */

import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { onTestFinished } from 'vitest';
import type { LabAction, LabDocument } from '../../src/record/lab.js';
import { parseRecording } from '../../src/record/parse.js';
import type { WireChange, WireRecord } from '../../src/record/record.js';
import { eventually } from './eventually.js';
import { temporaryFolder } from './git.js';
import { launcher } from './launchers.js';

/** Five processes start at once, on a busy machine. */
export const patienceMs = 90_000;

export async function startLab(...args: string[]) {
  /** Where it makes its folder. */
  const temporary = temporaryFolder();
  const mark = `TRIVET_TESTED=${Math.random().toString(36).slice(2)}`;
  const [name = '', value = ''] = mark.split('=');
  const ours = Object.entries(process.env).filter(([key]) => !key.startsWith('TRIVET_'));
  const child = spawn(process.execPath, [launcher('trivet'), 'lab', '--no-open', ...args], {
    env: { ...Object.fromEntries(ours), [name]: value, TMPDIR: temporary },
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  let said = '';
  child.stdout.setEncoding('utf8').on('data', (text: string) => {
    said += text;
  });
  const ended = once(child, 'exit').then(([code, signal]) => signal ?? code);
  onTestFinished(async () => {
    child.kill('SIGTERM');
    await ended;
  });
  const found = await eventually(
    'the lab has an address',
    () => /localhost:(\d+)/.exec(said),
    patienceMs,
  );
  const port = Number(found[1]);
  const site = `http://localhost:${port}`;
  const document = async () => (await (await fetch(`${site}/api/lab`)).json()) as LabDocument;
  const records = async (): Promise<readonly WireRecord[]> => {
    const read = parseRecording(await (await fetch(`${site}/api/wire`)).text());
    if ('says' in read) throw new Error(read.says);
    return read.value.records;
  };
  const request = (action: LabAction | object, headers: Readonly<Record<string, string>> = {}) =>
    fetch(`${site}/api/lab`, {
      method: 'POST',
      headers: { 'Content-Type': 'application/json', ...headers },
      body: JSON.stringify(action),
    });
  const act = async (action: LabAction) => {
    const response = await request(action);
    if (!response.ok) throw new Error(await response.text());
  };
  /** What is found in the end. */
  const until = async <Found>(what: string, look: () => Promise<Found | undefined>) => {
    const deadlineMs = Date.now() + patienceMs;
    for (;;) {
      const found = await look();
      if (found !== undefined) return found;
      if (Date.now() > deadlineMs) throw new Error(`not within ${patienceMs} ms: ${what}`);
      await new Promise((resolve) => setTimeout(resolve, 50));
    }
  };
  /** The first change after that record that fits. */
  const changes = (
    what: WireChange['what'],
    after = 0,
    fits: (change: WireChange) => boolean = () => true,
  ): Promise<WireChange> =>
    until(what, async () =>
      (await records()).find(
        (one): one is WireChange =>
          one.kind === 'change' && one.what === what && one.n > after && fits(one),
      ),
    );
  /** All have found each other: the first commit has its verdict. */
  await changes('verdict');
  return {
    child,
    ended,
    mark,
    temporary,
    port,
    site,
    said: () => said,
    document,
    records,
    request,
    act,
    changes,
    until,
  };
}
