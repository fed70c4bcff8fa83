import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, onTestFinished, test } from 'vitest';
import { RepositoriesFile } from '../../src/dispatcher/settings/repositories-file.js';
import type { Told } from '../../src/world/story.js';
import { scenario } from '../support/dispatcher-scenario.js';

function fileWith(text: string): string {
  const folder = mkdtempSync(join(tmpdir(), 'repositories-'));
  onTestFinished(() => rmSync(folder, { recursive: true }));
  const path = join(folder, 'repositories.yml');
  writeFileSync(path, text);
  return path;
}

const read = (text: string) => new RepositoriesFile(fileWith(text), false).read();

describe('the file with settings of repositories', () => {
  test('says of each what its jobs demand, and what its runners are told', async () => {
    const settings = await read(`
shop:
  labels: [gpu]
  executor: container
  command: make check
  timeout: 20m
  clone: https://example.org/shop.git
  supersede: true
  priority: 5
till:
`);
    expect(settings.repositories.get('shop')).toEqual({
      ...{ labels: ['gpu', 'executor=container'], priority: 5, supersede: true },
      assigned: {
        ...{ command: 'make check', timeoutMs: 1_200_000 },
        cloneUrl: 'https://example.org/shop.git',
      },
    });
    expect(settings.repositories.get('till')?.labels).toEqual([]);
  });

  test.each([
    ['shop: {comand: make}', 'shop has "comand", which is no setting: command is, say.'],
    ['shop: {timeout: soon}', 'shop has a wrong timeout: expected is a time such as 90s'],
    ['shop: {labels: [a b]}', 'shop has a wrong labels.0: expected is a label'],
    ['shop: 7', 'shop is to have settings below it'],
    ['[shop]', 'is to hold names of repositories'],
    ['a b: {}', 'names "a b", which is no name of a repository'],
    ['shop: {', 'is no YAML'],
    ['shop: *till', 'is no YAML: Unresolved alias'],
  ])('%s: says what is wrong', async (text, says) => {
    await expect(read(text)).rejects.toThrow(says);
  });

  test('that is wrong when it is read anew changes nothing, and that is told', async () => {
    const path = fileWith('shop: {priority: 5}');
    const file = new RepositoriesFile(path, false);
    writeFileSync(path, 'shop: {priorty: 5}');
    const told: Told[] = [];
    await file.reread(
      (one) => told.push(one),
      () => expect.unreachable(),
    );
    expect(told[0]?.msg).toContain('priority is, say. The former settings stay in use.');
  });
});

describe('settings of a repository', () => {
  test('are part of a job from its acceptance on, but for what its plan says itself', async () => {
    const settings = await read('demo: {labels: [gpu], priority: 5, command: make}');
    const s = scenario();
    s.given(() => {
      s.sets(settings);
      s.observer('eve');
      s.dispatch(1, 'eve', 'main', [{ name: 'build', labels: ['large'], priority: 7 }]);
      s.dispatch(2, 'eve', 'main');
    });
    expect(s.job(1, 'build')?.shape).toMatchObject({ labels: [['gpu', 'large']], priority: 7 });
    expect(s.job(2)?.shape).toMatchObject({ labels: [['gpu']], priority: 5 });
  });
});
