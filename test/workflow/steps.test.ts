import { expect, test } from 'vitest';
import { findingsOf, order, planOf, push, tag } from '../support/plans.js';

test('without depends_on each step waits for the one before it, as the file has them', () => {
  expect(order('steps:\n  2: {commands: a}\n  1: {commands: b}\n  c: {commands: c}\n')).toEqual([
    '2',
    '1 < 2',
    'c < 1',
  ]);
});

test('with one depends_on it is a graph, and a step that says nothing starts at once', () => {
  const text = `
steps:
  - {name: fetch, commands: a}
  - {name: lint, commands: b}
  - {name: build, commands: c, depends_on: fetch}
  - {name: report, commands: d, depends_on: [build, lint]}
`;
  expect(order(text)).toEqual(['fetch', 'lint', 'build < fetch', 'report < build, lint']);
});

test('neighbours of the same old group run at once', () => {
  const text = `
pipeline:
  a: {commands: a, group: one}
  b: {commands: b, group: one}
  c: {commands: c}
`;
  expect(order(text)).toEqual(['a', 'b', 'c < a, b']);
});

test('what is optional and left out stands for what it depends on', () => {
  const text = `
steps:
  a: {commands: a}
  b: {commands: b, depends_on: a, when: {event: tag}}
  c: {commands: c, depends_on: [{name: b, optional: true}]}
`;
  expect(order(text, push)).toEqual(['a', 'c < a']);
  expect(order(text, tag)).toEqual(['a', 'b < a', 'c < b']);
});

test('steps of a clone of one’s own go before all others', () => {
  const text = `
clone: {fetch: {image: alpine, commands: git clone .}}
steps:
  a: {commands: a, depends_on: []}
  b: {commands: b, depends_on: []}
`;
  expect(order(text)).toEqual(['fetch', 'a < fetch', 'b < fetch']);
  expect(planOf(text).jobs[0]?.isCheckedOut).toBe(false);
});

test('a step of a clone that is called like another one gets a name of its own, and that is told', () => {
  const text = `
clone: {git: {image: my/git}, more: {image: my/git}}
steps: {git: {commands: a}, more: {commands: b}}
`;
  expect(order(text)).toEqual([
    ...['git (2)', 'more (2) < git (2)'],
    ...['git < more (2)', 'more < git'],
  ]);
  expect(findingsOf(text)).toEqual([
    '2:9 warning: The clone has a step "git" as well as the workflow; here it becomes "git (2)".',
    '2:31 warning: The clone has a step "more" as well as the workflow; here it becomes "more (2)".',
  ]);
});

test('variables come from the cell, old secrets and the step, which wins; a plugin has its settings', () => {
  const { jobs } = planOf(`
matrix: {GO: [1.20]}
steps:
  test: {commands: make, secrets: [token, {source: a, target: b}], environment: {GO: "2", N: 1.10, L: [a, b]}}
  publish: {image: plugins/x, settings: {tags: [1.10, latest], key: {from_secret: k}}}
`);
  expect(jobs[0]?.steps.map(({ environment }) => environment)).toEqual([
    { GO: '2', N: '1.10', L: 'a,b', TOKEN: { from_secret: 'token' }, B: { from_secret: 'a' } },
    {},
  ]);
  expect(jobs[0]?.steps[1]?.settings).toEqual({
    tags: ['1.10', 'latest'],
    key: { from_secret: 'k' },
  });
});

test.each([
  [
    'steps: {a: {image: x, comands: y}}',
    'warning: "comands" is not known here: did you mean "commands"?',
  ],
  [
    'steps: {a: {failure: ignore}}',
    'error: "a" has nothing to do: expected are "commands", or an "image" of a plugin.',
  ],
  ['steps: {a: {commands: x, depends_on: b}}', 'error: There is no step "b".'],
  [
    'steps: {build: {commands: x}, a: {commands: x, depends_on: biuld}}',
    'error: There is no step "biuld": did you mean "build"?',
  ],
  [
    'steps: {a: {commands: x, depends_on: b}, b: {commands: x, depends_on: a}}',
    'error: These wait for each other: a, b.',
  ],
  [
    'steps: {a: {commands: x, depends_on: b}, b: {commands: x, when: {event: tag}}}',
    'error: "b" is not for this commit, and "a" needs it.',
  ],
  [
    'steps: {a: {commands: {x: 1}}}',
    'error: "steps.a.commands" is a map, and expected is text or a list.',
  ],
  [
    'steps: {a: {commands: x, timeout: 10}}',
    'error: "steps.a.timeout" is "10", and expected is a time such as 30s, 10m or 2h.',
  ],
  [
    'steps: {a: {commands: x, privileged: true}}',
    'warning: "privileged" is not done: what a container may have, the owner of the runner decides, not the file.',
  ],
  [
    'services: [{image: x}]\nsteps: {a: {commands: x}}',
    'error: This service has no name, by which steps could reach it.',
  ],
  ['matrix: {A: [1]}', 'error: The workflow has no steps: expected is "steps", a map or a list.'],
  ['', 'error: The file is empty: expected are steps.'],
])('%s: %s', (text, says) => {
  expect(findingsOf(text).join('\n')).toContain(says);
});

test('a step may be another user in its container, know further names, and have folders in memory', () => {
  const step = (more: string) => `steps: {a: {image: x, commands: make, ${more}}}`;
  const asked = (more: string) => planOf(step(more)).jobs[0]?.steps[0]?.container;
  expect(asked('failure: fail')).toBeUndefined();
  expect(
    asked('user: 1000, dns: 9.9.9.9, extra_hosts: ["db:10.0.0.7"], tmpfs: ["/a:size=1m"]'),
  ).toEqual({
    user: '1000',
    dns: ['9.9.9.9'],
    extraHosts: ['db:10.0.0.7'],
    tmpfs: ['/a:size=1m'],
  });
  // Of a pipeline of Drone's, too.
  const drone = 'kind: pipeline\nsteps: [{name: a, image: x, user: root, commands: [id]}]';
  const [job] = planOf(drone, push, '.drone.yml').jobs;
  expect(job?.steps[0]?.container?.user).toBe('root');
});

test.each([
  [
    'user: --privileged',
    '"steps.a.user" is "--privileged", and expected is a user such as node or 1000:1000.',
  ],
  [
    'extra_hosts: [nowhere]',
    '"steps.a.extra_hosts.0" is "nowhere", and expected is a line such as db:10.0.0.7.',
  ],
  [
    'dns: name.example',
    '"steps.a.dns" is "name.example", and expected is an address such as 9.9.9.9.',
  ],
  [
    'tmpfs: scratch',
    '"steps.a.tmpfs" is "scratch", and expected is a folder such as /scratch or /scratch:size=64m.',
  ],
])('what no container can have is an error: %s', (more, says) => {
  expect(findingsOf(`steps: {a: {image: x, commands: make, ${more}}}`)).toEqual([
    expect.stringContaining(says),
  ]);
});
