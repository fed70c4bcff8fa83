import { expect, test } from 'vitest';
import { jobNamePattern } from '../../src/protocol/ids.js';
import { planCommit } from '../../src/workflow/plan.js';
import { chooseSources } from '../../src/workflow/sources.js';
import { findingsOf, planned, planOf, push, tag } from '../support/plans.js';

const steps = 'steps: {a: {commands: make}}\n';
const file = (name: string, text = '') => ({
  path: `.trivet/${name}.yml`,
  text: `${text}${steps}`,
});

test('the first form that is there counts, whole', () => {
  const all = [
    '.drone.yml',
    '.woodpecker/b.yaml',
    '.woodpecker/a.yml',
    '.woodpecker/x/c.yml',
    'a.yml',
  ];
  expect(chooseSources(all).chosen).toEqual(['.woodpecker/a.yml', '.woodpecker/b.yaml']);
  expect(chooseSources([...all, '.trivet.yml']).chosen).toEqual(['.trivet.yml']);
  expect(chooseSources(['README.md'])).toEqual({ chosen: [], surplus: 0 });
});

test('a matrix is a job for each of its cells, the first axis varying slowest', () => {
  const { jobs } = planOf(`matrix: {OS: [a/b, c], GO: [1.20, 1.21]}\n${steps}`);
  expect(jobs.map(({ name }) => name)).toEqual([
    'woodpecker (GO=1.20, OS=a-b)',
    'woodpecker (GO=1.20, OS=c)',
    'woodpecker (GO=1.21, OS=a-b)',
    'woodpecker (GO=1.21, OS=c)',
  ]);
  const { jobs: rows } = planOf(`matrix: {include: [{GO: 1, OS: x}, {GO: 2}]}\n${steps}`);
  expect(rows.map(({ cell }) => cell)).toEqual([{ GO: '1', OS: 'x' }, { GO: '2' }]);
});

test('cells whose names would be the same are numbered, and each name is fit for the wire', () => {
  const astral = '𝒙'.repeat(120);
  const long = `${'long '.repeat(17)}word`;
  const axis = ['go:1.22/a', 'go/1.22:a', astral, `${astral}y`, long, `${long} more`];
  const { jobs } = planOf(`matrix: {X: ${JSON.stringify(axis)}}\n${steps}`);
  const names = jobs.map(({ name }) => name);
  expect(names.slice(0, 2)).toEqual(['woodpecker (X=go-1.22-a)', 'woodpecker (X=go-1.22-a) (2)']);
  expect(new Set(names).size).toBe(axis.length);
  for (const name of names) expect(name).toMatch(jobNamePattern);
});

test('a service that is its image’s own program is foreseen to need a container, unless labels say so', () => {
  const services = 'services: {db: {image: postgres}}\n';
  const says = (more: string) => findingsOf(`${more}\n${steps}`);
  expect(says(services)).toEqual([
    '1:1 warning: Services need a runner with containers (--executor container), and this job may go to any: "labels: {backend: docker}" lets it wait for one.',
  ]);
  expect(says(`${services}labels: {backend: docker}`)).toEqual([]);
  expect(says('services: {db: {image: postgres, commands: postgres}}')).toEqual([]);
  // Whoever has the job has heard enough.
  const text = `${services}${steps}`;
  expect(planned({ '.trivet.yml': text }).jobs?.[0]?.work?.remarks).toEqual([]);
});

test('a matrix with more cells than a commit may have jobs is an error', () => {
  const axis = `[${Array.from({ length: 17 }, (_, index) => index).join(', ')}]`;
  expect(findingsOf(`matrix: {A: ${axis}, B: ${axis}}\n${steps}`)).toEqual([
    '1:1 error: The matrix has more than 256 cells, the most jobs of one commit.',
  ]);
});

test('a workflow stands behind those that it needs, and needs all of their cells', () => {
  const files = [file('a', 'depends_on: [b]\n'), file('b', 'matrix: {X: [1, 2]}\n')];
  const { jobs } = planCommit(files, push);
  expect(jobs.map(({ name, needs }) => [name, needs])).toEqual([
    ['b (X=1)', []],
    ['b (X=2)', []],
    ['a', ['b (X=1)', 'b (X=2)']],
  ]);
});

test('a workflow whose need is left out is left out too, and so is what needs that', () => {
  const files = [
    file('a', 'depends_on: [b]\n'),
    file('b', 'depends_on: [c]\n'),
    file('c', 'when: {event: tag}\n'),
  ];
  expect(planCommit(files, push).jobs).toEqual([]);
  expect(planCommit(files, push).leftOut.map(({ name, because }) => `${name}: ${because}`)).toEqual(
    [
      'a: "b" is not for this commit, and "a" needs it',
      'b: "c" is not for this commit, and "b" needs it',
      'c: event is push, not tag',
    ].sort((one, other) => (one[0] === 'c' ? -1 : other[0] === 'c' ? 1 : one < other ? 1 : -1)),
  );
  expect(planCommit(files, tag).jobs.map(({ name }) => name)).toEqual(['c', 'b', 'a']);
});

test('a need that nobody knows leaves its workflow out, with a warning', () => {
  const { findings, leftOut } = planCommit([file('test'), file('a', 'depends_on: [tset]\n')], push);
  expect(findings.map(({ file, says }) => `${file}: ${says}`)).toEqual([
    '.trivet/a.yml: There is no workflow "tset": did you mean "test"?',
  ]);
  expect(leftOut.map(({ name }) => name)).toEqual(['a']);
});

test('workflows that wait for each other are an error', () => {
  const files = [file('a', 'depends_on: [b]\n'), file('b', 'depends_on: [a]\n')];
  expect(planCommit(files, push).findings.map(({ says }) => says)).toEqual([
    'These wait for each other: a, b.',
  ]);
});

test('labels are what a runner must carry, in its own words; later ones will do after a time', () => {
  const { jobs } = planOf(`
labels: [{platform: linux/arm64, backend: local, size: large, repo: "*"}, {size: small, after: 5m}]
${steps}`);
  expect(jobs[0]?.labels).toEqual(['arch=arm64', 'executor=shell', 'os=linux', 'size=large']);
  expect(jobs[0]?.fallbacks).toEqual([{ labels: ['size=small'], afterMs: 300_000 }]);
  expect(findingsOf(`labels: [{a: b}, {a: c}]\n${steps}`)[0]).toContain('"after" is nothing');
  expect(findingsOf(`labels: {a: "b c"}\n${steps}`)[0]).toContain('The label "a=b c" holds');
});

test('what is ours: times, retries, priority, group, cache, reports', () => {
  const { jobs, findings } = planOf(`
timeout: 10m
silence: 90s
retry: 2
priority: 5
group: deploy
cache: {key: package-lock.json, paths: [node_modules]}
reports: {junit: "**/junit.xml"}
stop_on: 78
${steps}`);
  expect(findings).toEqual([]);
  expect(jobs[0]).toMatchObject({
    timeoutMs: 600_000,
    silenceMs: 90_000,
    retries: 2,
    priority: 5,
    group: 'deploy',
    cache: [{ key: ['package-lock.json'], paths: ['node_modules'], fallback: [] }],
    reports: { junit: ['**/junit.xml'], tap: [] },
    stopOn: 78,
  });
});

test('concurrency is a group, its own or one that several name, of which so many run at once', () => {
  const groupOf = (concurrency: string) => planOf(`concurrency: ${concurrency}\n${steps}`).jobs[0];
  expect(groupOf('1')).toMatchObject({ group: 'woodpecker', groupLimit: 1 });
  expect(groupOf('3')).toMatchObject({ group: 'woodpecker', groupLimit: 3 });
  expect(groupOf('{group: deploy, limit: 2}')).toMatchObject({ group: 'deploy', groupLimit: 2 });
});

test('[skip ci] in the message of a push leaves the commit alone, but not a tag', () => {
  for (const message of ['x [skip ci]', '[CI  SKIP] x']) {
    expect(planOf(steps, { ...push, message })).toMatchObject({ jobs: [], isSkipped: true });
    expect(planOf(steps, { ...tag, message }).jobs).toHaveLength(1);
  }
});

test('an error in one file leaves the workflows of the others', () => {
  const broken = { path: '.trivet/b.yml', text: 'steps: {a: {commands: }\n' };
  const { jobs, findings } = planCommit([file('a'), broken], push);
  expect(jobs.map(({ name }) => name)).toEqual(['a']);
  expect(findings.map(({ file, severity }) => [file, severity])).toEqual([
    ['.trivet/b.yml', 'error'],
  ]);
});

test.each([
  ['Fix it\n', 'built Fix it'],
  ['Fix it\n\nAll of "it".\n', 'built Fix it\n\nAll of "it".'],
])(
  'a quoted commit message is put in without the newline that git ends it with',
  (message, msg) => {
    const text = (name: string) =>
      `steps: {a: {commands: make, environment: {MSG: "built \${${name}}"}}}\n`;
    for (const name of ['CI_COMMIT_MESSAGE', 'DRONE_COMMIT_MESSAGE']) {
      const { jobs, findings } = planOf(text(name), { ...push, message });
      expect(findings).toEqual([]);
      expect(jobs[0]?.steps[0]?.environment).toEqual({ MSG: msg });
    }
  },
);

test('a condition compares the commit message without the newline that git ends it with', () => {
  const text = `when: {evaluate: 'CI_COMMIT_MESSAGE == "Fix it"'}\n${steps}`;
  expect(planOf(text, { ...push, message: 'Fix it\n' }).jobs).toHaveLength(1);
});
