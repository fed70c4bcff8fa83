/**
 * Owns every bound that the wire puts on a peer, each with its unit and its reason.
 * Never decides what happens at a bound: the decoder and the shells do.
 */

/** Verb and fields. A classic `recv` takes 1,024 bytes; no honest header is a quarter of this. */
export const headerBytesMax = 4_096;

/** A `hello`, a `dispatch`'s description, a report: JSON that a person could read. */
export const jsonBytesMax = 65_536;

/** What is to be done for a commit, or was done in a run: plans and reports, of many jobs or tests. */
export const planBytesMax = 1_024 * 1_024;

/** Of the settings of a plugin, as deep as workflow files may be. */
export const settingsDepthMax = 40;

/** Of each list of what a step asks of its container: all are on one command line. */
export const containerWordsMax = 64;

/** The number of a run: of a job three may be lost, and a person asks for each that is beyond. */
export const runsMax = 999_999;

/** Steps of one job, and as many services; each has a log of its own. */
export const stepsMax = 128;

/** Steps, services, and what is said when all are over: each has a log. */
export const stepLogsMax = 2 * stepsMax + 1;

/** One secret; a key for a cloud, certificates included, has some 10 KiB. */
export const secretBytesMax = 48 * 1_024;

/** Globs of branches, or events, of one secret. */
export const secretScopesMax = 32;

/** Secrets of a dispatcher: it holds them in memory. */
export const secretsMax = 1_000;

/** The secrets that one run gets, as JSON: what its work names beyond that, it does not get. */
export const secretsOfRunBytesMax = 512 * 1_024;

/** Runs that a `hello` may name, so that it stays JSON of that size; the rest wait their turn. */
export const heldRunsMax = 512;

/** Jobs of one commit: a matrix of two axes of sixteen. */
export const jobsOfCommitMax = 256;

/** Sets of labels that will do later for a job for which no runner carried the first ones. */
export const fallbacksMax = 8;

/** A priority is a number up to this, or down to its negative: as in workflow files. */
export const priorityMost = 100;

/** Jobs of one group at once: more is as good as no group. */
export const groupLimitMost = 1_000;

/** Runs that a job may lose beyond the first: each took a runner's process with it. */
export const retriesMost = 10;

/** Repositories of one process. Their names fit into a `hello` beside all else that it may hold. */
export const repositoriesMax = 64;

/** Labels of a runner or of a job. */
export const labelsMax = 32;

/** Runs that one runner may hold at once. */
export const capacityMax = 256;

/** Commits of which an observer asks, in its `hello`, whether they are in the dispatcher's memory. */
export const handedOverMax = 512;

/** One chunk of a live log. Small enough that pings pass between two, large enough to be fast. */
export const logChunkBytesMax = 65_536;

/** A classic result arrives whole and is held in memory until it is; they are text. */
export const classicBodyBytesMax = 16 * 1_024 * 1_024;

/** A pause after which an unterminated classic message is taken as complete. */
export const quietAfterMs = 50;

/** How long a connection may take to make itself understood before it is told so and closed. */
export const firstMessageWithinMs = 5_000;

/** How long the rest of a reply may take to be read by a slow peer before we stop waiting. */
export const lingerMs = 2_000;

/**
 * The dispatcher pings each runner this often; three unanswered pings end the session. A little
 * less than a second, so that three, and a beat for the last one's answer, fit into the three
 * seconds within which a frozen runner's job is to run elsewhere.
 */
export const heartbeatEveryMs = 900;

/**
 * A runner that has nothing in hand and says in `hello` that it rests is pinged at each so many-th
 * heartbeat only: ten thousand of them would else take half a core for saying nothing.
 */
export const restingHeartbeats = 10;

/** Pings that may go unanswered: with `heartbeatEveryMs`, less than three seconds of silence. */
export const missedPingsMax = 3;
