import { expect, test } from 'vitest';
import type { Occasion } from '../../src/workflow/occasion.js';
import { findingsOf, planOf, push, tag } from '../support/plans.js';

/** Why the workflow is left out; empty where it is planned. */
function leftOut(when: string, occasion: Occasion = push): string {
  const text = `when: ${when}\nsteps:\n  test: {commands: make}\n`;
  return planOf(text, occasion)
    .leftOut.map(({ because }) => because)
    .join();
}

const cron: Occasion = { ...push, event: 'cron', cron: 'nightly' };
const pull: Occasion = {
  ...push,
  event: 'pull_request',
  pullRequest: { number: '7', sourceBranch: 'x' },
};
const empty: Occasion = { ...push, paths: [] };

test.each<[string, Occasion, string]>([
  ['{event: push, branch: main}', push, ''],
  ['{event: [tag, release]}', push, 'event is push, not tag or release'],
  ['{event: {exclude: push}}', push, 'event is push'],
  ['{branch: release/*}', push, 'branch is main, not release/*'],
  ['{branch: {include: "*", exclude: main}}', push, 'branch is main'],
  ['{branch: main}', tag, ''],
  ['{ref: refs/tags/v*}', tag, ''],
  ['{ref: refs/tags/v*}', push, 'ref is refs/heads/main, not refs/tags/v*'],
  ['[{event: tag}, {branch: main}]', push, ''],
  ['[{event: tag}, {branch: dev}]', push, 'event is push, not tag; branch is main, not dev'],
  ['{repo: team/*, instance: ci.example.org}', push, ''],
  ['{cron: weekly}', cron, 'cron is nightly, not weekly'],
  ['{cron: weekly}', push, ''],
  ['{environment: [dev]}', { ...push, event: 'deployment', deployTarget: 'dev' }, ''],
  ['{environment: [dev]}', push, 'deploy target is empty, not dev'],
  ['{path: "src/**"}', push, ''],
  ['{path: "docs/**"}', push, 'no file in docs/** changed'],
  ['{path: "docs/**"}', pull, 'no file in docs/** changed'],
  ['{path: "docs/**"}', tag, ''],
  ['{path: {exclude: [README.md]}}', push, ''],
  ['{path: {exclude: [README.md, "src/**"]}}', push, 'only README.md or src/** changed'],
  ['{path: {include: ["docs/**"], ignore_message: "PARSER"}}', push, ''],
  ['{path: {include: ["docs/**"]}}', empty, ''],
  ['{path: {include: ["docs/**"], on_empty: false}}', empty, 'no file changed'],
  ['{evaluate: \'CI_COMMIT_AUTHOR == "bob"\'}', push, 'not CI_COMMIT_AUTHOR == "bob"'],
  [
    '{platform: "linux/*"}',
    { ...push, platform: 'windows/amd64' },
    'platform is windows/amd64, not linux/*',
  ],
])('when: %s, on %o: %j', (when, occasion, because) => {
  expect(leftOut(when, occasion)).toBe(because);
});

test('a step runs after a failure where an item that matches says so', () => {
  const { jobs } = planOf(`
steps:
  always: {commands: make, when: [{status: [success, failure]}]}
  mourn: {commands: make, when: [{status: failure}]}
  other: {commands: make, when: [{event: tag, status: failure}, {event: push}]}
`);
  expect(jobs[0]?.steps.map(({ runsOn }) => runsOn)).toEqual([
    ['success', 'failure'],
    ['failure'],
    ['success'],
  ]);
});

test('a cell of a matrix may leave a step out', () => {
  const { jobs } = planOf(`
matrix: {GO: [1.20, 1.21]}
steps:
  test: {commands: make}
  cover: {commands: make, when: {matrix: {GO: 1.21}}}
`);
  expect(jobs.map(({ steps }) => steps.length)).toEqual([1, 2]);
  expect(jobs[0]?.leftOut).toEqual([{ name: 'cover', because: 'GO is 1.20, not 1.21' }]);
});

test.each([
  ['{event: psuh}', '1:15 warning: There is no event "psuh": did you mean "push"?'],
  [
    '{event: tag, branch: main}',
    '1:28 warning: A tag has no branch: for tags this is not looked at.',
  ],
  [
    '{path: docs/}',
    '1:14 warning: "docs/" matches no file: for all in that folder write "docs/**".',
  ],
  ['{evaluate: "A = 1"}', '1:18 error: The expression has "=" in column 3.'],
  ['{brunch: main}', '1:8 warning: "brunch" is not known here: did you mean "branch"?'],
  [
    '{status: sucess}',
    '1:16 error: "when.status" is "sucess", and expected is success, failure or a list: did you mean "success"?',
  ],
  [
    '{status: [success, killed]}',
    '1:26 error: "when.status.1" is "killed", and expected is success, failure.',
  ],
])('when: %s is told of', (when, says) => {
  expect(findingsOf(`when: ${when}\nsteps:\n  test: {commands: make}\n`, tag)).toContain(says);
});
