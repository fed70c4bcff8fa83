import { expect, test } from 'vitest';
import { inherited, suiteEnvironment } from '../../src/test-runner/suite/environment.js';
import { commit } from '../support/commits.js';

const names = { runner: 'r', repository: 'demo', guard: 'g' };

test.each([
  ['main', { CI_COMMIT_REF: 'refs/heads/main', CI_COMMIT_BRANCH: 'main' }],
  ['', { CI_COMMIT_REF: '', CI_COMMIT_BRANCH: '' }],
  ['refs/pull/1/head', { CI_COMMIT_REF: 'refs/pull/1/head', CI_COMMIT_BRANCH: '' }],
  [
    'refs/heads/refs/tags/v9',
    { CI_COMMIT_REF: 'refs/heads/refs/tags/v9', CI_COMMIT_BRANCH: 'refs/tags/v9' },
  ],
  ['refs/tags/v1', { CI_COMMIT_REF: 'refs/tags/v1', CI_COMMIT_BRANCH: '', CI_COMMIT_TAG: 'v1' }],
])('a suite is told which ref its commit came on: "%s"', (branch, told) => {
  const assignment = { branch, author: '', subject: '', repository: null, number: 1 };
  const run = { id: 'run' as never, commit: commit(1), assignment };
  const found = Object.entries(
    suiteEnvironment(inherited({ CI_COMMIT_TAG: 'ours' }), run as never, names),
  );
  const ofRefs = found.filter(([name]) => /^CI_COMMIT_(REF|BRANCH|TAG)$/.test(name));
  expect(Object.fromEntries(ofRefs)).toEqual(told);
});
