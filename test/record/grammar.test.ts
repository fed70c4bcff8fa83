import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { usage } from '../../src/protocol/header.js';
import type { Row } from '../../src/protocol/row.js';
import { requests, session } from '../../src/protocol/verbs.js';
import { forms, partsOf } from '../../src/record/grammar.js';
import { threeDeaths } from '../support/recordings.js';

const commit = '1a2b3c4d'.repeat(5);
const run = '7f3a0000-12';

/** `verb|:|field…` with the names of the parts. */
function named(head: string): string {
  return partsOf(head)
    .map(({ text, part }) =>
      part === 'separator' ? ':' : `<${part.replace('field:', '')} ${text}>`,
    )
    .join('')
    .replaceAll(commit, 'C')
    .replaceAll(run, 'R')
    .replaceAll('\n', '⏎');
}

describe('the parts of a message', () => {
  test('are those of each verb in the tables of the protocol', () => {
    const rows: [string, Row][] = [...Object.entries(session), ...Object.entries(requests)];
    expect([...forms].sort()).toEqual(
      [...new Set(rows.map(([verb, row]) => usage(verb, row)))].sort(),
    );
  });

  test.each([
    ['ping\n', '<verb ping><newline ⏎>'],
    [
      `runtest:${commit}:${run}:2:{}\n`,
      '<verb runtest>:<commit C>:<run R>:<length 2>:<body {}><newline ⏎>',
    ],
    [`runtest:${commit}`, '<verb runtest>:<commit C>'],
    [`results:${run}:4:a:b\n\n`, '<verb results>:<run R>:<length 4>:<body a:b⏎><newline ⏎>'],
    [`results:${commit}:9:red`, '<verb results>:<commit C>:<length 9>:<body red>'],
    [
      `log:${run}.3:27:6:4:5:x:\n`,
      '<verb log>:<log R.3>:<offset 27>:<length 6>:<body 4:5:x:><newline ⏎>',
    ],
    ['log:1a2b:unit:3\n', '<verb log>:<commit 1a2b>:<job unit>:<run 3><newline ⏎>'],
    ['verdict:1a2b\n', '<verb verdict>:<commit 1a2b><newline ⏎>'],
    ['register:fe80::1:8900\n', '<verb register>:<host fe80::1>:<port 8900><newline ⏎>'],
    ['cancel:shop:main\n', '<verb cancel>:<jobs shop:main><newline ⏎>'],
    [`cancel:${run}\n`, '<verb cancel>:<run R><newline ⏎>'],
    ['pause:runner:ada\n', '<verb pause>:<what runner:ada><newline ⏎>'],
    ['OK\n', '<body OK><newline ⏎>'],
    ['ping:what\n', '<verb ping><body :what><newline ⏎>'],
  ])('%j', (head, parts) => {
    expect(named(head)).toBe(parts);
  });

  test('put together are what was said, whatever it was', () => {
    const heads = threeDeaths().records.flatMap((record) =>
      record.kind === 'message' ? [record.head] : [],
    );
    const whole = (head: string) =>
      partsOf(head)
        .map(({ text }) => text)
        .join('');
    for (const head of heads) expect(whole(head)).toBe(head);
    const piece = fc.constantFrom('log', 'results', ':', ':', '\n', '7', 'ping', 'é', run, commit);
    fc.assert(
      fc.property(
        fc.oneof(
          fc.string(),
          fc.array(piece).map((all) => all.join('')),
        ),
        (head) => {
          expect(whole(head)).toBe(head);
        },
      ),
    );
  });
});
