/**
 * Owns the OpenAPI document: made of the schemas that read questions and that documents are of, so that
 * it cannot say otherwise than they do.
 */

import type { Hono } from 'hono';
import * as z from 'zod';
import { documents, parts, refusal } from '../../protocol/documents.js';
import { logLines, logOutline, logSearch } from '../../protocol/log-documents.js';
import { ownVersion } from '../../world/version.js';
import { nameOf, type Operation, operations } from './operations.js';

type JsonSchema = z.core.JSONSchema.BaseSchema;

/** Below which it names its schemas. */
const schemas = '#/components/schemas/';

const done = z.object({ says: z.string() });

const named = { ...documents, ...parts, logLines, logOutline, logSearch, refusal, done };

export function serveOpenApi(app: Hono): void {
  let text: string | null = null;
  app.get('/api/openapi.json', (context) => {
    text ??= JSON.stringify(openApi());
    return context.body(text, 200, { 'Content-Type': 'application/json; charset=utf-8' });
  });
}

export function openApi() {
  const paths: Record<string, Record<string, object>> = {};
  for (const operation of operations) {
    const path = pathOf(operation.route);
    paths[path] = { ...paths[path], [operation.method]: described(operation) };
  }
  return {
    openapi: '3.1.0',
    info: {
      title: 'Trivet',
      version: ownVersion(),
      description:
        'Times are milliseconds since 1970, durations milliseconds. Answers may get further keys.',
    },
    servers: [{ url: '/' }],
    security: [{ bearer: [] }, { basic: [] }, { cookie: [] }, {}],
    paths,
    components: {
      schemas: componentSchemas(),
      securitySchemes: {
        bearer: { type: 'http', scheme: 'bearer', description: 'The token' },
        basic: { type: 'http', scheme: 'basic', description: 'Any name, and the token' },
        cookie: { type: 'apiKey', in: 'cookie', name: 'trivet', description: 'Of /api/session' },
      },
    },
  };
}

/** `/badge/:repository{.+\\.svg}` → `/badge/{repository}.svg` */
export function pathOf(route: string): string {
  return route.replace(/:(\w+)\{\.\+\\(\.\w+)\}/g, '{$1}$2').replace(/:(\w+)/g, '{$1}');
}

function described(operation: Operation) {
  const { route, summary, body, status = 200, answer, isOpen } = operation;
  const schema = answer.includes('/') ? { type: 'string' } : { $ref: schemas + answer };
  const type = answer.includes('/') ? answer : 'application/json';
  return {
    summary,
    operationId: `${operation.method}${pathOf(route).replace(/\W+/g, '_')}`.replace(/_$/, ''),
    ...(isOpen && { security: [] }),
    parameters: parametersOf(operation),
    ...(body !== undefined && { requestBody: requestOf(body) }),
    responses: {
      [status]: { description: 'As asked', content: { [type]: { schema } } },
      default: {
        description: 'Why not, as a sentence',
        content: { 'application/json': { schema: { $ref: `${schemas}Refusal` } } },
      },
    },
  };
}

function requestOf(body: z.ZodType) {
  return { required: true, content: { 'application/json': { schema: asAsked(body) } } };
}

function parametersOf({ route, asked }: Operation): object[] {
  if (asked === undefined) return [];
  const { properties = {}, required = [] } = asAsked(asked);
  return Object.entries(properties).map(([name, schema]) => {
    const isInPath = route.includes(`:${name}`);
    const place = { name, in: isInPath ? 'path' : 'query' };
    return { ...place, required: isInPath || required.includes(name), schema };
  });
}

function asAsked(schema: z.ZodType): JsonSchema {
  const { $schema: _, ...rest } = z.toJSONSchema(schema, { io: 'input', override: opened });
  return rest;
}

function componentSchemas(): Record<string, JsonSchema> {
  const registry = z.registry<{ id: string }>();
  for (const [key, schema] of Object.entries(named)) registry.add(schema, { id: nameOf(key) });
  const uri = (id: string) => schemas + id;
  const all = z.toJSONSchema(registry, { uri, override: opened });
  return Object.fromEntries(
    Object.entries(all.schemas).map(([name, { $schema: _, $id: __, ...schema }]) => [name, schema]),
  );
}

/** Further keys may come with a later release; and that whole numbers are not endless says nothing. */
function opened({ jsonSchema }: { readonly jsonSchema: JsonSchema }): void {
  if (jsonSchema.additionalProperties === false) delete jsonSchema.additionalProperties;
  if (jsonSchema.maximum === Number.MAX_SAFE_INTEGER) delete jsonSchema.maximum;
  if (jsonSchema.minimum === Number.MIN_SAFE_INTEGER) delete jsonSchema.minimum;
}
