import { expect, test } from 'vitest';
import { substitute } from '../../src/workflow/substitution.js';

const values = { TAG: 'v1.2.3', BRANCH: 'feature/x/y', NAME: 'Ada', EMPTY: '', LINES: 'a\nb' };

test.each([
  ['${TAG}', 'v1.2.3'],
  ['$TAG $(date) $?', '$TAG $(date) $?'],
  ['$$TAG $${TAG} $$$A', '$TAG ${TAG} $$A'],
  ['${TAG##v}', '1.2.3'],
  ['${TAG#*.}', '2.3'],
  ['${TAG##*.}', '3'],
  ['${TAG%.*}', 'v1.2'],
  ['${TAG%%.*}', 'v1'],
  ['${BRANCH//\\//-}', 'feature-x-y'],
  ['${BRANCH/x/z}', 'feature/z/y'],
  ['${BRANCH/#feature/f}', 'f/x/y'],
  ['${BRANCH/%y/z}', 'feature/x/z'],
  ['${TAG:1}', '1.2.3'],
  ['${TAG:1:3}', '1.2'],
  ['${TAG:1:99}', '1.2.3'],
  ['${#TAG}', '6'],
  ['${NAME,,} ${NAME^^} ${NAME,}', 'ada ADA ada'],
  ['${EMPTY:-x} ${EMPTY=x} ${TAG:-x}', 'x x v1.2.3'],
  ['${EMPTY:-${NAME}}', 'Ada'],
  ['msg: ${LINES}', 'msg: "a\\nb"'],
  ['msg: "built ${LINES}"', 'msg: "built a\\nb"'],
  ['[ "x", ${LINES}, "\\"${LINES}" ]', '[ "x", "a\\nb", "\\"a\\nb" ]'],
  ['# ${not read}', '# ${not read}'],
  ['# ${TAG}', '# v1.2.3'],
])('%s becomes %s', (text, becomes) => {
  expect(substitute(text, values).text).toBe(becomes);
});

test.each([
  [
    'a: ${{ matrix.go }}',
    '1:4 error: "${{ matrix.go }" names no variable. If it is the shell\'s, write $${{ matrix.go }.',
  ],
  [
    'a: ${TAG-x}',
    '1:4 error: "${TAG-x}" has "-" where an operator or a brace is expected. If it is the shell\'s, write $${TAG-x}.',
  ],
  [
    'a: ${TAG',
    '1:4 error: "${TAG" has "" where an operator or a brace is expected. If it is the shell\'s, write $${TAG.',
  ],
  [
    'a: ${HOME}',
    "1:4 warning: ${HOME} is unknown here and becomes empty. For the shell's: write $HOME or $${HOME}.",
  ],
  [
    'a: ${CI_WORKSPACE}',
    '1:4 warning: ${CI_WORKSPACE} is known only once the step runs, and is empty here: write $CI_WORKSPACE or $${CI_WORKSPACE}.',
  ],
])('%s is told of', (text, says) => {
  const remarks = substitute(text, values).remarks;
  expect(remarks.map((r) => `${r.line}:${r.column} ${r.severity}: ${r.says}`)).toEqual([says]);
});

test('a place behind a value is counted back to where it stands in the file', () => {
  const { text, origin } = substitute('a\nb: ${BRANCH} c', values);
  const column = (text.split('\n')[1] ?? '').indexOf(' c') + 2;
  expect(origin({ line: 2, column })).toEqual({ line: 2, column: 'b: ${BRANCH} c'.length });
  expect(origin({ line: 1, column: 1 })).toEqual({ line: 1, column: 1 });
});
