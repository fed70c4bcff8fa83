/**
 * What a step sees: the commit by two systems' names, its own variables, and settings as a plugin reads them.
 */

import { expect, test } from 'vitest';
import { withNature } from '../../src/test-runner/natural-labels.js';
import { stepEnvironment } from '../../src/test-runner/steps/environment.js';
import { pluginVariables } from '../../src/test-runner/steps/settings.js';
import { commit } from '../support/commits.js';
import { workFor } from '../support/works.js';

const none = { values: new Map(), withheld: new Map(), otherwise: 'nobody has set it' };

function seenBy(text: string, suite: Record<string, string> = {}): Record<string, string> {
  const work = workFor(text);
  const [step] = work.steps;
  if (step === undefined) throw new Error('no step');
  const surroundings = { suite, commit: commit(1), work, workspace: '/tree', startedAtMs: 61_000 };
  const progress = { atMs: 62_500, failed: ['build'] };
  return stepEnvironment(surroundings, { number: 2, step, isService: false }, progress, none);
}

test('a step sees the commit, its place and the job’s standing by both systems’ names', () => {
  const seen = seenBy('steps: { tell: { commands: [a], when: [{ status: [failure] }] } }');
  expect(seen).toMatchObject({
    ...{ CI_REPO_NAME: 'demo', DRONE_REPO_NAME: 'demo', CI_COMMIT_BRANCH: 'main' },
    ...{ CI_STEP_NAME: 'tell', CI_STEP_NUMBER: '2', CI_STEP_TYPE: 'commands' },
    ...{
      CI_PIPELINE_STATUS: 'failure',
      DRONE_BUILD_STATUS: 'failure',
      DRONE_FAILED_STEPS: 'build',
    },
    ...{ CI_WORKSPACE: '/tree', DRONE_WORKSPACE: '/tree', CI_PIPELINE_STARTED: '61' },
    ...{ CI_STEP_STARTED: '62', DRONE_STEP_NAME: 'tell' },
  });
  // There is no tag: that is no variable, rather than an empty one.
  expect(seen).not.toHaveProperty('CI_COMMIT_TAG');
  expect(seen).not.toHaveProperty('CI_SCRIPT');
});

test('what a step sets comes before what is known of the commit, and changes nothing of Trivet’s', () => {
  const text = `steps: { a: { commands: [a], environment:
    { CI_REPO: mine, HOME: /there, CI_STEP_NAME: other, TRIVET_RUN: other } } }`;
  const seen = seenBy(text, { HOME: '/here', TRIVET_RUN: 'run', PATH: '/bin' });
  expect(seen).toMatchObject({ CI_REPO: 'mine', HOME: '/there', PATH: '/bin' });
  expect(seen).toMatchObject({ CI_STEP_NAME: 'a', TRIVET_RUN: 'run' });
});

test('an entrypoint of its own finds the script in CI_SCRIPT', () => {
  const seen = seenBy('steps: { a: { entrypoint: [my-shell], commands: ["echo it\'s"] } }');
  const script = Buffer.from(seen['CI_SCRIPT'] ?? '', 'base64').toString();
  expect(script).toBe("printf '+ %s\\n' 'echo it'\\''s'\necho it's\n");
});

test('settings become variables: texts as they are, lists with commas, the rest as JSON', () => {
  const settings = {
    ...{ 'dry-run': true, 'a.b': 1.5, tags: ['x', 2], nothing: null },
    ...{ deep: { token: { from_secret: 'KEY' } }, list: [{ a: 1 }] },
  };
  const secrets = { ...none, values: new Map([['key', 'hidden']]) };
  expect(pluginVariables(settings, secrets)).toEqual({
    ...{ PLUGIN_DRY_RUN: 'true', PLUGIN_A_B: '1.5', PLUGIN_TAGS: 'x,2' },
    ...{ PLUGIN_DEEP: '{"token":"hidden"}', PLUGIN_LIST: '[{"a":1}]' },
  });
  expect(() => pluginVariables(settings, none)).toThrow(
    'the secret "KEY" is not given: nobody has set it',
  );
});

test('a runner says its platform besides what its owner has named, who has the last word', () => {
  const labels = withNature(['gpu', 'os=plan9'], 'shell');
  expect(labels).toEqual([
    'gpu',
    'os=plan9',
    expect.stringMatching(/^arch=\w+$/),
    'executor=shell',
  ]);
});
