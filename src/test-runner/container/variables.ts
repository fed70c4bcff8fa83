/**
 * Owns how a step's variables get to its container unseen: on a command line every user of the
 * machine could read them. Pure.
 *
 *   one short line  -->  NAME=value in a file for `--env-file`, which is a pipe
 *   all others      -->  `--env NAME`, the value taken from the environment of the engine's client
 *
 * The second way is closed to names by which a client, its loader or its runtime can be steered.
 */

export interface Variables {
  /** The text of the file. */
  readonly file: string;
  /** For the client's environment; by their names the container gets them. */
  readonly byName: Readonly<Record<string, string>>;
  /** Names that go neither way. */
  readonly refused: readonly string[];
}

/** The engines read the file in lines of less than 64 KiB. */
const lineCharactersMax = 16_384;

export function variablesOf(environment: Readonly<Record<string, string>>): Variables {
  const entries = Object.entries(environment);
  const isLine = ([name, value]: [string, string]) =>
    !/[\n\r]/.test(value) && name.length + value.length <= lineCharactersMax;
  const lines = entries.filter((entry) => isName(entry[0]) && isLine(entry));
  const others = entries.filter((entry) => isName(entry[0]) && !isLine(entry));
  return {
    file: lines.map(([name, value]) => `${name}=${value}\n`).join(''),
    byName: Object.fromEntries(others.filter(([name]) => !steers.test(name))),
    refused: [
      ...entries.map(([name]) => name).filter((name) => !isName(name)),
      ...others.map(([name]) => name).filter((name) => steers.test(name)),
    ],
  };
}

/** In the file, others are a comment, or several variables of the client's own. */
function isName(name: string): boolean {
  return /^[A-Za-z_][A-Za-z0-9_.-]*$/.test(name);
}

const steers =
  /^(LD_|GO|PATH$|HOME$|TMPDIR$|SHELL$|ENV$|IFS$|_|XDG_|DBUS_|NOTIFY_|LISTEN_|SSL_|SSH_|DOCKER_|BUILDKIT_|BUILDAH_|CONTAINER|PODMAN_|REGISTRY_|STORAGE_|TRIVET_)|_PROXY$/i;
