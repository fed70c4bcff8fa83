/**
 * Owns the file that gives `trivet run` its secrets, as no dispatcher is there: `NAME=value`, a line
 * each, with empty lines and `# …` between. A value is all that follows, as it is.
 */

import { readFileSync } from 'node:fs';
import { secretKey, secretNamePattern } from '../protocol/secrets.js';
import { UsageError } from '../world/exit.js';

/** By their names in lower case; none without a file. Throws `UsageError`, which shows no value. */
export function secretsIn(path: string | undefined): Readonly<Record<string, string>> {
  if (path === undefined) return {};
  const secrets = new Map<string, string>();
  for (const [index, line] of textOf(path).split(/\r?\n/).entries()) {
    if (line.trim() === '' || line.startsWith('#')) continue;
    const [, name = '', value = ''] = /^\s*([^=]*?)\s*=(.*)$/.exec(line) ?? [];
    if (!secretNamePattern.test(name)) {
      throw new UsageError(`${path}:${index + 1} is not NAME=value.`);
    }
    secrets.set(secretKey(name), value);
  }
  return Object.fromEntries(secrets);
}

function textOf(path: string): string {
  try {
    return readFileSync(path, 'utf8');
  } catch (error) {
    const { code, message } = error as NodeJS.ErrnoException;
    throw new UsageError(`Cannot read the secrets in ${path} (${code ?? message}).`);
  }
}
