/**
 * What people are shown of a branch that a push by force takes back to a commit that was tested before:
 * a real observer, dispatcher and runner.
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

/** An answer is good for a moment, and then made anew. */
async function badgeSays(word: string, port: number): Promise<void> {
  for (let last = await badgeOf(port); last !== word; last = await badgeOf(port)) {
    await new Promise((resolve) => setImmediate(resolve));
  }
}

/** The word on main's badge. */
function badgeOf(port: number): Promise<string | undefined> {
  return new Promise((resolve, reject) => {
    const path = '/badge/demo.svg?branch=main';
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
