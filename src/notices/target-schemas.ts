/**
 * Owns what may be said of a target in the file that `--notify` names, kind by kind, and the sentence for
 * what may not. Pure: secrets are named by their files here, and read elsewhere.
 */

import * as z from 'zod';
import { nearest } from '../protocol/nearest.js';
import { isGlob } from '../workflow/glob.js';

/** Without a password in it, which would show in the story; and with no slash at the end. */
const url = z
  .string()
  .refine(isPlainUrl, 'expected is a URL such as https://example.org, without user and password')
  .transform((text) => text.replace(/\/+$/, ''));

const path = z.string().min(1);
const on = z.enum(['change', 'always']).default('change');
const address = z
  .string()
  .regex(/^[^\r\n]*[^\s@<]+@[^\s@>]+>?$/, 'expected is an address such as ci@example.org');

const headerName = z.string().regex(/^[!#$%&'*+.^_`|~0-9A-Za-z-]+$/, 'expected is a header');

const any = {
  repository: z.string().refine(isGlob, 'expected is a glob such as shop or team-*').default('*'),
};

const forge = {
  ...any,
  project: z.string().regex(/^[^\s/]+(?:\/[^\s/]+)+$/, 'expected is owner/name'),
  tokenFile: path,
};

/** Each kind by its name. */
export const schemas = {
  github: z.strictObject({
    ...{ to: z.literal('github'), ...forge },
    url: url.default('https://api.github.com'),
  }),
  gitlab: z.strictObject({
    ...{ to: z.literal('gitlab'), ...forge },
    url: url.default('https://gitlab.com'),
  }),
  gitea: z.strictObject({ to: z.literal('gitea'), ...forge, url }),
  forgejo: z.strictObject({ to: z.literal('forgejo'), ...forge, url }),
  webhook: z.strictObject({ to: z.literal('webhook'), ...any, on, url, secretFile: path }),
  email: z.strictObject({
    ...{ to: z.literal('email'), ...any, on },
    host: z.string().regex(/^[^\s/:@]+$|^[0-9a-fA-F:]+$/, 'expected is the name of a mail server'),
    port: z.number().int().min(1).max(65_535).default(587),
    from: address,
    recipients: z.array(address).min(1).max(100),
    user: z.string().min(1).optional(),
    passwordFile: path.optional(),
  }),
  otlp: z.strictObject({
    ...{ to: z.literal('otlp'), ...any },
    endpoint: url.optional(),
    headers: z.record(headerName, z.string().regex(/^[\x20-\x7e]*$/)).optional(),
    headersFile: path.optional(),
  }),
} as const;

export type Kind = keyof typeof schemas;

/** A target as it is written. */
export type Written = { readonly [K in Kind]: z.infer<(typeof schemas)[K]> }[Kind];

/** What that is; or what is wrong with it, as the end of a sentence about the target. */
export function parseWritten(value: unknown): Written | string {
  const kinds = Object.keys(schemas) as Kind[];
  const named = z.looseObject({ to: z.string() }).safeParse(value);
  if (!named.success) return `is to say what it is: "to" is one of ${kinds.join(', ')}`;
  const kind = kinds.find((known) => known === named.data.to);
  if (kind === undefined) {
    const meant = nearest(named.data.to, kinds);
    const hint = meant === null ? `there are ${kinds.join(', ')}` : `did you mean ${meant}?`;
    return `is to tell "${named.data.to}", which is not known: ${hint}`;
  }
  const parsed = schemas[kind].safeParse(value);
  return parsed.success ? parsed.data : `(${kind}) ${whatIsWrong(parsed.error, kind)}`;
}

function whatIsWrong({ issues: [issue] }: z.ZodError, kind: Kind): string {
  const keys = Object.keys(schemas[kind].shape);
  if (issue?.code === 'unrecognized_keys') {
    const [key = ''] = issue.keys;
    const meant = nearest(key, keys);
    const hint = meant === null ? `there are ${keys.join(', ')}` : `did you mean ${meant}?`;
    return `has "${key}", which is no setting of it: ${hint}`;
  }
  const [key = '', ...rest] = issue?.path ?? [];
  const isMissing = issue?.code === 'invalid_type' && issue.message.includes('undefined');
  if (isMissing && rest.length === 0) return `lacks "${String(key)}"`;
  return `has a wrong "${[key, ...rest].join('.')}": ${issue?.message}`;
}

function isPlainUrl(text: string): boolean {
  if (!URL.canParse(text)) return false;
  const { protocol, username, password } = new URL(text);
  return /^https?:$/.test(protocol) && username === '' && password === '';
}
