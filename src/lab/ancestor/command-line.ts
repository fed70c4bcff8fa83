/**
 * Owns what the command lines of the ancestor's stand-ins have in common.
 */

import { dispatcherAddress, port } from '../../world/flag-values.js';
import { type Flags, readFlags } from '../../world/flags.js';
import { storyteller, type Tell } from '../../world/story.js';

export const server = {
  'dispatcher-server': {
    default: 'localhost:8888',
    describe: 'host:port of the dispatcher',
    coerce: dispatcherAddress,
  },
} as const;

/** Where to listen; 0: on any free port. */
export function listening(normally: string) {
  const describe = 'port to listen on; 0: any free one';
  return { port: { default: normally, describe, coerce: port('port') } } as const;
}

/** What was typed, and how to tell what happens; null where only help was wanted. */
export function readCommandLine(
  role: 'dispatcher' | 'test runner' | 'observer',
  flags: Flags,
  argv: readonly string[],
): { readonly read: unknown; readonly tell: Tell } | null {
  const program = `lab/ancestor/${role === 'test runner' ? 'runner' : role}.js`;
  const purpose = `A stand-in for the ancestor's ${role}, for scenarios: it loses commits.`;
  const format = { 'log-format': { choices: ['story', 'json'], default: 'story' } } as const;
  const clone = { name: 'repo', describe: 'a clone of its own; a runner cleans it', isMany: false };
  const argument = role === 'dispatcher' ? null : clone;
  const read = readFlags({ program, purpose, flags: { ...flags, ...format }, argument }, argv);
  if (read === null) return null;
  const { 'log-format': told } = read as { readonly 'log-format': 'story' | 'json' };
  return { read, tell: storyteller({ level: 'info', format: told }) };
}
