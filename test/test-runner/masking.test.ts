import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { maskedCharactersMin } from '../../src/protocol/secrets.js';
import { Masker, mask } from '../../src/test-runner/masking/masker.js';
import { Masks } from '../../src/test-runner/masking/masks.js';
import { Needles } from '../../src/test-runner/masking/needles.js';

/** What comes out of each piece, and at the end. */
function masked(secrets: Readonly<Record<string, string>>, ...pieces: readonly string[]): string[] {
  const masker = new Masks(secrets).forOutput();
  if (masker === null) throw new Error('nothing is masked');
  const out = pieces.map((piece) => masker.push(Buffer.from(piece)).toString());
  return [...out, masker.flush().toString()];
}

/** Few letters, so that secrets begin and end in each other, and a text is full of their parts. */
const letters = (minLength: number, maxLength: number) =>
  fc.array(fc.constantFrom(...'ab\n'), { minLength, maxLength }).map((all) => all.join(''));

const secrets = fc.array(letters(maskedCharactersMin, 9), { minLength: 1, maxLength: 4 });

/** Any text, with secrets and parts of them at any place. */
const outputOf = (all: readonly string[]) =>
  fc
    .array(
      fc.oneof(
        letters(0, 5),
        fc.constantFrom(...all),
        fc.constantFrom(...all).map((secret) => secret.slice(1)),
        fc.constantFrom(...all).map((secret) => secret.slice(0, -1)),
      ),
      { maxLength: 12 },
    )
    .map((parts) => parts.join(''));

const cut = (text: string) =>
  fc.array(fc.nat(text.length), { maxLength: 8 }).map((places) => {
    const ends = [...places, text.length].toSorted((a, b) => a - b);
    return ends.map((end, index) => text.slice(index === 0 ? 0 : ends[index - 1], end));
  });

/** The same said the slow way, of the first `due` letters: what any secret covers is left out. */
function slowly(needles: readonly string[], text: string, due = text.length): string {
  const places = [...text].flatMap((_, from) =>
    needles.filter((n) => text.startsWith(n, from)).map((n) => ({ from, to: from + n.length })),
  );
  let out = '';
  let at = 0;
  for (const { from, to } of places.filter((place) => place.from < due)) {
    if (from >= at) out += text.slice(at, from) + mask;
    at = Math.max(at, to);
  }
  return out + text.slice(at, due);
}

describe('of an output that comes in any pieces', () => {
  const cases = secrets.chain((all) =>
    outputOf(all).chain((text) => cut(text).map((pieces) => ({ all, text, pieces }))),
  );

  test('no secret is left, and all else is kept byte for byte', () => {
    fc.assert(
      fc.property(cases, ({ all, text, pieces }) => {
        const masker = new Masker(new Needles(all.map((secret) => Buffer.from(secret))));
        const out = pieces.map((piece) => masker.push(Buffer.from(piece)).toString());
        const whole = out.join('') + masker.flush().toString();
        expect(whole).toBe(slowly(all, text));
        for (const secret of all) expect(whole).not.toContain(secret);
      }),
      { numRuns: 2_000 },
    );
  });

  test('held back is what a secret may begin with, and not a byte more', () => {
    fc.assert(
      fc.property(cases, ({ all, pieces }) => {
        const masker = new Masker(new Needles(all.map((secret) => Buffer.from(secret))));
        let come = '';
        let out = '';
        for (const piece of pieces) {
          come += piece;
          out += masker.push(Buffer.from(piece)).toString();
          const beginnings = all.flatMap((s) => [...s].map((_, length) => s.slice(0, length)));
          const held = beginnings.filter((beginning) => come.endsWith(beginning));
          const heldLetters = Math.max(...held.map(({ length }) => length));
          expect(out).toBe(slowly(all, come, come.length - heldLetters));
        }
      }),
    );
  });
});

test('a line that holds no beginning of a secret passes at once, as the same bytes', () => {
  const masker = new Masks({ key: 'open sesame' }).forOutput();
  const line = Buffer.from('all is well\n');
  const out = masker?.push(line);
  expect(out).toEqual(line);
  expect(out?.buffer).toBe(line.buffer);
});

test('the first half waits for the second, and is given where another comes', () => {
  expect(masked({ key: 'open sesame' }, 'say open', ' se', 'same!')).toEqual([
    'say ',
    '',
    '********!',
    '',
  ]);
  expect(masked({ key: 'open sesame' }, 'say open', ' wide', '')).toEqual([
    'say ',
    'open wide',
    '',
    '',
  ]);
  expect(masked({ key: 'open sesame' }, 'say open')).toEqual(['say ', 'open']);
});

test('a secret inside of another, or half over it, leaves nothing of either', () => {
  const all = { short: 'word', long: 'my password', other: 'wordless' };
  expect(masked(all, 'it is my password.').join('')).toBe(`it is ${mask}.`);
  expect(masked(all, 'a word, a passwordless word').join('')).toBe(
    `a ${mask}, a pass${mask} ${mask}`,
  );
  expect(masked(all, 'my pass', 'wordless').join('')).toBe(mask);
});

test('of a value of several lines each is masked, with whatever is before and behind it', () => {
  const key = '-----BEGIN KEY-----\n  c2VjcmV0\nbm90aGlu\n-----END KEY-----\n';
  const printed = key.split('\n').map((line) => `> ${line.trim()} <`);
  expect(masked({ key }, printed.join('\r\n')).join('')).toBe(
    [mask, mask, mask, mask, ''].map((line) => `> ${line} <`).join('\r\n'),
  );
});

describe('what tools make of a value by themselves is masked, too', () => {
  const value = 'p&ss word/ümläut+"7"';
  const bytes = (before: string, after: string) => Buffer.from(before + value + after);

  test.each([
    ['in a URL', encodeURIComponent(value)],
    ['in a form', encodeURIComponent(value).replaceAll('%20', '+')],
    ['in JSON', JSON.stringify(value)],
    ['in base64', bytes('', '').toString('base64')],
    ['in base64, with a newline behind', bytes('', '\n').toString('base64')],
    ['in base64, for URLs', bytes('', '').toString('base64url')],
    ['in base64, behind one letter', bytes('u', ':').toString('base64')],
    ['in base64, behind two', bytes('u:', '').toString('base64')],
    ['in base64, behind a user', bytes('https://me:', '@x').toString('base64')],
  ])('%s', (_, printed) => {
    const out = masked({ value }, `<${printed}>`).join('');
    expect(out).toContain(mask);
    // Of base64 the letters at both ends are of what is beside it, too.
    expect(out.replace(mask, '').length).toBeLessThanOrEqual(printed.length - value.length + 2);
    for (let at = 0; at + 4 <= printed.length; at += 1) {
      if (at < 16 || at + 4 > printed.length - 6) continue;
      expect(out).not.toContain(printed.slice(at, at + 4));
    }
  });

  test('in base64, in lines as base64 prints it', () => {
    const long = Array.from({ length: 40 }, (_, number) => `part ${number}`).join(',');
    const lines =
      Buffer.from(long)
        .toString('base64')
        .match(/.{1,76}/g) ?? [];
    expect(masked({ long }, lines.join('\n')).join('')).toBe(lines.map(() => mask).join('\n'));
  });
});

test('what is shorter than four characters is not masked, and a run without more costs nothing', () => {
  expect(new Masks({ a: 'abc', b: '', c: 'äöü' }).forOutput()).toBeNull();
  expect(new Masks().in('any text')).toBe('any text');
  expect(new Masks({ a: 'äöüß' }).in('<äöüß>')).toBe(`<${mask}>`);
});

test('a secret of all that a secret may hold, which repeats itself, is found in linear time', () => {
  const long = 'a'.repeat(48_000);
  const masks = new Masks({ long });
  const text = `${'a'.repeat(47_999)}b`.repeat(40);
  expect(masks.in(text)).toBe(text);
  expect(masks.in(`${text}${long}`)).toBe(`${text}${mask}`);
});

test.each([
  `it'"'"'s <a> & "b"`,
  String.raw`it'\''s <a> & "b"`,
  `it's &lt;a&gt; &amp; "b"`,
  'it&apos;s &lt;a&gt; &amp; &quot;b&quot;',
  'it&#39;s &lt;a&gt; &amp; &quot;b&quot;',
])('a secret with quotes is masked as shells and XML spell it: %s', (spelling) => {
  expect(masked({ a: `it's <a> & "b"` }, `+ ${spelling};`).join('')).toBe(`+ ${mask};`);
});
