/**
 * Owns the file that `--config` names: flags by their names, in JSON. It can change while a process
 * runs, which neither its command line nor its environment can; reread.ts does that.
 * Never checks a value: that is done for it as for one that was typed.
 */

import type { Options } from 'yargs';
import * as z from 'zod';
import { UsageError } from './exit.js';
import { textNamed } from './files.js';

const values = z.record(z.string(), z.union([z.string(), z.number(), z.boolean()]));

/** Where it lies, and what is done once and not as long as a process runs. */
const notOfAFile = ['config', 'backup'];

/** Far more than all flags need. */
const bytesMax = 65_536;

/** What the file says, as somebody would have typed it. Throws `UsageError`. */
export function readConfigFile(
  path: string,
  flags: Readonly<Record<string, Options>>,
): Record<string, string | boolean> {
  const parsed = values.safeParse(jsonIn(path));
  if (!parsed.success) {
    throw new UsageError(
      `${path} is to hold flags and their values in JSON, as in {"log-level": "debug"}, without ` +
        'lists or objects: several labels, say, are one text with commas between.',
    );
  }
  return Object.fromEntries(
    Object.entries(parsed.data).map(([name, value]) => {
      const flag = Object.hasOwn(flags, name) ? flags[name] : undefined;
      if (flag === undefined || notOfAFile.includes(name)) {
        throw new UsageError(`${path} names "${name}", which is no flag that it could set.`);
      }
      const isYesOrNo = flag.type === 'boolean';
      if (isYesOrNo !== (typeof value === 'boolean')) {
        const kind = isYesOrNo ? 'true or false, without quotes' : 'a text or a number';
        throw new UsageError(`"${name}" in ${path} is ${kind}, not ${JSON.stringify(value)}.`);
      }
      return [name, isYesOrNo ? (value as boolean) : String(value)];
    }),
  );
}

function jsonIn(path: string): unknown {
  const text = textNamed(path, 'the configuration', bytesMax);
  try {
    return JSON.parse(text);
  } catch (error) {
    const { message } = error as SyntaxError;
    throw new UsageError(`Cannot read the configuration in ${path} (${message}).`);
  }
}
