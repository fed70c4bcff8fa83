/**
 * Owns every bound on reports of tests, each with its unit and its reason. A report is written by
 * whatever the steps ran.
 */

/** Reports of one job: Maven writes one for each class. */
export const filesMax = 1_000;

/** One report; those that hold all that their tests printed come to a tenth. */
export const fileBytesMax = 32 * 1_024 * 1_024;

/** All of a job's: some seconds' work. */
export const bytesMax = 128 * 1_024 * 1_024;

/** What is made to be read slowly is read so far; after twice that the thread is ended. */
export const readForMs = 20_000;
export const endedAfterMs = 2 * readForMs;

/** The heap of the thread that reads: a bomb of small pieces takes a hundred times its bytes. */
export const heapMbMax = 512;

/** Elements in each other; the suites of a suite come to ten. */
export const elementsDeepMax = 100;

/** Of one element. */
export const attributesMax = 100;

/** Errors in one file after which it is taken for something else. */
export const xmlErrorsMax = 20;

/** What a failure says, as far as anyone looks for a message and a place in it. */
export const failureCharactersMax = 16 * 1_024;

/** A line of TAP; the rest of it is not looked at. */
export const lineCharactersMax = 4_096;

/** Lines of one YAML block. */
export const blockLinesMax = 200;

/** Subtests in each other. */
export const subtestsDeepMax = 100;

/** Failures that the log names. */
export const failuresToldMax = 10;

/** Files of which the log says what is wrong with them. */
export const troublesToldMax = 10;
