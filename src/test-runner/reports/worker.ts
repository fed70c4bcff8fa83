/**
 * Owns the thread that reads the reports of one run for thread.ts: told where they are, it answers once
 * with what they came to, and ends. Never decides anything.
 */

import { parentPort, workerData } from 'node:worker_threads';
import { Masks } from '../masking/masks.js';
import { collectReports } from './collect.js';
import type { Order } from './thread.js';

if (parentPort === null) throw new Error('this is a thread of the runner');
const { folder, wanted, workspace, secrets } = workerData as Order;
parentPort.postMessage(await collectReports(folder, wanted, workspace, new Masks(secrets)));
