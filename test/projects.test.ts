import { spawnSync } from 'node:child_process';
import { cpSync, existsSync, readdirSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import { connect } from 'node:net';
import { join } from 'node:path';
import { beforeAll, describe, expect, test, vi } from 'vitest';
import { aTrio, headOf, type Trio } from './support/a-trio.js';
import { allOf } from './support/classic-peers.js';
import { eventually } from './support/eventually.js';
import { temporaryFolder } from './support/git.js';
import { makeImageOfTools, toolsOfThisMachine } from './support/image-of-tools.js';
import { mayBuildSandbox } from './support/tools.js';
import { trivet } from './support/trivet-command.js';

const projects = join(import.meta.dirname, 'projects');

const tools = toolsOfThisMachine();
const hasPytest =
  process.env['CI'] !== undefined || spawnSync('python3', ['-c', 'import pytest']).status === 0;

const executors = [
  { executor: 'shell', isHere: true },
  { executor: 'sandbox', isHere: mayBuildSandbox },
  { executor: 'container', isHere: tools !== null },
];

/** A container a step takes its time on a laden machine. */
const timeout = 180_000;

describe.each(executors)(
  'from push to verdict, by $executor',
  { timeout },
  ({ executor, isHere }) => {
    let image: string | null = null;

    beforeAll(() => {
      if (executor !== 'container' || tools === null) return;
      const made = makeImageOfTools(tools);
      image = made.image;
      return made.remove;
    }, timeout);

    /** A project of its own, pushed; answers the trio that tests it. */
    async function pushed(project: string): Promise<Trio> {
      const trio = await aTrio({ runner: ['--executor', executor] });
      const { author, dispatcher } = trio;
      const secret = ['secret', 'set', 'publish_token', '--repository', 'demo'];
      const address = ['--dispatcher-server', `localhost:${dispatcher.port}`];
      const set = trivet(author.path, [...secret, ...address], {}, 'correct-horse-battery');
      expect(set).toMatchObject({ status: 0 });
      cpSync(join(projects, project), author.path, { recursive: true });
      const ignored = join(author.path, 'gitignore');
      if (existsSync(ignored)) renameSync(ignored, join(author.path, '.gitignore'));
      if (image !== null) nameImage(author.path, image);
      author.git('add', '-A');
      author.commit(`Begin ${project}`);
      author.push();
      return trio;
    }

    test.runIf(isHere)('an npm project: installed once, its tests reported', async () => {
      const { author, asked, verdict } = await pushed('npm');
      const first = headOf(author);
      expect(await verdict(first)).toBe('passed');
      const log = await asked(`log:${first}`);
      expect(log).toContain('publishing with ********');
      expect(log).not.toContain('correct-horse-battery');
      expect(log).toMatch(/reports: 3 tests/);
      const second = author.commit('Change nothing of note', { 'README.md': '# Greetings\n' });
      author.push();
      expect(await verdict(second)).toBe('passed');
      expect(await asked(`log:${second}`)).toContain('node_modules restored from the cache');
    });

    test.runIf(isHere)(
      'an npm project that is red: why names the test, file and line',
      async () => {
        const { author, asked, verdict } = await pushed('npm');
        expect(await verdict(headOf(author))).toBe('passed');
        const broken = author.commit('Break it', {
          'lib/words/index.js': "export const words = { en: 'Bye', de: 'Guten Tag' };\n",
        });
        author.push();
        expect(await verdict(broken)).toBe('failed');
        expect(await asked(`why:${broken}`)).toContain('greets in English');
      },
    );

    test.runIf(isHere)('a Python project: unittest, then pytest', async () => {
      const { author, asked, verdict } = await pushed('python');
      const commit = headOf(author);
      expect(await verdict(commit)).toBe('passed');
      const log = await asked(`log:${commit}`);
      expect(log).toMatch(/--- unittest: passed/);
      expect(log).toContain('key ********');
      expect(log).toContain('built saved in the cache');
      if (hasPytest) expect(log).toMatch(/reports: 3 tests/);
    });

    test.runIf(isHere)('a Makefile in C: built, tested, its TAP read', async () => {
      const { author, asked, verdict } = await pushed('c');
      const commit = headOf(author);
      expect(await verdict(commit)).toBe('passed');
      const log = await asked(`log:${commit}`);
      expect(log).toMatch(/reports: 4 tests/);
      expect(log).toContain('signed with ********');
      expect(log).toContain('build saved in the cache');
    });

    test.runIf(isHere)(
      'a Perl project with a .drone.yml: exit code 78 ends it as passed',
      async () => {
        const { author, asked, verdict } = await pushed('perl');
        const commit = headOf(author);
        expect(await verdict(commit)).toBe('passed');
        const log = await asked(`log:${commit}`);
        expect(log).toContain('would upload with ********');
        expect(log).toMatch(/reports: 4 tests/);
        expect(log).toContain('made saved in the cache');
        expect(log).toMatch(/--- never: skipped/);
        expect(log).toContain('told of main');
      },
    );
  },
);

/** All steps are in that image, whichever they name: what they name is on no machine without a network. */
function nameImage(folder: string, image: string): void {
  for (const name of readdirSync(folder).filter((each) => each.endsWith('.yml'))) {
    const path = join(folder, name);
    writeFileSync(path, readFileSync(path, 'utf8').replaceAll(/image: .*/g, `image: ${image}`));
  }
}

test('a runner that is killed in the third of five steps: the job runs again from its start, elsewhere', async () => {
  const { dispatcher, author, asked, verdict, ada, runner } = await aTrio();
  const go = join(temporaryFolder(), 'go');
  const steps = ['one', 'two', 'three', 'four', 'five'].map((name) => {
    const waits = name === 'three' ? `; until test -e ${go}; do sleep 0.05; done` : '';
    return `  ${name}: {commands: 'echo ${name}${waits}'}\n`;
  });
  const commit = author.commit('five steps', { '.trivet.yml': `steps:\n${steps.join('')}` });
  author.push();
  await until(asked, 'status', ' (three) for');
  const reader = connect(dispatcher.port, '127.0.0.1', () => reader.end(`log:${commit}\n`));
  const live = allOf(reader);
  let heard = '';
  reader.on('data', (bytes) => {
    heard += bytes;
  });
  await eventually('what the first step printed is told', () => heard.includes('one\n'));
  ada.kill('SIGKILL');
  writeFileSync(go, '');
  runner('--name', 'bob');
  expect(await verdict(commit)).toBe('passed');
  expect(await live).toMatch(/one\n.*--- run 2 ---.*one\n.*--- five: passed/s);
  expect(await asked(`why:${commit}`)).toMatch(/runner ada closed its connection.*on runner bob/s);
});

/** Asks until the answer holds that. */
async function until(asked: Trio['asked'], request: string, text: string): Promise<void> {
  await vi.waitFor(async () => expect(await asked(request)).toContain(text), {
    ...{ timeout: 30_000, interval: 50 },
  });
}
