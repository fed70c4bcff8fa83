/**
 * Owns how a thread of ours is started: from the compiled code that launchers run, or from the
 * sources, as tests and scripts do. Never knows what it does.
 */

import { pathToFileURL } from 'node:url';
import { type ResourceLimits, Worker } from 'node:worker_threads';
import { isBuilt, moduleFile } from './home.js';

/**
 * The thread that runs the module `name`, as `web/logs/log-worker`; `data` is its `workerData`. One that
 * needs more than `limits` ends with an error.
 */
export function startThread(
  name: string,
  data: unknown,
  resourceLimits: ResourceLimits = {},
): Worker {
  const file = moduleFile(name);
  if (isBuilt) return new Worker(file, { workerData: data, resourceLimits });
  // A thread does not inherit the loader that reads TypeScript, and would look for it where we were started.
  const loader = import.meta.resolve('tsx/esm/api');
  const bootstrap = `import(${JSON.stringify(loader)}).then(({ register }) => {
    register();
    return import(${JSON.stringify(pathToFileURL(file))});
  })`;
  return new Worker(bootstrap, { eval: true, workerData: data, resourceLimits });
}
