import { expect, test } from 'vitest';
import { convert } from '../../src/workflow/convert.js';
import { planCommit } from '../../src/workflow/plan.js';
import { push } from '../support/plans.js';

test('what was converted has the same plan as the file that it was', () => {
  const text = `
kind: pipeline
name: test
trigger: {branch: {include: [main, dev], exclude: [x]}, status: [success, failure]}
node: {gpu: yes}
environment: {A: 1}
concurrency: {limit: 1}
clone: {disable: true}
services: [{name: db, image: postgres}]
steps:
- {name: a, image: x, commands: [make], environment: {B: {from_secret: b}}}
- {name: b, image: x, commands: [make], when: {event: {exclude: [promote]}, ref: refs/heads/*}}
---
kind: pipeline
name: ship it
depends_on: [test]
trigger: {target: {exclude: [production]}}
steps: [{name: a, commands: [make]}]
`;
  const { files, findings } = convert({ path: '.drone.yml', text });
  expect(findings).toEqual([]);
  expect(files.map(({ path }) => path)).toEqual(['.trivet/test.yml', '.trivet/ship-it.yml']);
  const before = planCommit([{ path: '.drone.yml', text }], push).jobs;
  const after = planCommit(files, push).jobs;
  const renamed = before.map((job) => ({
    ...job,
    file: `.trivet/${job.workflow.replace(' ', '-')}.yml`,
  }));
  expect(JSON.stringify(after)).toBe(JSON.stringify(renamed).replaceAll('ship it', 'ship-it'));
});

test('a file of before 1.0 becomes one of today', () => {
  const text = `
pipeline:
  test: {image: golang, commands: [make], when: {branch: main}}
  publish: {image: plugins/docker, repo: team/demo, secrets: [docker_password]}
`;
  const { files } = convert({ path: '.drone.yml', text });
  expect(files).toEqual([
    {
      path: '.trivet.yml',
      text: `steps:
  test:
    image: golang
    commands:
      - make
    when:
      - branch: main
  publish:
    image: plugins/docker
    settings:
      repo: team/demo
    environment:
      DOCKER_PASSWORD:
        from_secret: docker_password
`,
    },
  ]);
});
