/**
 * Owns what is made from the schema of workflow files (src/workflow/schema.ts): the tables of
 * docs/workflows.md, whose prose is kept in the page itself, and schema/trivet.schema.json, with
 * which editors complete and check. `npm run docs` writes both; a test compares.
 */

import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { z } from 'zod';
import * as limits from '../src/workflow/limits.js';
import { workflow } from '../src/workflow/schema.js';

const at = (path: string) => fileURLToPath(new URL(`../${path}`, import.meta.url));
const pagePath = at('docs/workflows.md');
const schemaPath = at('schema/trivet.schema.json');

/** What of JSON Schema is looked at here. */
interface Shape {
  readonly $ref?: string;
  readonly type?: string | readonly string[];
  readonly description?: string;
  readonly anyOf?: readonly Shape[];
  readonly allOf?: readonly Shape[];
  readonly enum?: readonly string[];
  readonly items?: Shape;
  readonly additionalProperties?: Shape | boolean;
  readonly properties?: Readonly<Record<string, Shape>>;
}

const made = z.toJSONSchema(workflow, { io: 'input', target: 'draft-7' });
const definitions = made.definitions as Readonly<Record<string, Shape>>;

/** The schema as editors read it. */
export function jsonSchema(): string {
  const about = {
    title: 'A workflow of Trivet',
    description: 'docs/workflows.md says it in words.',
  };
  return `${JSON.stringify({ ...made, ...about }, null, 2)}\n`;
}

/** The page with all its tables made anew. */
export function withTables(page: string): string {
  const tables = {
    workflow: table(made as Shape),
    step: table(definitions['step'] ?? {}),
    when: table(definitions['condition'] ?? {}),
    bounds: bounds(),
  };
  return Object.entries(tables).reduce((text, [mark, rows]) => between(text, mark, rows), page);
}

/** A row for each key; old forms and what is not done stand last. */
function table({ properties = {} }: Shape): string[] {
  const isLast = ({ description = '' }: Shape) => /^(?:Old form|Not done)/.test(description);
  const rows = Object.entries(properties).toSorted(
    ([, one], [, other]) => Number(isLast(one)) - Number(isLast(other)),
  );
  return [
    '| key | is | meaning |',
    '|---|---|---|',
    ...rows.map(([key, its]) => `| \`${key}\` | ${form(its)} | ${its.description ?? ''} |`),
  ];
}

/** How a value is written, in words. */
function form(shape: Shape): string {
  const { $ref, anyOf, allOf, items, additionalProperties, properties } = shape;
  if ($ref !== undefined) return `a ${$ref.slice($ref.lastIndexOf('/') + 1)}`;
  if (allOf !== undefined) return ways(allOf);
  if (anyOf !== undefined) return ways(anyOf);
  // `yes` is spelled out for editors only.
  if (shape.enum?.includes('yes')) return 'true or false';
  if (shape.enum !== undefined) return shape.enum.map((word) => `\`${word}\``).join(', ');
  if (items !== undefined) {
    const each = form(items);
    return each === '' ? 'a list' : `a list of ${several(each)}`;
  }
  if (properties !== undefined) {
    return `a map of ${Object.keys(properties)
      .map((key) => `\`${key}\``)
      .join(', ')}`;
  }
  if (typeof additionalProperties === 'object') {
    const each = form(additionalProperties);
    return each === '' ? 'a map' : `a map of ${several(each)}`;
  }
  const types = [shape.type ?? []].flat();
  return types.includes('string') ? 'text' : types.map((type) => words[type] ?? type).join(' or ');
}

const words: Readonly<Record<string, string>> = {
  number: 'a number',
  integer: 'a number',
  boolean: 'true or false',
  null: 'nothing',
};

/** `a step` as `steps`, `a map of text` as `maps of text`. */
function several(each: string): string {
  return each
    .replaceAll('; or ', ' or ')
    .replaceAll(/\ban? (\w+)/g, (_, noun: string) => `${noun}s`);
}

/** Where text will do, numbers and booleans need not be named. */
function ways(shapes: readonly Shape[]): string {
  const forms = [...new Set(shapes.map(form))].filter((each) => each !== '');
  const needless = forms.includes('text') ? ['a number', 'true or false', 'nothing'] : [];
  return forms.filter((each) => !needless.includes(each)).join('; or ');
}

/** The bounds with their values and, from the comments above them, their reasons. */
function bounds(): string[] {
  const code = readFileSync(at('src/workflow/limits.ts'), 'utf8');
  const rows = Object.entries(limits).map(([name, value]) => {
    const before = code.slice(0, code.indexOf(`export const ${name} `));
    const comment = before.slice(before.lastIndexOf('/**') + 3, before.lastIndexOf('*/'));
    const reason = comment
      .replaceAll(/\s*\n \* ?/g, ' ')
      .trim()
      .replaceAll('|', '\\|');
    return { name, value, row: `| \`${name}\` | ${value.toLocaleString('en-US')} | ${reason} |` };
  });
  const inOrder = rows.toSorted(
    (a, b) => code.indexOf(` ${a.name} `) - code.indexOf(` ${b.name} `),
  );
  return ['| bound | most | what and why |', '|---|--:|---|', ...inOrder.map(({ row }) => row)];
}

function between(page: string, mark: string, rows: readonly string[]): string {
  const [begin, end] = [`<!-- ${mark}: begin -->\n`, `<!-- ${mark}: end -->`];
  const head = page.slice(0, page.indexOf(begin) + begin.length);
  return `${head}\n${rows.join('\n')}\n\n${page.slice(page.indexOf(end))}`;
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  writeFileSync(pagePath, withTables(readFileSync(pagePath, 'utf8')));
  mkdirSync(at('schema'), { recursive: true });
  writeFileSync(schemaPath, jsonSchema());
}
