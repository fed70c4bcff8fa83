/**
 * Owns the check of what a simulated world tells, and of what somebody asks of it. Pure.
 */

import * as z from 'zod';
import {
  type Choice,
  type Decision,
  interventions,
  type WorldAction,
  type WorldDocument,
} from '../record/world.js';

/** As far as a double counts exactly. */
const whole = z.int().min(0);
const name = z.string().min(1).max(256);
const says = z.string().max(16_384);

const choice: z.ZodType<Choice> = z.union([
  z.strictObject({ do: z.enum(interventions), process: name }),
  z.strictObject({ do: z.literal('chance'), seed: whole }),
]);

const decision: z.ZodType<Decision & { readonly says: string }> = z.object({
  step: whole,
  choice,
  says,
});

/** What a page may ask for. */
export const worldAction: z.ZodType<WorldAction> = z.discriminatedUnion('do', [
  z.strictObject({ do: z.literal('step'), count: whole.max(100_000) }),
  z.strictObject({ do: z.literal('run') }),
  z.strictObject({ do: z.literal('pause') }),
  z.strictObject({ do: z.literal('to'), step: whole.max(1_000_000) }),
  z.strictObject({ do: z.literal('fork'), step: whole.max(1_000_000), choice }),
  z.strictObject({ do: z.literal('forget'), index: whole.max(1_000) }),
  z.strictObject({ do: z.literal('seed'), seed: whole }),
  z.strictObject({ do: z.literal('reveal') }),
]);

const planted = z.object({
  number: whole,
  name,
  choices: z.array(z.object({ name, says })),
  line: z.object({ file: name, number: whole, before: z.string(), becomes: z.string() }).nullable(),
});

export const worldDocument: z.ZodType<WorldDocument> = z.object({
  seed: whole,
  step: whole,
  atMs: z.number().min(0),
  isRunning: z.boolean(),
  isOver: z.boolean(),
  isHealed: z.boolean(),
  broken: z.object({ law: name, says, how: says }).nullable(),
  laws: z.array(z.object({ name, says, broken: says.nullable() })),
  decisions: z.array(decision),
  choices: z.array(z.object({ choice, says })),
  forks: whole,
  planted: planted.nullable(),
});

/** A planted bug as `trivet lab --lessons` lists it. Which law breaks is what is to be predicted. */
export const lessonLine = z.object({ number: whole, name, seed: whole });

export type LessonLine = z.infer<typeof lessonLine>;
