/**
 * Owns the shape of what OpenTelemetry collectors are sent: OTLP as JSON, where ids are hex digits, times
 * are nanoseconds in decimal texts, and attributes are lists. Knows nothing of jobs.
 */

import { ownVersion } from '../world/version.js';

export interface Span {
  readonly spanId: string;
  /** Null: it is the root. */
  readonly parentSpanId: string | null;
  readonly name: string;
  /** A server's span spans what others do for it. */
  readonly isServer: boolean;
  /** Milliseconds since 1970, perhaps with a fraction. */
  readonly fromMs: number;
  readonly toMs: number;
  readonly attributes: Attributes;
  readonly isError: boolean;
}

/** What is null is left out. */
export type Attributes = Readonly<Record<string, string | number | null>>;

/** Spans of one trace, and what is true of all of them. */
export function documentOf(traceId: string, resource: Attributes, spans: readonly Span[]) {
  const version = ownVersion();
  const all = { 'service.name': 'trivet', 'service.version': version, ...resource };
  return {
    resourceSpans: [
      {
        resource: { attributes: listed(all) },
        scopeSpans: [
          {
            scope: { name: 'trivet', version },
            spans: spans.map((span) => spanOf(traceId, span)),
          },
        ],
      },
    ],
  };
}

function spanOf(traceId: string, span: Span) {
  const { spanId, parentSpanId, name, isServer, fromMs, toMs, attributes, isError } = span;
  return {
    ...{ traceId, spanId, ...(parentSpanId === null ? {} : { parentSpanId }), name },
    kind: isServer ? 2 : 1,
    startTimeUnixNano: nanoseconds(fromMs),
    // The clocks of two machines may disagree about what was first.
    endTimeUnixNano: nanoseconds(Math.max(fromMs, toMs)),
    attributes: listed(attributes),
    status: isError ? { code: 2 } : {},
  };
}

function listed(attributes: Attributes) {
  return Object.entries(attributes).flatMap(([key, value]) => {
    if (value === null) return [];
    // 64 bits do not fit into a number of JSON.
    return [
      {
        key,
        value: typeof value === 'number' ? { intValue: String(value) } : { stringValue: value },
      },
    ];
  });
}

function nanoseconds(ms: number): string {
  return String(BigInt(Math.round(ms * 1_000)) * 1_000n);
}
