/**
 * Owns the promise that docs/exercises say what `trivet check` does, and that every byte which they show
 * is one that our own processes understand.
 */

import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { withLadders } from '../../scripts/write-exercise-docs.js';
import { ladders } from '../../src/command/check/ladders.js';
import { roles } from '../../src/command/check/stage.js';
import { type Decoder, requestDecoder, sessionDecoder } from '../../src/protocol/decoder.js';
import { climbed } from '../support/climbing.js';
import { temporaryFolder } from '../support/git.js';

const page = (name: string) => readFileSync(`docs/exercises/${name}.md`, 'utf8');

test('docs/exercises/README.md has the stages that there are (else: npm run docs)', () => {
  expect(page('README')).toBe(withLadders(page('README')));
});

test.each(roles)('the page on the %s has a section for each stage, in their order', (role) => {
  const sections = [...page(role).matchAll(/^### (.*)$/gm)].map(([, title]) => title);
  expect(sections).toEqual(ladders[role].map(({ name }, index) => `${index + 1}. ${name}`));
});

/** What is said that is no reply of the classic wire, and is not meant to be nonsense. */
function messagesOn(role: string): string[] {
  const [, nonsense = ''] = /### \d+\. garbage\n([^#]*)/.exec(page(role)) ?? [];
  return [
    ...page(role)
      .replace(nonsense, '')
      .matchAll(/^[ROD]> (".*")$/gm),
  ]
    .map(([, text = '']) => String(JSON.parse(text)))
    .filter((text) => !/^(?:OK|BUSY|pong|No runners are registered)$/.test(text));
}

test.each(roles)(
  'what the page on the %s shows of the wire is understood, to the last byte',
  (role) => {
    const messages = messagesOn(role);
    expect(messages.length).toBeGreaterThan(5);
    for (const text of messages) {
      const isSession =
        text.endsWith('\n') && !text.startsWith('results:c0ffee') && !text.startsWith('hello:');
      expect([text, isUnderstood(isSession ? sessionDecoder() : requestDecoder(), text)]).toEqual([
        text,
        true,
      ]);
    }
  },
);

function isUnderstood(decoder: Decoder<unknown>, text: string): boolean {
  const decoded = decoder.push(Buffer.from(text));
  const last = decoder.quiet();
  const all = last === null ? decoded : [...decoded, last];
  return all.length > 0 && all.every(({ kind }) => kind === 'message') && decoder.heldBytes === 0;
}

test('the lines with which one begins pass the first stage', async () => {
  const [, lines = ''] = /```python\n([^`]*)```/.exec(page('README')) ?? [];
  const script = join(temporaryFolder(), 'runner.py');
  writeFileSync(script, lines);
  const marks = await climbed('runner', ['python3', script], {
    only: ['address'],
    withinMs: 30_000,
  });
  expect(marks).toEqual(['address: passed']);
});
