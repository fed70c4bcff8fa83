/**
 * Owns the small shapes that workflow files are made of, and what is noted of a key besides its
 * shape: that it is an old form, or that Trivet does not do it. Each shape answers one normal form,
 * however many ways there are to write it.
 */

import * as z from 'zod';
import type { Variable } from '../protocol/work.js';
import { events } from './occasion.js';

/** What is to be said where a key is used. Its shape stays legal: the file runs elsewhere, too. */
export const notes = z.registry<{
  /** The key is an old form, understood; write this instead. */
  readonly old?: string;
  /** Trivet does not do it, and why or what comes instead. */
  readonly undone?: string;
}>();

export function old<Schema extends z.ZodType>(schema: Schema, instead: string): Schema {
  const noted = schema.describe(`Old form; instead: ${instead}`);
  notes.add(noted, { old: instead });
  return noted;
}

export function undone<Schema extends z.ZodType>(schema: Schema, why: string): Schema {
  const noted = schema.describe(`Not done: ${why}`);
  notes.add(noted, { undone: why });
  return noted;
}

/** Text; a number or a yes-or-no as it is spelled. */
export const text = z.union([z.string(), z.number(), z.boolean()]).transform(String);

export const texts = z
  .union([text, z.array(text)])
  .transform((written) => (Array.isArray(written) ? written : [written]));

/** `yes` and `on` are booleans only where one is expected, as in go-yaml. */
export const yesNo = z
  .union([z.boolean(), z.enum(['yes', 'no', 'on', 'off', 'true', 'false'])])
  .transform((written) => written === true || ['yes', 'on', 'true'].includes(String(written)));

const unitMs = { s: 1_000, m: 60_000, h: 3_600_000 };

const aTime = 'a time such as 30s, 10m or 2h';

/** `30s`, `10m` or `2h`, in milliseconds. A week is what a timer holds. */
export const duration = z
  .string(aTime)
  .regex(/^[1-9][0-9]{0,5}[smh]$/, aTime)
  .transform((written) => {
    const ms = Number(written.slice(0, -1)) * unitMs[written.slice(-1) as keyof typeof unitMs];
    return Math.min(ms, 7 * 24 * unitMs.h);
  });

/** What must match, and what must not. */
export interface Filter {
  readonly include: readonly string[];
  readonly exclude: readonly string[];
}

export const filter = z
  .union([texts, z.strictObject({ include: texts.optional(), exclude: texts.optional() })])
  .transform(
    (written): Filter =>
      Array.isArray(written)
        ? { include: written, exclude: [] }
        : { include: written.include ?? [], exclude: written.exclude ?? [] },
  );

const pathFilter = z
  .union([
    texts,
    z.strictObject({
      include: texts.optional(),
      exclude: texts.optional(),
      ignore_message: z.string().optional(),
      on_empty: yesNo.optional(),
    }),
  ])
  .transform((written) => {
    const { include, exclude, ...rest } = Array.isArray(written) ? { include: written } : written;
    return {
      include: include ?? [],
      exclude: exclude ?? [],
      ignoreMessage: rest.ignore_message ?? null,
      onEmpty: rest.on_empty ?? true,
    };
  });

const words = ['success', 'failure'] as const;
const outcome = z.enum(words);

export const outcomes = z.union([outcome, z.array(outcome)]).transform((written) => {
  const all = Array.isArray(written) ? written : [written];
  return words.filter((word) => all.includes(word));
});

/** The same with Drone's `include` and `exclude`. */
export const outcomeFilter = z
  .union([outcomes, z.strictObject({ include: outcomes.optional(), exclude: outcomes.optional() })])
  .transform(
    (written): Filter =>
      Array.isArray(written)
        ? { include: written, exclude: [] }
        : { include: written.include ?? [], exclude: written.exclude ?? [] },
  );

export const condition = z
  .strictObject({
    branch: filter
      .optional()
      .describe('globs; of a pull request: where it goes; not held against tags'),
    event: filter.optional().describe(`one or several of ${events.join(', ')}`),
    path: pathFilter.optional().describe('globs; one changed file must match'),
    ref: filter.optional().describe('globs such as `refs/tags/v*`'),
    status: outcomes
      .optional()
      .describe('`failure`: also after a failure; without `success`: only then'),
    evaluate: z.string().optional().describe('an expression such as `CI_COMMIT_AUTHOR == "ada"`'),
    matrix: z.record(z.string(), filter).optional().describe('globs for axes of the matrix'),
    cron: filter
      .optional()
      .describe('globs for the name of the cron job; held against cron events only'),
    platform: filter.optional().describe('globs such as `linux/*`'),
    repo: filter.optional().describe('globs such as `team/*`'),
    instance: filter.optional().describe('globs for the host of the dispatcher'),
    branches: old(filter.optional(), '`branch`'),
    tag: old(filter.optional(), '`ref: refs/tags/v*`'),
    local: undone(yesNo.optional(), 'every runner is local to somebody'),
    environment: old(filter.optional(), '`evaluate: CI_PIPELINE_DEPLOY_TARGET == "…"`'),
  })
  .meta({ id: 'condition' });

/** All conditions of one item must hold, and one item of a list. */
export const when = z
  .union([condition, z.array(condition)])
  .transform((written) => (Array.isArray(written) ? written : [written]));

const secret = z.strictObject({ from_secret: text });

/** A list is joined with commas, as in a plugin's settings. */
const variable = z.union([
  text,
  z.null().transform(() => ''),
  secret,
  z.array(text).transform((values) => values.join(',')),
]);

/** A map, or an old list of `NAME=value`. */
export const environment = z
  .union([z.record(z.string(), variable), z.array(z.string())])
  .transform(
    (written): Readonly<Record<string, Variable>> =>
      Array.isArray(written) ? Object.fromEntries(written.map(parted)) : written,
  );

function parted(assignment: string): [string, string] {
  const equals = assignment.indexOf('=');
  return equals === -1
    ? [assignment, '']
    : [assignment.slice(0, equals), assignment.slice(equals + 1)];
}

/** An old list of secrets; each becomes a variable in capitals, or one of the name in `target`. */
export const secrets = z
  .array(z.union([text, z.strictObject({ source: text, target: text.optional() })]))
  .transform((written) =>
    Object.fromEntries(
      written.map((each): [string, Variable] => {
        const { source, target } = typeof each === 'string' ? { source: each } : each;
        return [(target ?? source).toUpperCase(), { from_secret: source }];
      }),
    ),
  );

const dependency = z.union([
  text.transform((name) => ({ name, optional: false })),
  z
    .strictObject({ name: text, optional: yesNo.optional() })
    .transform(({ name, optional }) => ({ name, optional: optional ?? false })),
]);

/** Names of what must have ended before. */
export const dependencies = z
  .union([dependency, z.array(dependency)])
  .transform((written) => (Array.isArray(written) ? written : [written]));

export type Condition = z.output<typeof condition>;
export type ConditionInput = z.input<typeof condition>;
export type Dependency = z.output<typeof dependency>;
