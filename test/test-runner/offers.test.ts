/**
 * A runner whose offer changes while it runs, upon a real socket: with a dispatcher that can be told
 * within the session, and with one of an earlier release.
 */

import { existsSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { eventually } from '../support/eventually.js';
import { temporaryFolder } from '../support/git.js';
import { runnerAtWork } from '../support/runners-at-work.js';

test('a dispatcher that knows how hears of it within the session', async () => {
  const { dispatcher, offers } = await atWork(['offer']);
  offers({ capacity: 1, labels: ['gpu'] });
  await eventually('an offer', () => dispatcher.said('offer').length > 0);
  expect(dispatcher.said('offer')[0]?.body).toEqual({ capacity: 1, labels: ['gpu'] });
  expect(dispatcher.hellos).toHaveLength(1);
  await dispatcher.stop();
  await dispatcher.start();
  await eventually('the runner is back', () => dispatcher.hellos.length === 2);
  expect(dispatcher.hellos[1]).toMatchObject({ capacity: 1, labels: ['gpu'] });
});

test('one that does not is asked for no more, and hears of it once nothing is in hand', async () => {
  const { dispatcher, commit, offers, goesOn, sentences } = await atWork([]);
  const run = dispatcher.runtest(commit);
  await eventually('it runs', () => dispatcher.log(run).length > 0);
  offers({ capacity: 1, labels: ['gpu'] });
  await eventually('it asks for no more', () => dispatcher.said('draining').length === 1);
  expect(dispatcher.hellos).toHaveLength(1);
  goesOn();
  await eventually('the runner is back', () => dispatcher.hellos.length === 2);
  expect(dispatcher.reports.get(run)).toMatchObject({ end: 'passed' });
  expect(dispatcher.hellos[1]).toMatchObject({ labels: ['gpu'], runs: [] });
  await eventually('it says so', () => sentences().at(-1)?.startsWith('connected to'));
  expect(sentences().slice(-3)).toEqual([
    'the dispatcher has recorded the result',
    'connecting again, to say what is offered by now',
    `connected to the dispatcher 127.0.0.1:${dispatcher.port}`,
  ]);
});

test('a run that goes on keeps its command and its time; the next has the new ones', async () => {
  const { dispatcher, commit, started, goesOn } = await atWork(['offer']);
  const run = dispatcher.runtest(commit);
  await eventually('it runs', () => dispatcher.log(run).length > 0);
  const { executor } = started;
  executor.renew(executor.offer, { command: 'echo anew; sleep 60', timeoutMs: 300 });
  goesOn();
  const report = await eventually('its report', () => dispatcher.reports.get(run));
  expect([report.end, dispatcher.log(run).toString()]).toEqual(['passed', 'waiting\n']);
  const next = await dispatcher.verdict(commit);
  expect(next.report.end).toBe('timed-out');
  expect(next.log).toContain('anew\n');
});

/** A runner whose suites wait until they may go on, at a dispatcher that knows those verbs. */
async function atWork(knows: readonly string[]) {
  const go = join(temporaryFolder(), 'go');
  const command = `echo waiting; until [ -e ${go} ]; do sleep 0.02; done`;
  const scene = await runnerAtWork({ command }, knows);
  const { runner, executor } = scene.started;
  return {
    ...scene,
    offers: (offer: Parameters<typeof executor.renew>[0]) => {
      executor.renew(offer, {});
      runner.renew();
    },
    goesOn: () => {
      expect(existsSync(go)).toBe(false);
      writeFileSync(go, '');
    },
  };
}
