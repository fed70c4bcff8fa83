/**
 * Owns the words for a suite whose program could not be started, for whoever wrote the commit.
 * Reads the tree, changes nothing.
 */

import { type Command, type Tree, workflowPath } from './suite.js';

/** A clause without a full stop. */
export function whyNotStarted(
  { code, message }: NodeJS.ErrnoException,
  { file }: Command,
  tree: Tree,
): string {
  const isWorkflow = file === `./${workflowPath}`;
  const program = isWorkflow && code === 'ENOENT' ? interpreterOf(tree) : null;
  if (program === null) return message;
  const endings = program.endsWith('\r') ? ': Windows line endings?' : '';
  // Quoted, so that what one cannot see is seen.
  const shown = JSON.stringify(program).slice(1, -1);
  const first = `the first line of ${workflowPath} names a program that is not on this machine`;
  return `${first} (${shown}${endings})`;
}

/** Longer than a kernel reads of such a line. */
const interpreterMost = 256;

function interpreterOf(tree: Tree): string | null {
  const [, program = null] = /^#![ \t]*([^ \t\n]+)/.exec(tree.read(workflowPath) ?? '') ?? [];
  return program === null ? null : program.slice(0, interpreterMost);
}
