import { expect, test } from 'vitest';
import type { Occasion } from '../../src/workflow/occasion.js';
import { findingsOf, order, planOf, push, tag } from '../support/plans.js';

const pipeline = (more: string, steps = 'steps: [{name: a, commands: [make]}]') =>
  `kind: pipeline\ntype: docker\nname: test\n${more}\n${steps}\n`;
const names = (text: string, occasion: Occasion = push) =>
  planOf(text, occasion, '.drone.yml').jobs.map(({ name }) => name);

test('each document of kind pipeline is a workflow', () => {
  const text = `${pipeline('')}---\n${pipeline('depends_on: [test]').replace('name: test', 'name: ship')}`;
  expect(planOf(text, push, '.drone.yml').jobs.map(({ name, needs }) => [name, needs])).toEqual([
    ['test', []],
    ['ship', ['test']],
  ]);
});

test('a status that is none is an error, in a trigger and in a step', () => {
  const wrong = pipeline(
    'trigger: {status: [sucess]}',
    'steps: [{name: a, commands: [make], when: {status: {include: [failed]}}}]',
  );
  expect(findingsOf(wrong, push, '.drone.yml')).toEqual([
    expect.stringMatching(/^4:.* "trigger.status.0" is "sucess".*: did you mean "success"\?$/),
    expect.stringMatching(/^5:.* is "failed", and expected is success, failure/),
  ]);
});

test('a cache and reports, which Drone passes over, are as in our own files', () => {
  const text = pipeline('cache: {key: go.sum, paths: [mod]}\nreports: {tap: results.tap}');
  expect(planOf(text, push, '.drone.yml').jobs[0]).toMatchObject({
    cache: [{ key: ['go.sum'], paths: ['mod'], fallback: [] }],
    reports: { junit: [], tap: ['results.tap'] },
  });
});

test('a branch in a trigger lets no tag through', () => {
  expect(names(pipeline('trigger: {branch: main}'))).toEqual(['test']);
  expect(names(pipeline('trigger: {branch: main}'), tag)).toEqual([]);
});

test('promote and custom are deployment and manual; target is where it goes', () => {
  const text = pipeline('trigger: {event: promote, target: [staging]}');
  const deployment: Occasion = { ...push, event: 'deployment', deployTarget: 'staging' };
  expect(names(text, deployment)).toEqual(['test']);
  expect(names(text, { ...deployment, deployTarget: 'production' })).toEqual([]);
});

test('steps go one after the other, or as a graph in which what is left out is passed over', () => {
  expect(
    order(
      pipeline('', 'steps: [{name: a, commands: [x]}, {name: b, commands: [x], depends_on: []}]'),
      push,
      '.drone.yml',
    ),
  ).toEqual(['a', 'b < a']);
  const graph = `steps:
- {name: a, commands: [x], depends_on: [clone]}
- {name: b, commands: [x], depends_on: [a], when: {event: tag}}
- {name: c, commands: [x], depends_on: [b]}`;
  expect(order(pipeline('', graph), push, '.drone.yml')).toEqual(['a', 'c < a']);
});

test('a step that is left out makes a graph of the others all the same', () => {
  const steps = `steps:
- {name: a, commands: [x]}
- {name: b, commands: [x]}
- {name: c, commands: [x], depends_on: [a], when: {event: tag}}`;
  expect(order(pipeline('', steps), push, '.drone.yml')).toEqual(['a', 'b']);
});

test('platform, node and type are labels, variables of the pipeline are those of its steps', () => {
  const text = pipeline(
    'platform: {os: linux, arch: arm64}\nnode: {gpu: yes}\nenvironment: {A: 1}\nconcurrency: {limit: 1}',
  );
  const [job] = planOf(text, push, '.drone.yml').jobs;
  expect(job?.labels).toEqual(['arch=arm64', 'gpu=yes', 'os=linux']);
  expect(job?.steps[0]?.environment).toEqual({ A: '1' });
  expect(job).toMatchObject({ group: 'test', stopOn: 78 });
});

test('status has both: always; failure alone: only then', () => {
  const steps = `steps:
- {name: a, commands: [x], when: {status: [success, failure]}}
- {name: b, commands: [x], when: {status: [failure]}}`;
  const [job] = planOf(pipeline('', steps), push, '.drone.yml').jobs;
  expect(job?.steps.map(({ runsOn }) => runsOn)).toEqual([['success', 'failure'], ['failure']]);
});

test('a file of before 1.0 is read, with the settings of its plugins', () => {
  const text = `
pipeline:
  test: {image: "golang:\${GO}", commands: [go test]}
  publish: {image: plugins/docker, repo: team/demo, tags: [latest], secrets: [docker_password]}
matrix: {GO: [1.20]}
`;
  const [job] = planOf(text, push, '.drone.yml').jobs;
  expect(job?.steps.map(({ image, settings }) => [image, settings])).toEqual([
    ['golang:1.20', {}],
    ['plugins/docker', { repo: 'team/demo', tags: ['latest'] }],
  ]);
});

test.each([
  [
    'kind: template\nload: x\n',
    'error: A template lies on Drone’s server: write the pipeline here instead.',
  ],
  ['kind: pipline\n', 'warning: This document is of the kind "pipline": did you mean "pipeline"?'],
  [
    pipeline('trigger: {brunch: x}'),
    '4:11 warning: "brunch" is not known here: did you mean "branch"?',
  ],
  [pipeline('whatever: x'), '4:1 warning: "whatever" is not known here and is ignored.'],
  [pipeline('volumes: [{name: a, temp: {}}]'), '4:1 warning: "volumes" is not done'],
  [
    pipeline('trigger: {branch: a}\ntrigger: {branch: main}'),
    '5:1 warning: "trigger" stands here twice',
  ],
  [pipeline('', 'steps: [{name: a}]'), 'error: "a" has nothing to do'],
])('%j: %s', (text, says) => {
  expect(findingsOf(text, push, '.drone.yml').join('\n')).toContain(says);
});
