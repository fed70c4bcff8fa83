/**
 * Owns the promise that no text makes the planner throw or take long, whoever may push it.
 */

import fc from 'fast-check';
import { expect, test } from 'vitest';
import { convert } from '../../src/workflow/convert.js';
import { fileCharactersMax } from '../../src/workflow/limits.js';
import { planOf, push } from '../support/plans.js';

const words = fc.constantFrom(
  ...[
    'steps:',
    'pipeline:',
    'kind: pipeline',
    'matrix:',
    'when:',
    'services:',
    'labels:',
    '<<: *a',
    '&a',
    '*a',
  ],
  ...[
    'commands',
    'image',
    ': ',
    '- ',
    '\n',
    '\n  ',
    '\n    ',
    '{',
    '}',
    '[',
    ']',
    ',',
    '"',
    "'",
    '|',
    '---\n',
  ],
  ...[
    '${',
    '}',
    '$$',
    '${A:-',
    '${A//',
    '#',
    '%',
    '/',
    'depends_on',
    'event: push',
    'evaluate: ',
    'a',
    '1',
    'true',
  ],
  ...[
    '__proto__',
    'constructor',
    '(',
    ')',
    ' == ',
    ' matches ',
    '!',
    '?',
    '**',
    '\u0000',
    '\u{1f600}',
    '\t',
  ],
);
const texts = fc.oneof(
  fc.string({ unit: 'binary', maxLength: 200 }),
  fc.array(words, { maxLength: 60 }).map((parts) => parts.join('')),
);

test.each(['.woodpecker.yml', '.drone.yml'])(
  'any text in a %s is planned or is an error',
  (path) => {
    fc.assert(
      fc.property(texts, (text) => {
        const { jobs, leftOut, findings } = planOf(text, push, path);
        expect(jobs.length + leftOut.length + findings.length).toBeGreaterThanOrEqual(0);
        for (const { line, column, says } of findings) {
          expect(line >= 1 && column >= 1 && says !== '').toBe(true);
        }
        convert({ path, text });
      }),
      { numRuns: Number(process.env['CASES'] ?? 2_000) },
    );
  },
);

const long = fileCharactersMax - 100;
const fill = (piece: string) => piece.repeat(Math.floor(long / piece.length));

const paths = Array.from({ length: 5_000 }, (_, index) => `src/${'a'.repeat(30)}/${index}.ts`);

test.each([
  ['open brackets', fill('[')],
  ['open braces', fill('{a: ')],
  ['dashes', fill('- ')],
  ['questions', fill('? ')],
  ['commas', `a: [${fill(',')}`],
  ['keys', Array.from({ length: 15_000 }, (_, index) => `k${index}: `).join('\n')],
  ['the same key', fill('a: 1\n')],
  ['anchors', fill('- &a x\n')],
  ['aliases', `a: &a x\nb:\n${fill('- *a\n').slice(0, -20)}`],
  ['merges', `a: &a {b: c}\nd:\n  <<: [${fill('*a, ').slice(0, -40)}]`],
  ['empty lines', fill('\n')],
  ['values', fill('${A}')],
  ['values in each other', fill('${A:-')],
  ['replacements', `steps: {a: {commands: "${fill('${CI_COMMIT_BRANCH//a/b}').slice(0, -50)}"}}`],
  [
    'steps',
    `steps:\n${Array.from({ length: 5_000 }, (_, index) => `  s${index}: {commands: x}`).join('\n')}`,
  ],
  [
    'dependencies',
    `steps:\n${Array.from({ length: 2_500 }, (_, index) => `  s${index}: {commands: x, depends_on: s${index + 1}}`).join('\n')}`,
  ],
  [
    'a matrix',
    `matrix:\n  A: [${Array.from({ length: 256 }, (_, index) => index).join(', ')}]\nsteps: {a: {commands: "${'x'.repeat(2_500)}"}}`,
  ],
  ['globs', `when: {branch: [${fill('"*a*a*a*a*b", ').slice(0, -60)}]}\nsteps: {a: {commands: x}}`],
  [
    'globs for paths',
    `when: {path: [${fill('"*a*b", ').slice(0, -60)}]}\nsteps: {a: {commands: x}}`,
  ],
  [
    'replacing in expressions',
    `when: {evaluate: '${'replace('.repeat(30)}"a"${', "", "aaaaaaaaaa")'.repeat(30)} == ""'}\nsteps: {a: {commands: x}}`,
  ],
  [
    'a regular expression',
    `when: {evaluate: 'CI_COMMIT_MESSAGE matches "${'(a*)*'.repeat(150)}b"'}\nsteps: {a: {commands: x}}`,
  ],
])('a file full of %s is planned within seconds', (_, text) => {
  const before = process.cpuUsage();
  planOf(text, { ...push, branch: 'a'.repeat(200), paths, message: 'a'.repeat(100_000) });
  const { user, system } = process.cpuUsage(before);
  // The processor's time, for the machine may have others to serve; without bounds it is hours.
  expect((user + system) / 1e6).toBeLessThan(10);
});
