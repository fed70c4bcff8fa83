import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { makeRepository, temporaryFolder } from '../support/git.js';
import { trivet } from '../support/trivet-command.js';

const workflow = `labels: {platform: linux/amd64}
steps:
  fetch: {commands: make fetch}
  build: {commands: make build, depends_on: fetch}
  vet: {commands: make vet, depends_on: fetch, failure: ignore}
  report:
    image: team/report
    depends_on: [build, vet]
    when: {status: [success, failure]}
  publish: {commands: make publish, when: {event: tag}}
`;

function repositoryWith(files: Readonly<Record<string, string>>): string {
  const repository = makeRepository();
  repository.commit('Begin', files);
  return repository.path;
}

test('trivet plan draws the jobs and steps of the work tree', () => {
  const { status, stdout } = trivet(repositoryWith({ '.trivet/test.yml': workflow }), ['plan']);
  expect(stdout).toBe(`push on main: 1 job

test         arch=amd64 os=linux
 ├─ fetch
 ├┬ build
 │└ vet      may fail
 └─ report   plugin team/report · also after a failure
    publish is left out: event is push, not tag
`);
  expect(status).toBe(0);
});

test('trivet plan draws what another event would bring, as flags or variables say', () => {
  const folder = repositoryWith({
    '.woodpecker/a.yml': `when: {branch: release/*}\n${workflow}`,
    '.woodpecker/b.yml': `depends_on: [a]\n${workflow}`,
  });
  expect(trivet(folder, ['plan']).stdout).toContain('a is left out: branch is main, not release/*');
  const flagged = trivet(folder, ['plan', '--branch', 'release/1']).stdout;
  expect(flagged).toContain('push on release/1: 2 jobs');
  expect(trivet(folder, ['plan'], { TRIVET_BRANCH: 'release/1' }).stdout).toBe(flagged);
  expect(trivet(folder, ['plan', '--tag', 'v1.0']).stdout).toContain('└ publish');
});

test('trivet plan knows a detached HEAD, which is on no branch', () => {
  const repository = makeRepository();
  const text = "when: {ref: HEAD}\nsteps: {a: {commands: 'echo ${CI_COMMIT_REF}'}}\n";
  repository.commit('Begin', { '.trivet.yml': text });
  repository.git('checkout', '-q', '--detach');
  const { stdout } = trivet(repository.path, ['plan']);
  expect(stdout).toContain('push on HEAD: 1 job');
});

test('trivet plan --json is the plan', () => {
  const folder = repositoryWith({ '.trivet.yml': workflow });
  const { jobs, leftOut } = JSON.parse(trivet(folder, ['plan', '--json']).stdout);
  expect(leftOut).toEqual([]);
  expect(jobs).toMatchObject([{ name: 'trivet', labels: ['arch=amd64', 'os=linux'] }]);
});

test('trivet lint shows the line in question, and exits with 2 on an error only', () => {
  const warned = repositoryWith({ '.trivet.yml': 'steps:\n  a: {comands: b, commands: c}\n' });
  const { status, stdout } = trivet(warned, ['lint']);
  expect(
    stdout,
  ).toBe(`.trivet.yml:2:7: warning: "comands" is not known here: did you mean "commands"?
      a: {comands: b, commands: c}
          ^
1 file, 0 errors, 1 warning
`);
  expect(status).toBe(0);
  expect(trivet(warned, ['lint', '--strict']).status).toBe(2);

  const wrong = repositoryWith({ 'x.yml': 'steps:\n  a: {commands: {b: c}}\n' });
  expect(trivet(wrong, ['lint', 'x.yml'])).toMatchObject({
    status: 2,
    stdout: expect.stringContaining('x.yml:2:17: error: "steps.a.commands" is a map'),
  });
});

test('trivet lint takes a commit to have said something', () => {
  const text = 'steps:\n  a: {commands: b, failure: "${CI_COMMIT_MESSAGE}"}\n';
  const { stdout } = trivet(repositoryWith({ '.trivet.yml': text }), ['lint']);
  expect(stdout).toContain('"steps.a.failure" is "Change"');
});

test('trivet lint --json is a list of findings', () => {
  const folder = repositoryWith({ '.trivet.yml': 'steps: {a: {commands: b, pull: x}}' });
  expect(JSON.parse(trivet(folder, ['lint', '--json']).stdout)).toEqual([
    {
      file: '.trivet.yml',
      line: 1,
      column: 32,
      severity: 'error',
      says: expect.stringContaining('"steps.a.pull" is "x"'),
    },
  ]);
});

test('trivet lint needs no clone', () => {
  const folder = temporaryFolder();
  expect(trivet(folder, ['lint'])).toMatchObject({
    status: 2,
    stderr: expect.stringContaining(`There is no workflow file in ${folder}`),
  });
});

test('trivet convert writes a file of Drone’s in our language, and overwrites nothing', () => {
  const drone = `kind: pipeline
name: default
trigger: {branch: [main], event: [push, custom]}
platform: {os: linux, arch: arm64}
steps:
  - name: test
    image: golang:1.22
    commands: [go test, "echo \${DRONE_TAG##v}"]
    when: {status: [success, failure]}
  - name: publish
    image: plugins/docker
    settings: {repo: team/demo, password: {from_secret: password}}
    depends_on: [test]
`;
  const folder = repositoryWith({ '.drone.yml': drone });
  expect(trivet(folder, ['convert'])).toMatchObject({ status: 0, stdout: '.trivet.yml written\n' });
  const text = readFileSync(join(folder, '.trivet.yml'), 'utf8');
  expect(text).toBe(`when:
  - event:
      - push
      - manual
    branch: main
labels:
  platform: linux/arm64
stop_on: 78
steps:
  - name: test
    image: golang:1.22
    commands:
      - go test
      - echo \${DRONE_TAG##v}
    when:
      - status:
          - success
          - failure
  - name: publish
    image: plugins/docker
    settings:
      repo: team/demo
      password:
        from_secret: password
    depends_on:
      - name: test
        optional: true
`);
  expect(trivet(folder, ['convert'])).toMatchObject({
    status: 2,
    stderr: expect.stringContaining('.trivet.yml is there already'),
  });
  expect(trivet(folder, ['convert', '--print']).stdout).toBe(text);
  expect(trivet(folder, ['lint', '--strict'])).toMatchObject({ status: 0 });
});

test('a command or a flag that is mistyped gets the one that is near, and code 2', () => {
  const folder = temporaryFolder();
  expect(trivet(folder, ['lnt'])).toMatchObject({
    status: 2,
    stderr: expect.stringContaining('There is no command "lnt": did you mean "lint"?'),
  });
  expect(trivet(folder, ['plan', '--evnt', 'tag'])).toMatchObject({
    status: 2,
    stderr: expect.stringContaining('There is no flag --evnt: did you mean --event?'),
  });
  expect(trivet(folder, ['plan', '--event', 'psuh']).status).toBe(2);
  expect(trivet(folder, []).stdout).toContain('trivet <command> [flags]');
});
