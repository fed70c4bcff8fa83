/**
 * Owns the words in which the vocabulary explains itself, made from the verb tables.
 */

import { usage } from './header.js';
import type { Row } from './row.js';
import { requests, session } from './verbs.js';

/** The reply to `help`: what a person may type at the dispatcher, a line each. */
export function help(): string {
  const typed = Object.entries<Row>(requests).filter(([, row]) => row.from === 'anyone');
  const lines = [...typed, ['dispatch', requests.dispatch] as const]
    // Nobody counts the bytes of a body by hand.
    .filter(([, row]) => row.body.kind === 'none')
    .map(([verb, row]) => [usage(verb, row), row.says] as const);
  const width = Math.max(...lines.map(([written]) => written.length));
  return [
    'Trivet dispatcher. One request a connection, ended by Enter:',
    ...lines.map(([written, says]) => `  ${written.padEnd(width)}  ${says}`),
    'A <commit> is a full id of 40 or 64 hex digits, or but in dispatch a beginning;',
    'Of several <job>s of a commit all are meant, where none is named. <jobs> are',
    'those of a <commit>, a <branch>, a <repository>:<branch>, or a <commit>:<job>.',
    '<what> is all, repository:<name>, or runner:<name>.',
    'docs/protocol.md has the rest.',
    '',
  ].join('\n');
}

/** The two tables of docs/protocol.md, in Markdown. */
export function vocabulary(): string {
  return [
    '### Requests: one a connection',
    '',
    ...table(requests),
    '',
    '### Sessions: after `hello`, until the connection closes',
    '',
    ...table(session),
    '',
  ].join('\n');
}

function table(rows: Readonly<Record<string, Row>>): string[] {
  return [
    '| written | from → to | body | meaning, and what comes back |',
    '|---|---|---|---|',
    ...Object.entries(rows).map(
      ([verb, row]) =>
        `| \`${usage(verb, row)}\` | ${row.from} → ${row.to} | ${describeBody(row)} | ${row.says} |`,
    ),
  ];
}

function describeBody({ body }: Row): string {
  if (body.kind === 'none') return '';
  const size = `at most ${body.bytesMax.toLocaleString('en-US')} bytes`;
  const unit = { bytes: 'bytes', characters: 'UTF-8, counted in characters', json: 'JSON' };
  return `${unit[body.kind]}, ${size}`;
}
