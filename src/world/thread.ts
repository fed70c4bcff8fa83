/**
 * Owns how a thread of ours is started: from the compiled code that launchers run, or from the
 * sources, as tests and scripts do. Never knows what it does.
 */

import { extname, join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { type ResourceLimits, Worker } from 'node:worker_threads';

/**
 * The thread that runs the module `name` of that folder; `data` is its `workerData`. One that needs more
 * than `limits` ends with an error.
 */
export function startThread(
  folder: string,
  name: string,
  data: unknown,
  resourceLimits: ResourceLimits = {},
): Worker {
  const extension = extname(import.meta.filename);
  const file = join(folder, `${name}${extension}`);
  if (extension === '.js') return new Worker(file, { workerData: data, resourceLimits });
  // A thread does not inherit the loader that reads TypeScript, and would look for it where we were started.
  const loader = import.meta.resolve('tsx/esm/api');
  const bootstrap = `import(${JSON.stringify(loader)}).then(({ register }) => {
    register();
    return import(${JSON.stringify(pathToFileURL(file))});
  })`;
  return new Worker(bootstrap, { eval: true, workerData: data, resourceLimits });
}
