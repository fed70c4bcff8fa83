#!/usr/bin/env node
import('./dist/command/main.js').catch((error) => {
  if (error.code !== 'ERR_MODULE_NOT_FOUND') throw error;
  console.error('Trivet is not built yet: run "npm ci" in its folder first.');
  process.exit(2);
});
