/**
 * The record of the wire, as a browser gets it.
 */

import * as http from 'node:http';
import { expect, onTestFinished, test } from 'vitest';
import { type } from '../support/classic-peers.js';
import { eventually } from '../support/eventually.js';
import { startWeb } from '../support/web.js';

/** The events of a stream as they come, each as its name and its data. */
function follow(port: number, path: string, headers = {}) {
  let text = '';
  const request = http.get({ host: '127.0.0.1', port, path, headers, agent: false }, (response) => {
    response.setEncoding('utf8').on('data', (piece: string) => {
      text += piece;
    });
  });
  onTestFinished(() => void request.destroy());
  return {
    text: () => text,
    names: () => [...text.matchAll(/^event: (.*)$/gm)].map(([, name]) => name),
    last: () =>
      [...text.matchAll(/^data: (.*)$/gm)].map(([, data]) => JSON.parse(data ?? '')).at(-1),
  };
}

test('what is in memory of the record comes as a file would hold it', async () => {
  const { port, ask } = await startWeb();
  await ask('/api/wire');
  await type(port, 'status');
  const { text, headers } = await ask('/api/wire');
  expect(headers['content-type']).toBe('application/x-ndjson');
  const [header, ...records] = text
    .trimEnd()
    .split('\n')
    .map((line) => JSON.parse(line));
  expect(header).toMatchObject({ format: 'trivet-wire', version: 1, source: 'dispatcher' });
  expect(records.map(({ n }) => n)).toEqual([1, 2, 3]);
  expect(records[1]).toMatchObject({ from: 'visitor', to: 'dispatcher', verb: 'status' });
  expect((await ask('/api/wire?after=2')).text.trimEnd().split('\n')).toHaveLength(2);
  expect((await ask('/api/wire?after=soon')).status).toBe(400);
});

test('what comes is an event each, and who comes again with the id of the last misses none', async () => {
  const { port } = await startWeb();
  const first = follow(port, '/api/wire/live');
  await eventually('it begins', () => first.names().length === 2);
  await type(port, 'status');
  await eventually('it comes', () => first.names().length === 4);
  expect(first.names()).toEqual(['header', 'record', 'record', 'record']);
  expect(first.last()).toMatchObject({ n: 3, verb: 'reply' });
  const [, id = ''] = /^id: (3-.*)$/m.exec(first.text()) ?? [];
  await type(port, 'status');
  const again = follow(port, '/api/wire/live', { 'last-event-id': id });
  await eventually('it goes on', () => again.names().length === 3);
  expect(again.last()).toMatchObject({ n: 5 });
  const other = follow(port, '/api/wire/live?after=3-1');
  await eventually('it begins anew', () => other.names().length > 2);
  expect(other.names().slice(0, 3)).toEqual(['reset', 'header', 'record']);
});

test('who has not shown the token sees nothing of it', async () => {
  const { ask } = await startWeb({ token: 'correct-horse' });
  expect((await ask('/api/wire')).status).toBe(401);
  expect((await ask('/api/wire/live')).status).toBe(401);
});
