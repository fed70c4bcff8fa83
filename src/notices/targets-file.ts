/**
 * Owns the file in which the dispatcher's owner says who is told: JSON, read at the start and at each
 * SIGHUP, with the secrets that it names by their files. Never guesses: what is misspelt is an error that
 * says what was meant, and a file that is wrong leaves all as it was.
 */

import { dirname, resolve } from 'node:path';
import * as z from 'zod';
import { UsageError } from '../world/exit.js';
import { parseJson, textNamed } from '../world/files.js';
import type { Tell } from '../world/story.js';
import { isExposed, Secret, secretIn } from './secret.js';
import type { Target } from './target.js';
import { parseWritten, type Written } from './target-schemas.js';

/** Some thousand targets. */
const bytesMax = 1_024 * 1_024;

/** Whoever has more of them needs a program of his own between. */
const targetsMax = 200;

export interface Targets {
  readonly targets: readonly Target[];
  /** Files of secrets that others on this machine may read. */
  readonly exposed: readonly string[];
}

export class TargetsFile {
  readonly #path: string | null;
  readonly #environment: NodeJS.ProcessEnv;

  /** `path`: null where there is no such file. `environment`: may name a collector. */
  constructor(path: string | null, environment: NodeJS.ProcessEnv = process.env) {
    this.#path = path;
    this.#environment = environment;
  }

  /** Those that it names now; null where nobody is, or could be, told. Throws `UsageError`. */
  read(): Targets | null {
    const found = readTargets(this.#path, this.#environment);
    return this.#path === null && found.targets.length === 0 ? null : found;
  }

  /** Reads it anew, with its secrets, and hands on whom it names; or tells why it stays as it was. */
  reread(tell: Tell, apply: (targets: Targets) => void): void {
    if (this.#path === null) return;
    const file = this.#path;
    try {
      const found = readTargets(file, this.#environment);
      apply(found);
      const { length: count } = found.targets;
      const msg = `read ${file} anew: ${count} ${count === 1 ? 'target is' : 'targets are'} told`;
      tell({ event: 'targets-read', file, targets: count, msg });
    } catch (error) {
      if (!(error instanceof UsageError)) throw error;
      const msg = `${error.message} The former targets are told as before.`;
      tell({ event: 'targets-unusable', level: 'warn', file, msg });
    }
  }
}

/**
 * Those that the file names, and the collector that OpenTelemetry's own variables name. Throws
 * `UsageError`. `file`: null where there is none.
 */
function readTargets(file: string | null, environment: NodeJS.ProcessEnv): Targets {
  const written = file === null ? [] : listIn(file);
  const folder = file === null ? '.' : dirname(file);
  const places = new Map<string, string>();
  const exposed = new Set<string>();
  const read = (path: string): Secret => {
    const whole = resolve(folder, path);
    const secret = secretIn(whole);
    if (isExposed(whole)) exposed.add(whole);
    return secret;
  };
  const targets = written.map((value, index) => {
    const place = `${file}: target ${index + 1}`;
    const parsed = parseWritten(value);
    if (typeof parsed === 'string')
      throw new UsageError(`${place} ${parsed}${parsed.endsWith('?') ? '' : '.'}`);
    try {
      const target = targetOf(parsed, read, environment);
      const same = places.get(target.key);
      if (same !== undefined) throw new UsageError(`it is the same as ${same}.`);
      places.set(target.key, `target ${index + 1}`);
      return target;
    } catch (error) {
      if (!(error instanceof UsageError)) throw error;
      throw new UsageError(`${place} (${parsed.to}): ${error.message}`);
    }
  });
  const implied = targets.some(({ to }) => to === 'otlp') ? [] : collectorOf(environment);
  return { targets: [...targets, ...implied], exposed: [...exposed] };
}

function listIn(file: string): unknown[] {
  const list = z
    .array(z.unknown())
    .max(targetsMax)
    .safeParse(parseJson(textNamed(file, 'the list of targets', bytesMax)));
  if (list.success) return list.data;
  throw new UsageError(
    `${file} is to hold a list in JSON of at most ${targetsMax} targets, as in ` +
      '[{"to": "webhook", "url": "https://example.org/ci", "secretFile": "webhook.secret"}].',
  );
}

type Read = (path: string) => Secret;

function targetOf(written: Written, read: Read, environment: NodeJS.ProcessEnv): Target {
  const { repository: repositories } = written;
  const keyed = (...place: readonly unknown[]) => JSON.stringify([written.to, ...place]);
  switch (written.to) {
    case 'webhook': {
      const { to, url, on, secretFile } = written;
      const secret = read(secretFile);
      assertKey(secret, secretFile);
      const names = { key: keyed(repositories, on, url), name: `webhook at ${hostOf(url)}` };
      return { ...names, to, on, url, secret, repositories };
    }
    case 'email': {
      const { to, on, host, port, from, recipients, user, passwordFile } = written;
      if ((user === undefined) !== (passwordFile === undefined)) {
        throw new UsageError('"user" and "passwordFile" belong together: give both, or neither.');
      }
      const isKnown = user !== undefined && passwordFile !== undefined;
      const login = isKnown ? { user, password: read(passwordFile) } : null;
      const names = { key: keyed(repositories, on, recipients), name: `e-mail by ${host}` };
      return { ...names, to, on, host, port, from, recipients, login, repositories };
    }
    case 'otlp': {
      const [implied] = collectorOf(environment);
      const endpoint = written.endpoint ?? implied?.endpoint;
      if (endpoint === undefined) {
        throw new UsageError(`it lacks "endpoint", and ${endpointVariable} is not set.`);
      }
      const { headers = {}, headersFile } = written;
      const plain = Object.entries(headers).map(([name, value]) => [name, new Secret(value)]);
      const all = {
        ...(written.endpoint === undefined ? implied?.headers : {}),
        ...Object.fromEntries(plain),
        ...(headersFile === undefined ? {} : headersIn(read(headersFile).reveal(), headersFile)),
      };
      return collector(endpoint, all, repositories);
    }
    default: {
      const { to, url, project, tokenFile } = written;
      const names = { key: keyed(repositories, url, project), name: `${to} ${project}` };
      return { ...names, to, url, project, token: read(tokenFile), repositories };
    }
  }
}

/** Those who receive it check with the same key; what is shorter could be guessed. */
function assertKey(secret: Secret, file: string): void {
  const [, base64 = ''] = /^whsec_([A-Za-z0-9+/]+=*)$/.exec(secret.reveal()) ?? [];
  const bytes = Buffer.from(base64, 'base64').length;
  if (bytes >= 24 && bytes <= 64) return;
  throw new UsageError(
    `${file} is to hold whsec_ and 24 to 64 bytes in base64: ` +
      'make one with printf whsec_ > FILE && openssl rand -base64 32 >> FILE.',
  );
}

const endpointVariable = 'OTEL_EXPORTER_OTLP_ENDPOINT';
const headersVariable = 'OTEL_EXPORTER_OTLP_HEADERS';

/** As every program takes it that speaks OpenTelemetry. */
function collectorOf(environment: NodeJS.ProcessEnv): Extract<Target, { to: 'otlp' }>[] {
  const { [endpointVariable]: endpoint = '', [headersVariable]: headers = '' } = environment;
  if (endpoint === '') return [];
  if (!URL.canParse(endpoint)) throw new UsageError(`${endpointVariable} is no URL.`);
  return [collector(endpoint.replace(/\/+$/, ''), headersIn(headers, headersVariable), '*')];
}

function collector(endpoint: string, headers: Record<string, Secret>, repositories: string) {
  const key = JSON.stringify(['otlp', repositories, endpoint]);
  const name = `OpenTelemetry at ${hostOf(endpoint)}`;
  return { to: 'otlp', key, name, repositories, endpoint, headers } as const;
}

/** `name=value,name=value`, the values percent-encoded where they hold commas. */
function headersIn(text: string, where: string): Record<string, Secret> {
  const pairs = text.split(',').filter((pair) => pair.trim() !== '');
  const headers = pairs.map((pair) => {
    const [, name, value = ''] = /^\s*([!#$%&'*+.^_`|~0-9A-Za-z-]+)\s*=(.*)$/s.exec(pair) ?? [];
    if (name === undefined) throw new UsageError(`${where} is headers as name=value,name=value.`);
    return [name.toLowerCase(), new Secret(decoded(value.trim()))];
  });
  return Object.fromEntries(headers);
}

function decoded(value: string): string {
  try {
    return decodeURIComponent(value);
  } catch {
    // A percent sign that encodes nothing stands for itself.
    return value;
  }
}

function hostOf(url: string): string {
  return new URL(url).host;
}
