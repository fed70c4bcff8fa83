import { Hono } from 'hono';
import { afterEach, describe, expect, test } from 'vitest';
import { lessonsOfWorlds, SimulatedWorld, type WorldWanted } from '../../src/lab/world.js';
import { serveWorld } from '../../src/lab/world-routes.js';
import { parseRecording } from '../../src/record/parse.js';
import type { WorldAction, WorldDocument } from '../../src/record/world.js';
import { eventually } from '../support/eventually.js';

const timeout = 120_000;

const open: SimulatedWorld[] = [];

afterEach(() => {
  for (const world of open.splice(0)) world.close();
});

describe('the lab of a simulated world', { timeout }, () => {
  test('steps, goes back, forks and goes on, as it is asked over HTTP', async () => {
    const { document, until, act, recording } = await aLab({ seed: 7, plant: null });
    await act({ do: 'step', count: 80 });
    await until(({ step }) => step === 80);
    const before = await recording('recording');
    await act({ do: 'to', step: 40 });
    await until(({ step }) => step === 40);
    const { choices } = await document();
    const kill = choices.find(({ says }) => says === 'dispatcher is killed (SIGKILL)');
    if (kill === undefined) throw new Error('the dispatcher cannot be killed');
    await act({ do: 'fork', step: 40, choice: kill.choice });
    await until(({ forks }) => forks === 1);
    await act({ do: 'to', step: 80 });
    await until(({ step, decisions }) => step === 80 && decisions.length === 1);
    const forked = await recording('recording');
    const parting = forked.findIndex(
      (one, at) => JSON.stringify(one) !== JSON.stringify(before[at]),
    );
    expect(forked[parting]).toMatchObject({ what: 'caption', says: `decided: ${kill.says}` });
    // What did not happen otherwise is a click away.
    const twin = await recording('twin');
    expect(twin.slice(0, before.length)).toEqual(before);
  });

  test('stops where a planted bug breaks a law, and shows its line to whoever wants to see it', async () => {
    const called = 'a log is not synced before its verdict';
    const lesson = (await lessonsOfWorlds()).find(({ name }) => name === called);
    if (lesson === undefined) throw new Error('there is no such lesson');
    const { until, act } = await aLab({ seed: lesson.seed, plant: String(lesson.number) });
    await act({ do: 'run' });
    const { broken, planted } = await until(({ isOver }) => isOver);
    expect(broken?.law).toBe('log');
    expect(planted?.line).toBeNull();
    await act({ do: 'reveal' });
    await until((one) => one.planted?.line?.file === 'src/dispatcher/store/logs.ts');
  });

  test('a twin that ends before it is through is no shorter recording: it breaks off', async () => {
    const { app, world } = await aLab({ seed: 7, plant: null });
    const answer = await app.request('/api/world/twin');
    world.close();
    await expect(answer.text()).rejects.toThrow();
  });

  test('refuses what is no action, and says what is', async () => {
    const { app } = await aLab({ seed: 7, plant: null });
    const refusal = await app.request('/api/world', { method: 'POST', body: '{"do":"dance"}' });
    expect(refusal.status).toBe(400);
    expect(await refusal.text()).toContain('an action is');
  });

  test('says what it lacks where there is no such lesson', async () => {
    const started = SimulatedWorld.start({ seed: 1, plant: 'no such bug' });
    await expect(started).rejects.toThrow('No lesson is called "no such bug"');
  });
});

async function aLab(wanted: WorldWanted) {
  const world = await SimulatedWorld.start(wanted);
  open.push(world);
  const app = new Hono();
  serveWorld(app, world);
  const body = async (path: string) => (await app.request(`/api/world${path}`)).text();
  return {
    app,
    world,
    document: async () => JSON.parse(await body('')) as WorldDocument,
    until: (isSo: (document: WorldDocument) => boolean) =>
      eventually('the world is so', () => {
        const { document } = world;
        return document !== null && isSo(document) && document;
      }),
    act: async (action: WorldAction) => {
      const answer = await app.request('/api/world', {
        method: 'POST',
        body: JSON.stringify(action),
      });
      expect(answer.status).toBe(200);
    },
    recording: async (which: 'recording' | 'twin') => {
      const read = parseRecording(await body(`/${which}`));
      if ('says' in read) throw new Error(read.says);
      return read.value.records;
    },
  };
}
