import { expect, test } from 'vitest';
import { z } from 'zod';
import { openApi, pathOf } from '../../src/web/openapi/document.js';
import { commit } from '../support/commits.js';
import { eventually } from '../support/eventually.js';
import { modernPeer } from '../support/modern-peers.js';
import { planned } from '../support/plans.js';
import { startWeb } from '../support/web.js';

/** Three workflows: one passes, one fails, and one waits for both. */
const workflows = {
  '.woodpecker/build.yml': 'steps:\n  make:\n    image: c\n    commands: make\n',
  '.woodpecker/lint.yml': 'steps:\n  lint:\n    image: c\n    commands: lint\n',
  '.woodpecker/ship.yml':
    'depends_on: [build, lint]\nsteps:\n  ship:\n    image: c\n    commands: ship\n',
};

type Schema = Readonly<Record<string, unknown>>;

/** The same, with no keys beside those that are named, and with what it refers to. */
function closed(schema: unknown): unknown {
  if (Array.isArray(schema)) return schema.map(closed);
  if (typeof schema !== 'object' || schema === null) return schema;
  const inner = Object.fromEntries(
    Object.entries(schema).map(([key, value]) => [
      key,
      key === '$ref' ? String(value).replace('#/components/schemas/', '#/$defs/') : closed(value),
    ]),
  );
  return inner['type'] === 'object' ? { ...inner, additionalProperties: false } : inner;
}

test('every route is in the document, and everything in the document is a route', async () => {
  const { web } = await startWeb();
  const answered = web.routes
    .filter(({ method, path }) => method !== 'ALL' && path !== '/*')
    .map(({ method, path }) => `${method.toLowerCase()} ${pathOf(path)}`);
  const described = Object.entries(openApi().paths).flatMap(([path, methods]) =>
    Object.keys(methods).map((method) => `${method} ${path}`),
  );
  expect([...new Set(answered)].sort()).toEqual(described.sort());
});

test('every answer is as the document says, whatever state jobs are in', async () => {
  const { port, ask } = await startWeb();
  const document = JSON.parse((await ask('/api/openapi.json')).text);
  const observer = await modernPeer(port, { role: 'observer', name: 'eve', repository: 'shop' });
  const knows = ['jobs', 'work'];
  const runner = await modernPeer(port, { role: 'runner', name: 'ada', repository: 'shop', knows });
  const [first, second] = [commit(1), commit(2)];
  for (const one of [first, second]) {
    observer.say({ verb: 'dispatch', commit: one, body: planned(workflows) });
    await observer.hears('accepted');
  }
  const answersFit = async () => {
    for (const [path, schema] of paths) {
      const { status, text } = await ask(path);
      expect(status, path).toBe(200);
      const defs = closed(document.components.schemas) as Schema;
      const told = z.fromJSONSchema({ $ref: `#/$defs/${schema}`, $defs: defs } as never);
      expect(told.safeParse(JSON.parse(text)).error, path).toBeUndefined();
    }
  };
  const { run } = await runner.hears('runtest');
  const paths = [
    ['/api/overview', 'Overview'],
    ['/api/commits', 'Commits'],
    ['/api/commits?repository=shop&branch=main&most=1', 'Commits'],
    [`/api/commits/${first}`, 'Commit'],
    [`/api/commits/${second}`, 'Commit'],
    ['/api/repositories/shop/branches', 'Branches'],
    [`/api/runs/${run}`, 'Run'],
    ['/api/runners', 'Runners'],
    ['/api/runners/ada', 'Runner'],
    ['/api/queue', 'Queue'],
    [`/api/logs/${run}/outline`, 'LogOutline'],
    [`/api/logs/${run}/lines?count=5`, 'LogLines'],
    [`/api/logs/${run}/search?q=log`, 'LogSearch'],
  ] as const;
  await answersFit();
  runner.finishes(run, 'log', 'passed', tests);
  await runner.hears('recorded');
  runner.finishes((await runner.hears('runtest')).run, 'log', 'failed', tests);
  await runner.hears('recorded');
  await eventually('a further run', () => runner.heard.filter(({ verb }) => verb === 'runtest')[2]);
  await answersFit();
  runner.socket.destroy();
  expect((await ask(`/api/commits/${second}/cancel`, { body: {} })).status).toBe(200);
  await answersFit();
});

const failure = { name: 'adds', message: 'expected 3', file: 'a.ts', line: 3 };
const tests = {
  ...{ passed: 2, failed: 1, skipped: 0, durationMs: 5, failures: [failure] },
  ...{ slowest: [], outcomes: [] },
};
