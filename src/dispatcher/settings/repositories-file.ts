/**
 * Owns the file in which the dispatcher's owner says how each repository is treated: YAML, read at the
 * start and at each SIGHUP. Never guesses: what is misspelt is an error that says what was meant, and
 * a file that is wrong leaves all as it was.
 */

import * as z from 'zod';
import { isCloneUrl } from '../../protocol/clone-url.js';
import { labelPattern, namePattern } from '../../protocol/ids.js';
import { commandCharactersMax } from '../../protocol/job-bodies.js';
import { labelsMax, priorityMost } from '../../protocol/limits.js';
import { nearest } from '../../protocol/nearest.js';
import { UsageError } from '../../world/exit.js';
import { textNamed } from '../../world/files.js';
import { parseDuration } from '../../world/flag-values.js';
import type { Tell } from '../../world/story.js';
import type { RepositorySettings, Settings } from '../core/settings.js';

/** Some thousands of repositories. */
const bytesMax = 1_024 * 1_024;

const label = z.string().regex(labelPattern, 'expected is a label such as gpu or os=linux');

const time = z.union([z.string(), z.number()]).transform((text, context) => {
  const ms = parseDuration(text);
  if (ms === null) context.addIssue('expected is a time such as 90s, 10m or 1h');
  return ms ?? z.NEVER;
});

/** As it is written. */
const written = z.strictObject({
  command: z.string().min(1).max(commandCharactersMax).optional(),
  timeout: time.optional(),
  labels: z.array(label).max(labelsMax).optional(),
  executor: label.optional(),
  clone: z.string().refine(isCloneUrl, 'expected is what git clone takes').optional(),
  supersede: z.boolean().optional(),
  priority: z.number().int().min(-priorityMost).max(priorityMost).optional(),
});

const keys = Object.keys(written.shape);

export class RepositoriesFile {
  readonly #path: string | null;
  readonly #supersede: boolean;

  /** `path`: null where there is no such file. `supersede`: of all that do not say it. */
  constructor(path: string | null, supersede: boolean) {
    this.#path = path;
    this.#supersede = supersede;
  }

  /** What it says now. Rejects with a `UsageError`. */
  async read(): Promise<Settings> {
    const repositories = new Map<string, RepositorySettings>();
    if (this.#path === null) return { supersede: this.#supersede, repositories };
    for (const [name, settings] of Object.entries(await mapIn(this.#path))) {
      if (!namePattern.test(name)) {
        throw new UsageError(`${this.#path} names "${name}", which is no name of a repository.`);
      }
      repositories.set(name, settingsOf(this.#path, name, settings));
    }
    return { supersede: this.#supersede, repositories };
  }

  /** Reads it anew, and hands on what it says; or tells why it stays as it was. */
  async reread(tell: Tell, apply: (settings: Settings) => void): Promise<void> {
    if (this.#path === null) return;
    const file = this.#path;
    try {
      const settings = await this.read();
      apply(settings);
      const count = settings.repositories.size;
      const msg = `read ${file} anew: settings of ${count} ${count === 1 ? 'repository' : 'repositories'}`;
      tell({ event: 'repositories-read', file, repositories: count, msg });
    } catch (error) {
      if (!(error instanceof UsageError)) throw error;
      const msg = `${error.message} The former settings stay in use.`;
      tell({ event: 'repositories-unusable', level: 'warn', file, msg });
    }
  }
}

/** Where there is such a file it is read at the start, and what reads it is at hand from then on. */
async function mapIn(path: string): Promise<Record<string, unknown>> {
  const { parseDocument } = await import('yaml');
  const document = parseDocument(textNamed(path, 'the settings of repositories', bytesMax));
  const [wrong] = document.errors;
  if (wrong !== undefined) {
    const [says] = wrong.message.split('\n');
    throw new UsageError(`${path} is no YAML: ${(says ?? '').replace(/[:.]$/, '')}.`);
  }
  const parsed = z.record(z.string(), z.unknown()).safeParse(meantBy(document, path) ?? {});
  if (parsed.success) return parsed.data;
  throw new UsageError(`${path} is to hold names of repositories, and below each its settings.`);
}

/** What aliases stand for is found out last. */
function meantBy(document: { toJS: () => unknown }, path: string): unknown {
  try {
    return document.toJS();
  } catch (error) {
    throw new UsageError(`${path} is no YAML: ${(error as Error).message}.`);
  }
}

function settingsOf(path: string, name: string, settings: unknown): RepositorySettings {
  const { data, error } = written.safeParse(settings ?? {});
  if (data === undefined) throw new UsageError(`${path}: ${name} ${whatIsWrong(error)}.`);
  const { command, timeout, labels = [], executor, clone, supersede, priority } = data;
  return {
    labels: executor === undefined ? labels : [...labels, `executor=${executor}`],
    priority: priority ?? null,
    supersede: supersede ?? null,
    assigned: {
      ...(command !== undefined && { command }),
      ...(timeout !== undefined && { timeoutMs: timeout }),
      ...(clone !== undefined && { cloneUrl: clone }),
    },
  };
}

function whatIsWrong(error: z.ZodError): string {
  const [issue] = error.issues;
  if (issue?.code === 'unrecognized_keys') {
    const [key = ''] = issue.keys;
    const meant = nearest(key, keys);
    const hint = meant === null ? `there are ${keys.join(', ')}` : `${meant} is, say`;
    return `has "${key}", which is no setting: ${hint}`;
  }
  const where = issue?.path.join('.') ?? '';
  return where === ''
    ? 'is to have settings below it, such as timeout: 10m'
    : `has a wrong ${where}: ${issue?.message}`;
}
