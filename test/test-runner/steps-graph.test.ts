/**
 * The order of a job's steps. A table plays a job: each line a step that ends, with what begins and
 * what is left out by that.
 */

import { expect, test } from 'vitest';
import { type Step, type StepReport, stepReport } from '../../src/protocol/work.js';
import {
  culpritOf,
  type Job,
  nextTurn,
  type Part,
  type Standing,
} from '../../src/test-runner/steps/graph.js';

const none: Step = {
  ...{ name: '', needs: [], runsOn: ['success'], image: null, commands: ['true'] },
  ...{ entrypoint: null, environment: {}, settings: {}, failure: 'fail', isDetached: false },
  ...{ directory: null, pull: 'default', timeoutMs: null, silenceMs: null },
};

/** `test < build`: it needs `build`. What follows in braces is said of the step besides. */
function part(text: string, more: Partial<Step> & { isService?: boolean } = {}): Part {
  const [name = '', needs = ''] = text.split(' < ');
  const { isService = false, ...step } = more;
  const needed = needs === '' ? [] : needs.split(', ');
  return { number: 0, isService, step: { ...none, ...step, name, needs: needed } };
}

const onFailure = { runsOn: ['failure'] } as const;
const always = { runsOn: ['success', 'failure'] } as const;

/** Plays the job: ends are `name state`, `name 78` or `name up`. Answers what followed each. */
function play(parts: readonly Part[], ends: readonly string[], stopOn: number | null = null) {
  const job: Job = { parts: parts.map((each, at) => ({ ...each, number: at + 1 })), stopOn };
  const standings = new Map<number, Standing>();
  const story: string[] = [];
  const follow = (what: string) => {
    const { start, skip, end, isOver } = nextTurn(job, standings, what === 'given up');
    for (const { number } of start) standings.set(number, standing('running'));
    for (const { part } of skip) standings.set(part.number, standing('skipped'));
    const said = [
      ...start.map(({ step }) => `+${step.name}`),
      ...skip.map(({ part }) => `-${part.step.name}`),
      ...end.map(({ step }) => `!${step.name}`),
      ...(isOver ? ['over'] : []),
    ];
    story.push(`${what}: ${said.join(' ')}`);
  };
  follow('begin');
  for (const each of ends) {
    const [name = '', how = ''] = each.split(' ');
    const number = job.parts.find(({ step }) => step.name === name)?.number;
    if (number !== undefined) standings.set(number, standingOf(how));
    follow(each);
  }
  return { story, culprit: culpritOf(job, standings)?.part.step.name ?? null };
}

function standingOf(how: string): Standing {
  if (how === 'up') return { ...standing('running'), isUp: true };
  if (/^\d+$/.test(how)) return { ...standing('passed'), exitCode: Number(how) };
  return standing(stepReport.shape.state.parse(how));
}

function standing(state: StepReport['state']): Standing {
  return { state, exitCode: null, signal: null, reason: '', isUp: false };
}

test.each([
  [
    'one after the other, as each needs the one before',
    [part('build'), part('test < build'), part('pack < test')],
    ['build passed', 'test passed', 'pack passed'],
    ['begin: +build', 'build passed: +test', 'test passed: +pack', 'pack passed: over'],
    null,
  ],
  [
    'what needs nothing begins at once, and what needs two waits for both',
    [part('lint'), part('vet'), part('pack < lint, vet')],
    ['vet passed', 'lint passed'],
    ['begin: +lint +vet', 'vet passed: ', 'lint passed: +pack'],
    null,
  ],
  [
    'after a failure the rest is left out, but for what wants to know of it',
    [
      part('build'),
      part('test < build'),
      part('tell < test', onFailure),
      part('tidy < tell', always),
    ],
    ['build failed', 'tell passed', 'tidy passed'],
    ['begin: +build', 'build failed: +tell -test', 'tell passed: +tidy', 'tidy passed: over'],
    'build',
  ],
  [
    'without a failure nobody is told of one',
    [part('build'), part('tell < build', onFailure), part('tidy < tell', always)],
    ['build passed'],
    ['begin: +build', 'build passed: +tidy -tell'],
    null,
  ],
  [
    'who is for failures waits for those that may still fail',
    [part('lint'), part('build'), part('tell < lint', onFailure)],
    ['lint passed', 'build failed'],
    ['begin: +lint +build', 'lint passed: ', 'build failed: +tell'],
    'build',
  ],
  [
    'two who are for failures do not wait for each other: the first is left out',
    [
      part('build'),
      ...[part('fa < build', onFailure), part('ca < fa', always)],
      ...[part('fb < build', onFailure), part('cb < fb', always)],
      part('db', { isService: true }),
    ],
    ['db up', 'build passed', 'ca failed', 'fb passed', 'cb passed', 'db stopped'],
    [
      ...['begin: +db', 'db up: +build', 'build passed: +ca -fa', 'ca failed: +fb'],
      ...['fb passed: +cb', 'cb passed: !db', 'db stopped: over'],
    ],
    'ca',
  ],
  [
    'two who are for failures are both left out where nothing fails',
    [
      part('build'),
      ...[part('fa < build', onFailure), part('ca < fa', always)],
      ...[part('fb < build', onFailure), part('cb < fb', always)],
    ],
    ['build passed', 'ca passed', 'cb passed'],
    ['begin: +build', 'build passed: +ca -fa', 'ca passed: +cb -fb', 'cb passed: over'],
    null,
  ],
  [
    'siblings of one that failed go on to their end',
    [part('lint'), part('build'), part('pack < build')],
    ['lint failed', 'build passed'],
    ['begin: +lint +build', 'lint failed: ', 'build passed: -pack over'],
    'lint',
  ],
  [
    'a failure that is ignored is none',
    [part('lint', { failure: 'ignore' }), part('build < lint')],
    ['lint failed'],
    ['begin: +lint', 'lint failed: +build'],
    null,
  ],
  [
    'one that cancels takes its siblings with it',
    [part('lint', { failure: 'cancel' }), part('build'), part('pack < build', always)],
    ['lint failed', 'build cancelled'],
    ['begin: +lint +build', 'lint failed: -pack !build', 'build cancelled: over'],
    'lint',
  ],
  [
    'services begin before all steps, and end after them',
    [part('test'), part('db', { isService: true })],
    ['db up', 'test passed', 'db stopped'],
    ['begin: +db', 'db up: +test', 'test passed: !db', 'db stopped: over'],
    null,
  ],
  [
    'a service that cannot begin fails the job; how it ends later does not count',
    [part('test'), part('tidy < test', always), part('db', { isService: true })],
    ['db errored', 'tidy passed'],
    ['begin: +db', 'db errored: +tidy -test', 'tidy passed: over'],
    'db',
  ],
  [
    'a service that ends too early is only shown',
    [part('test'), part('db', { isService: true })],
    ['db up', 'db failed', 'test passed'],
    ['begin: +db', 'db up: +test', 'db failed: ', 'test passed: over'],
    null,
  ],
  [
    'one that is detached is not waited for',
    [part('serve', { isDetached: true }), part('test < serve')],
    ['serve up', 'test failed', 'serve stopped'],
    ['begin: +serve', 'serve up: +test', 'test failed: !serve', 'serve stopped: over'],
    'test',
  ],
  [
    'whoever is ended by the whole is ended at once, and nothing begins',
    [part('build'), part('test < build', always), part('db', { isService: true })],
    ['db up', 'given up', 'build cancelled', 'db cancelled'],
    ['begin: +db', 'db up: +build', 'given up: -test !build !db'],
    null,
  ],
])('%s', (_, parts, ends, expected, culprit) => {
  const played = play(parts, ends);
  expect(played.story.slice(0, expected.length)).toEqual(expected);
  expect(played.culprit).toBe(culprit);
});

test('exit code 78 passes the step and the job, and leaves out the rest', () => {
  const parts = [part('changed'), part('build < changed'), part('tell < build', always)];
  const { story, culprit } = play(parts, ['changed 78'], 78);
  expect(story).toEqual(['begin: +changed', 'changed 78: -build -tell over']);
  expect(culprit).toBeNull();
});
