/**
 * Owns the flag by which a shell asks what its user may want to type next.
 */

/** As yargs has it, whose script asks. */
export const completionKey = 'get-yargs-completions';
