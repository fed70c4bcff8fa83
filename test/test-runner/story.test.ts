import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import type { Event } from '../../src/test-runner/core/events.js';
import { Story } from '../../src/test-runner/story.js';
import { eventually } from '../support/eventually.js';
import { temporaryFolder } from '../support/git.js';
import { commit, ended, inSession, message, one, runtest } from '../support/runner-scenario.js';
import { runnerAtWork } from '../support/runners-at-work.js';

const refused: Event = {
  kind: 'away',
  reason: 'refuses us: you missed 3 pings',
  refused: true,
};

test('a runner that thaws promises nothing of a run that may be another’s by now', () => {
  expect(story(runtest(one), refused, { kind: 'session', takesOffers: true }, revoked())).toEqual([
    'the dispatcher refuses us: you missed 3 pings: asking it again what becomes of the run',
    'connected to the dispatcher localhost:8888',
    `lost the lease of ${commit.slice(0, 7)}; its suite is ended`,
  ]);
});

test('one that thaws after a cancel says once that the suite is ended, and not that it goes on', () => {
  const cancelled = message({ verb: 'cancel', run: one });
  expect(
    story(runtest(one), cancelled, refused, { kind: 'session', takesOffers: true }, revoked()),
  ).toEqual([
    `${commit.slice(0, 7)} was cancelled; its suite is ended`,
    'the dispatcher refuses us: you missed 3 pings: waiting for it',
    'connected to the dispatcher localhost:8888',
  ]);
});

test('one whose suite ended meanwhile says that its result is not wanted', () => {
  const told = story(
    runtest(one),
    ended(one),
    refused,
    { kind: 'session', takesOffers: true },
    revoked(),
  );
  expect(told.at(-1)).toBe(
    `the result of ${commit.slice(0, 7)} is not wanted any more: another run has the commit, or it was cancelled`,
  );
});

test('what the dispatcher says to one that thaws is taken for a refusal, in a session too', async () => {
  const file = join(temporaryFolder(), 'go-on');
  const { dispatcher, commit, sentences } = await runnerAtWork({
    command: `while [ ! -e ${file} ]; do sleep 0.05; done`,
  });
  const verdict = dispatcher.verdict(commit);
  await eventually('it tests', () => sentences().some((line) => line.startsWith('testing')));
  dispatcher.send({ verb: 'refused', body: { says: 'you missed 3 pings' } });
  await eventually('it says so', () =>
    sentences().some((line) => line.includes('asking it again what becomes of the run')),
  );
  writeFileSync(file, '');
  await verdict;
});

test('a run whose dispatcher merely went away goes on, and is said to', () => {
  expect(story(runtest(one), { ...refused, reason: 'is silent', refused: false })).toEqual([
    'the dispatcher is silent: the run goes on and its result is kept',
  ]);
});

/** What a runner in a session says when that happens. */
function story(...events: Event[]): string[] {
  const core = inSession(1);
  const told: string[] = [];
  const dispatcher = { host: 'localhost', port: 8888 };
  const story = new Story(({ msg }) => told.push(msg), {
    name: 'ada',
    repositories: ['demo'],
    dispatcher,
  });
  for (const event of events) {
    const effects = core.handle(event, 0);
    story.happened(event, core);
    for (const effect of effects) story.follows(effect);
  }
  return told;
}

function revoked(): Event {
  return message({ verb: 'revoked', run: one });
}
