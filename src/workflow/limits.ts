/**
 * Owns every bound on workflow files, each with its unit and its reason. A file comes from whoever
 * may push, and is read by an observer that watches a hundred repositories besides.
 */

/** Workflow files of one commit; the largest repositories that we know have forty. */
export const filesMax = 64;

/** One file. The longest of the ninety-two real ones that we try has 30,591. */
export const fileCharactersMax = 64 * 1_024;

/** Documents of one file, each a pipeline of Drone's; real files come to a dozen. */
export const documentsMax = 64;

/** Maps and lists in each other: a real file comes to nine, and YAML's libraries recurse. */
export const depthMax = 40;

/** Values after aliases were followed: a page of them can stand for millions ("billion laughs"). */
export const valuesMax = 20_000;

/** Text after substitution, which can repeat a value at each of its own letters. */
export const substitutedCharactersMax = 512 * 1_024;

/** `${A:-${B:-…}}` in itself. */
export const substitutionDepthMax = 8;

/**
 * Text that is read for one commit, a file with a matrix once for each of its cells: 4 KiB in the
 * 256 that a commit may have, and some two seconds' work.
 */
export const commitCharactersMax = 1_024 * 1_024;

/** A glob, a regular expression or an expression. */
export const patternCharactersMax = 1_000;

/** States of a pattern's automaton: `{1,999}` in itself would make a million of them. */
export const patternStatesMax = 2_000;

/** Of a text that is compared with a regular expression; a subject is far shorter. */
export const comparedCharactersMax = 5_000;

/**
 * Changed paths times globs that are compared for one plan, each filter once: five hundred paths
 * with five hundred globs, and some two seconds' work.
 */
export const pathComparisonsMax = 250_000;

/** Findings that are told of one file; who made more mistakes begins with these. */
export const findingsOfFileMax = 50;

/** Dependencies of one step or workflow. */
export const dependenciesMax = 256;
