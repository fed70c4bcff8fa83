import { expect, test } from 'vitest';
import { planned } from '../support/plans.js';

const step = 'steps: {a: {commands: x}}\n';
const skipped = (reason: unknown) => ({ verdict: 'skipped', reason });

test('what depends on a workflow whose file is wrong is on record as skipped, and why', () => {
  const { jobs } = planned({
    '.trivet/build.yml': 'steps: 7\n',
    '.trivet/lint.yml': step,
    '.trivet/notify.yml': `depends_on: [build]\nruns_on: [failure]\n${step}`,
    '.trivet/last.yml': `depends_on: [notify]\n${step}`,
  });
  expect(jobs).toMatchObject([
    { name: 'lint' },
    { name: 'build', ended: { verdict: 'errored' } },
    { name: 'notify', ended: skipped('it needs build, whose file is wrong') },
    { name: 'last', ended: skipped('"notify" is not for this commit, and "last" needs it') },
  ]);
});

test('the log of one whose file is wrong will show the line, with a mark at the place', () => {
  const { jobs } = planned({ '.trivet/build.yml': '# Build it\nsteps: 7\n' });
  expect(jobs?.[0]?.work?.remarks).toEqual([
    '.trivet/build.yml:2:8: error: "steps" is "7", and expected is a map or a list.',
    '    steps: 7',
    '           ^',
  ]);
});

test('a workflow that depends on a name that is none is on record as skipped, with the near one', () => {
  const { jobs } = planned({
    '.trivet/build.yml': step,
    '.trivet/deploy.yml': `depends_on: biuld\n${step}`,
  });
  expect(jobs).toMatchObject([
    { name: 'build' },
    { name: 'deploy', ended: skipped('There is no workflow "biuld": did you mean "build"') },
  ]);
});

test('one that depends on a workflow that is not for this commit is not missed', () => {
  const { jobs } = planned({
    '.trivet/build.yml': `when: {event: tag}\n${step}`,
    '.trivet/ship.yml': `depends_on: build\n${step}`,
    '.trivet/lint.yml': step,
  });
  expect(jobs?.map(({ name }) => name)).toEqual(['lint']);
});
