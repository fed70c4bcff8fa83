/**
 * Owns the scenario that a picture shows: the lab, as `trivet lab` begins it, led as a teacher leads it, up to
 * the question that it asks at one of its steps.
 */

import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import type { LabDocument } from '../../src/record/lab.js';
import type { WireRecord } from '../../src/record/record.js';
import { portToKeep } from '../../test/support/ports.js';

export interface Playing {
  readonly address: string;
  /** Number of the record of what was told last. */
  readonly told: number;
  end(): Promise<void>;
}

/** A question of the scenario comes after its processes have died as it wants: seconds, not a minute. */
const patienceMs = 120_000;

/** `step`: that which the class is asked about, from 1. */
export async function playScenario(name: string, step: number): Promise<Playing> {
  const port = await portToKeep();
  const launcher = fileURLToPath(new URL('../../trivet.js', import.meta.url));
  const args = ['lab', '--scenario', name, '--port', String(port), '--no-open'];
  const child = spawn(process.execPath, [launcher, ...args], { stdio: 'ignore' });
  const address = `http://localhost:${port}`;
  const end = async () => {
    child.kill('SIGTERM');
    if (child.exitCode === null && child.signalCode === null) await once(child, 'exit');
  };
  try {
    await leadTo(step, address);
    return { address, told: await lastCaption(address), end };
  } catch (error) {
    await end();
    throw error;
  }
}

async function leadTo(step: number, address: string): Promise<void> {
  const deadlineMs = Date.now() + patienceMs;
  while (Date.now() < deadlineMs) {
    const scenario = (await labAt(address))?.scenario ?? null;
    if (scenario?.asks != null && scenario.step >= step) return;
    if (scenario?.asks != null) await goOn(address);
    await new Promise((soon) => setTimeout(soon, 200));
  }
  throw new Error(`the scenario did not come to its step ${step} within ${patienceMs} ms`);
}

async function lastCaption(address: string): Promise<number> {
  const [, ...lines] = (await (await fetch(`${address}/api/wire`)).text()).trimEnd().split('\n');
  const records = lines.map((line) => JSON.parse(line) as WireRecord);
  return records.findLast((one) => one.kind === 'change' && one.what === 'caption')?.n ?? 1;
}

/** Null: it does not listen yet. */
async function labAt(address: string): Promise<LabDocument | null> {
  try {
    return (await (await fetch(`${address}/api/lab`)).json()) as LabDocument;
  } catch {
    return null;
  }
}

async function goOn(address: string): Promise<void> {
  const headers = { 'content-type': 'application/json' };
  await fetch(`${address}/api/lab`, { method: 'POST', headers, body: '{"do":"next"}' });
}
