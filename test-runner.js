#!/usr/bin/env node
import { setFlagsFromString } from 'node:v8';

// Who asks to read anew while we start is not to end us; see src/world/signals.ts for the rest.
process.on('SIGHUP', () => {});
// See src/world/garbage.ts.
setFlagsFromString('--semi-space-growth-factor=1');
setFlagsFromString('--no-parallel-scavenge');
import('./dist/test-runner/main.js').catch((error) => {
  if (error.code !== 'ERR_MODULE_NOT_FOUND') throw error;
  console.error('Trivet is not built yet: run "npm ci" in its folder first.');
  process.exit(2);
});
