/**
 * Owns the JSON that questions about a log are answered with (src/web/logs): a window of its lines, what is
 * notable in it, the places of a text. Lines count from 1, as in `#L10`; columns from 0, in UTF-16 units of
 * what a reader sees. Times are milliseconds since 1970.
 */

import * as z from 'zod';

const line = z.number().int().min(1);

/** How long the log is by now, and whether anything may follow. */
const standing = {
  total: z.number().int(),
  bytes: z.number().int(),
  isOver: z.boolean(),
};

export const logLines = z.object({
  ...standing,
  /** The number of the first one. */
  from: line,
  /** With their colours; fewer than were asked for where these are long already, or there are no more. */
  lines: z.array(z.string()),
  /** The colours under which the first one begins, as parameters of SGR: `1;31`. */
  style: z.string(),
  /** Lines of which this is the beginning only, each with its whole length in bytes. */
  cut: z.array(z.tuple([line, z.number().int()])),
  /** When lines came: each holds from that line on; null: nobody knows. */
  times: z.array(z.tuple([line, z.number().nullable()])),
});

export const logFold = z.object({
  /** The line that begins it, and is its heading. */
  from: line,
  /** Its last line; null while it goes on. */
  to: line.nullable(),
  title: z.string(),
  /** As its author wants it; null: as whoever shows it thinks best. */
  isOpen: z.boolean().nullable(),
  /** Of no interest unless something in it is. */
  isDim: z.boolean(),
  /** Whether `to` is a mark and nothing to read. */
  isMarked: z.boolean(),
});

export const logOutline = z.object({
  ...standing,
  /** In the order of their first lines. */
  folds: z.array(logFold),
  /** Lines that are errors, the first 10,000 of them. */
  errors: z.array(line),
});

export const logSearch = z.object({
  /** All hits there are. */
  total: z.number().int(),
  /** The first 10,000 of them behind the line that was given: line and column. */
  hits: z.array(z.tuple([line, z.number().int()])),
  /** Of one hit, in UTF-16 units. */
  length: z.number().int(),
});

export type LogLines = Readonly<z.infer<typeof logLines>>;
export type LogFold = Readonly<z.infer<typeof logFold>>;
export type LogOutline = Readonly<z.infer<typeof logOutline>>;
export type LogSearch = Readonly<z.infer<typeof logSearch>>;
