import { execFileSync } from 'node:child_process';
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { completion } from '../../src/command/completion.js';
import { makeRepository, temporaryFolder } from '../support/git.js';
import { commandLine, trivet } from '../support/trivet-command.js';
import { typed } from '../support/typed.js';

/** What bash offers once these words are typed and Tab is pressed. */
function offered(folder: string, script: string, ...words: string[]): string[] {
  const bin = join(temporaryFolder(), 'bin');
  mkdirSync(bin);
  writeFileSync(join(bin, 'trivet'), `#!/bin/sh\nexec ${commandLine} "$@"\n`, { mode: 0o755 });
  const press = `COMP_WORDS=("$@"); COMP_CWORD=$(($# - 1)); COMPREPLY=()
    _trivet_yargs_completions; printf '%s\\n' "\${COMPREPLY[@]}"`;
  const all = `${script}\n${press}`;
  const env = { ...process.env, PATH: `${bin}:${process.env['PATH']}` };
  return execFileSync('bash', ['-c', all, 'bash', 'trivet', ...words], { cwd: folder, env })
    .toString('utf8')
    .split('\n')
    .filter((line) => line !== '');
}

test('Tab completes commands, their flags, and branches and tags where a commit is meant', () => {
  const repository = makeRepository();
  repository.commit('Begin');
  repository.git('tag', 'v1');
  const { stdout: script } = trivet(repository.path, ['completion', 'bash']);
  expect(offered(repository.path, script, 're')).toEqual(['rerun', 'resume']);
  expect(offered(repository.path, script, 'secret', 'set', '--br')).toEqual(['--branch']);
  expect(offered(repository.path, script, 'check', 'd')).toEqual(['dispatcher']);
  expect(offered(repository.path, script, 'check', 'runner', '--st')).toEqual(['--stage']);
  expect(offered(repository.path, script, 'log', '')).toEqual(['HEAD', 'main', 'v1']);
});

test('zsh has a script of its own', async () => {
  expect(trivet('/', ['completion', 'zsh']).stdout).toContain('#compdef trivet');
  expect(await typed('/', completion, 'fish')).toMatchObject({
    status: 2,
    stderr: 'bash or zsh, not "fish".\n',
  });
});
