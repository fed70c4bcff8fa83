import { chmodSync, existsSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, describe, expect, test, vi } from 'vitest';
import { openRepository } from '../../src/observer/repository.js';
import { findSource } from '../../src/observer/source.js';
import { UsageError } from '../../src/world/exit.js';
import { eventually } from '../support/eventually.js';
import { makeBare, makeClone, makeRepository, temporaryFolder } from '../support/git.js';
import { open, trio } from '../support/observed.js';

afterEach(() => vi.unstubAllEnvs());

describe('where the truth lies', () => {
  test('without a remote, or in a bare repository, its own branches count', async () => {
    const alone = makeRepository();
    const commit = alone.commit('only');
    expect(await findSource(alone.path)).toMatchObject({ kind: 'own', name: 'demo' });
    expect((await (await open(alone)).poll()).tips[0]?.commit).toBe(commit);

    const { remote, first } = trio('direct');
    expect(await findSource(remote.path)).toMatchObject({ kind: 'own', name: 'demo' });
    expect((await (await open(remote)).poll()).tips[0]?.commit).toBe(first);
  });

  test('a local path is read directly, a URL is fetched, a lone remote may have any name', async () => {
    expect(await findSource(trio('direct').clone.path)).toMatchObject({ kind: 'direct' });
    expect(await findSource(trio('fetch').clone.path)).toMatchObject({ kind: 'fetch' });
    const { clone, first } = trio('direct');
    clone.git('remote', 'rename', 'origin', 'upstream');
    expect(await findSource(clone.path)).toMatchObject({ kind: 'direct', remote: 'upstream' });
    expect((await (await open(clone)).poll()).tips[0]?.commit).toBe(first);
    clone.git('remote', 'set-url', 'upstream', 'git@example.com:team/demo.git');
    expect(await findSource(clone.path)).toMatchObject({ kind: 'fetch' });
  });

  test('A43: a remote that hangs is given up, in words that say so, and its transport ended', async () => {
    const { clone } = trio('fetch');
    const home = temporaryFolder();
    const ssh = join(home, 'ssh');
    const pid = join(home, 'pid');
    writeFileSync(
      ssh,
      `#!/bin/sh\necho $$ > '${pid}.new'; mv '${pid}.new' '${pid}'\nwhile [ -d '${home}' ]; do sleep 0.1; done\n`,
    );
    chmodSync(ssh, 0o755);
    vi.stubEnv('GIT_SSH_COMMAND', ssh);
    clone.git('remote', 'set-url', 'origin', 'ssh://nowhere/demo.git');
    const repository = openRepository(
      await findSource(clone.path),
      { branches: [], refs: [] },
      () => {},
      500,
    );
    // On a busy machine the time may be over before the transport has begun.
    do {
      await expect(repository.poll()).rejects.toThrow('the remote has said nothing for 0.5 s');
    } while (!existsSync(pid));
    const exe = `/proc/${readFileSync(pid, 'utf8').trim()}/exe`;
    await eventually('the transport is gone', () => !existsSync(exe));
  });

  test('a relative remote path is meant from the top of the work tree', async () => {
    const { remote, clone, first } = trio('direct');
    renameSync(remote.path, join(clone.path, '..', 'near.git'));
    clone.git('remote', 'set-url', 'origin', '../near.git');
    expect((await (await open(clone)).poll()).tips[0]?.commit).toBe(first);
  });

  test('where a local remote cannot be read directly it is fetched', async () => {
    const { remote, clone, first } = trio('direct');
    const bundle = join(remote.path, '..', 'demo.bundle');
    remote.git('bundle', 'create', '-q', bundle, 'main');
    clone.git('remote', 'set-url', 'origin', bundle);
    expect((await (await open(clone)).poll()).tips[0]?.commit).toBe(first);
    expect(clone.git('rev-parse', 'refs/trivet/refs/heads/main')).toBe(first);
  });

  test('an unborn branch is no branch', async () => {
    expect((await (await open(makeRepository())).poll()).tips).toEqual([]);
    expect((await (await open(makeClone(makeBare().path))).poll()).tips).toEqual([]);
    expect((await (await open(makeClone(`file://${makeBare().path}`))).poll()).tips).toEqual([]);
  });

  test('a repository that is gone is a fault, even where another one lies around it', async () => {
    const around = makeRepository();
    around.commit('around');
    const inner = makeRepository(join(around.path, 'inner'));
    inner.commit('inner');
    const repository = await open(inner);
    rmSync(join(inner.path, '.git'), { recursive: true });
    await expect(repository.poll()).rejects.toThrow('there is no repository at');
  });

  test('what is no repository is refused in a sentence', async () => {
    const folder = temporaryFolder();
    await expect(findSource(folder)).rejects.toThrow(UsageError);
    await expect(findSource(folder)).rejects.toThrow('is not a git repository');
    await expect(findSource(join(folder, 'none'))).rejects.toThrow(UsageError);
  });
});
