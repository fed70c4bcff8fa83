/**
 * Owns the script that a step's commands are: in its directory, one command after the other, each
 * told before it runs. The first that fails ends it; what one sets, the next one sees. POSIX, so that
 * every shell of that family takes it. Never runs anything.
 */

import type { Step } from '../../protocol/work.js';

/** For a shell that was started with `-e`. */
export function scriptOf({ directory, commands }: Pick<Step, 'directory' | 'commands'>): string {
  const place =
    directory === null ? [] : [`mkdir -p ${quoted(directory)}`, `cd ${quoted(directory)}`];
  // Not `echo`: some take what looks like an escape for one.
  const told = commands.flatMap((command) => [`printf '+ %s\\n' ${quoted(command)}`, command]);
  return [...place, ...told, ''].join('\n');
}

/** The script as `CI_SCRIPT` has it, for an entrypoint of the step's own. */
export function encodedScript(step: Pick<Step, 'directory' | 'commands'>): string {
  return Buffer.from(scriptOf(step)).toString('base64');
}

/** One word for a shell, whatever is in it. */
function quoted(text: string): string {
  return `'${text.replaceAll("'", "'\\''")}'`;
}
