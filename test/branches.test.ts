/**
 * What people are shown of branches that stand at one commit, or come back to one that was tested before: a
 * real observer, dispatcher and runner.
 */

import { get } from 'node:http';
import { expect, test } from 'vitest';
import { aTrio, headOf } from './support/a-trio.js';
import { eventually } from './support/eventually.js';

const withinMs = 60_000;

test(
  'a branch that is pushed back to a commit that had passed is green again',
  async () => {
    const { dispatcher, author, verdict } = await aTrio({
      runner: ['--command', 'ls; test ! -e red.txt'],
    });
    author.commit('green', { 'a.txt': 'a' });
    author.push();
    const green = headOf(author);
    expect(await verdict(green)).toBe('passed');
    const red = author.commit('red', { 'red.txt': 'red' });
    author.push();
    expect(await verdict(red)).toBe('failed');
    await badgeSays('failed', dispatcher.port);

    author.git('push', '-q', '--force', 'origin', `${green}:main`);
    const told = (event: string) => dispatcher.told.filter((one) => one.event === event);
    const back = await eventually('main is back', () => told('known-on')[0], withinMs / 2);
    expect(back).toMatchObject({ commit: green, msg: `main came back to ${green.slice(0, 7)}` });
    await badgeSays('passed', dispatcher.port);
    expect(told('accepted')).toHaveLength(2);
  },
  withinMs,
);

test(
  'two branches that are pushed at once to one commit are both seen there, and it is tested once',
  async () => {
    const { dispatcher, author, verdict } = await aTrio({ runner: ['--command', 'ls'] });
    author.commit('green', { 'a.txt': 'a' });
    author.git('push', '-q', 'origin', 'HEAD:main', 'HEAD:release');
    expect(await verdict(headOf(author))).toBe('passed');
    await badgeSays('passed', dispatcher.port);
    await badgeSays('passed', dispatcher.port, 'release');
    expect(dispatcher.told.filter(({ event }) => event === 'leased')).toHaveLength(1);
  },
  withinMs,
);

/** An answer is good for a moment, and then made anew. */
async function badgeSays(word: string, port: number, branch = 'main'): Promise<void> {
  while ((await badgeOf(port, branch)) !== word) {
    await new Promise((resolve) => setImmediate(resolve));
  }
}

/** The word on a branch's badge. */
function badgeOf(port: number, branch: string): Promise<string | undefined> {
  return new Promise((resolve, reject) => {
    const path = `/badge/demo.svg?branch=${branch}`;
    get({ port, path, agent: false }, (answer) => {
      answer.setEncoding('utf8');
      let text = '';
      answer.on('data', (part) => {
        text += part;
      });
      answer.on('end', () => resolve(/<title>[^<]*: ([a-z]+)<\/title>/.exec(text)?.[1]));
    }).on('error', reject);
  });
}
