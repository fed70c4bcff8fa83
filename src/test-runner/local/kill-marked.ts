/**
 * Owns what the guard does once its runner is dead: it kills whatever carries the mark that it was
 * given. A program of its own, so that a guard that only waits costs no more than a shell.
 */

import { isTagged, killAllThat, type Mark } from '../../world/process-tree.js';

const mark = process.argv[2] as Mark;
killAllThat((pid) => isTagged(pid, mark));
