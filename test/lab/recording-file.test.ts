import { join } from 'node:path';
import { expect, test } from 'vitest';
import { readIfThere } from '../../src/world/files.js';
import { temporaryFolder } from '../support/git.js';
import { inSmallFiles } from '../support/small-files.js';

test('a record keeps whole lines where there is no room, and goes on where there is again', () => {
  const path = join(temporaryFolder(), 'lecture.jsonl');
  const printed = inSmallFiles(
    'lab/recording-file.ts',
    `const file = new ours.RecordingFile(${JSON.stringify(path)}, { a: 'header' });
    file.write('short\\n');
    file.write('x'.repeat(100_000) + '\\n');
    file.write('short again\\n');
    file.close();`,
  );
  expect(printed).toBe('');
  expect(readIfThere(path)).toBe('{"a":"header"}\nshort\nshort again\n');
});
