/**
 * Owns the labels that a runner carries by nature, besides those that its owner gives it: where a
 * workflow asks for a platform or a way to run its steps, by these a runner is found.
 */

import { labelsMax } from '../protocol/limits.js';

/** With the owner's first: where one says what its nature would, that counts. */
export function withNature(labels: readonly string[], executor: string): string[] {
  const nature = [
    ['arch', architectures[process.arch] ?? process.arch],
    ['executor', executor],
    ['os', process.platform === 'win32' ? 'windows' : process.platform],
  ];
  const added = nature
    .filter(([name]) => !labels.some((label) => label.startsWith(`${name}=`)))
    .map(([name, value]) => `${name}=${value}`);
  return [...labels, ...added].slice(0, labelsMax);
}

/** Node's words, where those of workflow files (which are Go's) are others. */
const architectures: Readonly<Record<string, string>> = {
  x64: 'amd64',
  ia32: '386',
  ppc64: 'ppc64le',
  mipsel: 'mipsle',
};
