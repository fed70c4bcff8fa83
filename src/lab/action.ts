/**
 * Owns how a request of a lab's page is read: JSON from outside becomes an action, or is refused.
 */

import * as z from 'zod';
import { commitKinds, type LabAction, lineStates, processActions } from '../record/lab.js';

/** Whether there is such a process is looked at when it is done. */
const name = z.string().min(1).max(100);

export const labAction: z.ZodType<LabAction> = z.discriminatedUnion('do', [
  z.strictObject({ do: z.literal('commit'), what: z.enum(commitKinds) }),
  z.strictObject({ do: z.enum(processActions), process: name }),
  z.strictObject({ do: z.literal('line'), process: name, state: z.enum(lineStates) }),
  z.strictObject({ do: z.literal('cut'), process: name }),
  z.strictObject({
    do: z.literal('deliver'),
    process: name,
    id: z.int().positive().exactOptional(),
  }),
  z.strictObject({ do: z.literal('scenario'), name: name.nullable() }),
  z.strictObject({ do: z.literal('next') }),
]);
