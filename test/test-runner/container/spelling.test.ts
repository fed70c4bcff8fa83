/**
 * What an engine is told, as tables: no engine is asked here.
 */

import { describe, expect, test } from 'vitest';
import {
  type Container,
  creating,
  makingNetwork,
  removing,
} from '../../../src/test-runner/container/command-lines.js';
import { globalFlags } from '../../../src/test-runner/container/engine.js';
import { fullName, isToFetch } from '../../../src/test-runner/container/image.js';
import { checkoutMark } from '../../../src/test-runner/container/sweep.js';
import { variablesOf } from '../../../src/test-runner/container/variables.js';
import { folderOf, workspaceOf } from '../../../src/test-runner/container/workspace.js';

test.each([
  ['https://git.example.org/team/demo.git', 'team/demo', 'git.example.org/team/demo'],
  ['https://user:secret@git.example.org:3000/team/demo', 'team/demo', 'git.example.org/team/demo'],
  ['git@git.example.org:team/demo.git', 'team/demo', 'git.example.org/team/demo'],
  ['ssh://git@git.example.org:22/demo', 'demo', 'git.example.org/demo'],
  ['/srv/git/demo.git', 'demo', 'demo'],
  ['', 'my team/../$(demo)', 'my-team/--demo-'],
])('the checkout of %s, called %s, lies in /woodpecker/src/%s', (cloneUrl, repository, path) => {
  expect(workspaceOf({ cloneUrl, repository })).toBe(`/woodpecker/src/${path}`);
});

test('a step’s directory is in the checkout, unless it is absolute', () => {
  const folders = [null, 'docs', './a/b', '/opt'].map((each) => folderOf('/w', each));
  expect(folders).toEqual(['/w', '/w/docs', '/w/a/b', '/opt']);
});

test.each([
  ['alpine', 'docker.io/library/alpine'],
  ['node:20-alpine', 'docker.io/library/node:20-alpine'],
  ['plugins/docker', 'docker.io/plugins/docker'],
  ['quay.io/team/tool:1', 'quay.io/team/tool:1'],
  ['localhost/mine', 'localhost/mine'],
  ['registry:5000/mine', 'registry:5000/mine'],
])('%s is %s in full', (image, full) => expect(fullName(image)).toBe(full));

test.each([
  ['what is not there', 'a:1', 'default', false, true],
  ['latest, although it is there', 'a', 'default', true, true],
  ['latest by name', 'host:5000/a:latest', 'default', true, true],
  ['no other that is there', 'host:5000/a:1', 'default', true, false],
  ['none whose content is named', 'a@sha256:0', 'default', true, false],
  ['none that was only ever built here', 'localhost/a', 'default', true, false],
  ['always', 'a:1', 'always', true, true],
  ['latest only once, if asked so', 'a', 'if-not-exists', true, false],
  ['never', 'a', 'never', false, false],
] as const)('fetched is %s', (_what, image, pull, isThere, expected) => {
  expect(isToFetch(image, pull, isThere)).toBe(expected);
});

describe('variables', () => {
  test('go by a file, by their names where a line cannot hold them, or not at all', () => {
    const long = 'x'.repeat(20_000);
    const given = { A: ' 1 #=', B: 'two\nlines', C: long, PATH: '/bin', 'D.e-f': '', 'G*': 'no' };
    expect(variablesOf(given)).toEqual({
      file: 'A= 1 #=\nPATH=/bin\nD.e-f=\n',
      byName: { B: 'two\nlines', C: long },
      refused: ['G*'],
    });
  });

  test('that would steer the engine’s own client are never in its environment', () => {
    const names = [
      'LD_PRELOAD',
      'DOCKER_HOST',
      'CONTAINERS_CONF',
      'HOME',
      'https_proxy',
      'GODEBUG',
    ];
    const { byName, refused } = variablesOf(Object.fromEntries(names.map((name) => [name, '\n'])));
    expect([byName, refused]).toEqual([{}, names]);
  });
});

const container: Container = {
  name: 'trivet-0badcafe-1-2',
  labels: ['trivet.run=0badcafe-1'],
  image: 'docker.io/library/alpine',
  program: { entrypoint: '/bin/sh', args: ['-c', 'true'], folder: '/w', environment: {} },
  mounts: [
    { source: '/var/a', target: '/w', isReadOnly: false },
    { source: '/odd, "path"', target: '/o', isReadOnly: true },
  ],
  network: ['--network', 'none'],
  wishes: { user: null, dns: [], extraHosts: [], tmpfs: [] },
  variables: ['B'],
  limits: { memory: '4g', cpus: 0.5, pids: 4_096, openFiles: '1024:20000' },
};

const podman = { name: 'podman', runtime: null } as const;
const docker = { name: 'docker', runtime: null } as const;

describe('a container', () => {
  test('is made with limits, few rights, and what it is told', () => {
    expect(creating(docker, container).join(' ')).toBe(
      'create --name trivet-0badcafe-1-2 --pull=never --label trivet.run=0badcafe-1 ' +
        '--log-driver none --security-opt no-new-privileges --cap-drop ALL ' +
        '--cap-add CHOWN --cap-add DAC_OVERRIDE --cap-add FOWNER --cap-add FSETID --cap-add KILL ' +
        '--cap-add NET_BIND_SERVICE --cap-add SETGID --cap-add SETUID --cap-add SYS_CHROOT ' +
        '--memory 4g --memory-swap 4g --cpus 0.5 --pids-limit 4096 --oom-score-adj 500 ' +
        '--ulimit nofile=1024:20000 --ulimit nproc=4096:4096 --network none ' +
        '--mount type=bind,source=/var/a,target=/w ' +
        '--mount type=bind,"source=/odd, ""path""",target=/o,readonly ' +
        '--env-file /dev/stdin --env B --workdir /w --entrypoint /bin/sh ' +
        'docker.io/library/alpine -c true',
    );
  });

  test('may be somebody else, know further names, and have folders in memory', () => {
    const wishes = {
      ...{ user: '1000:1000', dns: ['9.9.9.9'], extraHosts: ['db:10.0.0.7'], tmpfs: ['/scratch'] },
    };
    expect(creating(podman, { ...container, wishes }).join(' ')).toContain(
      ' --user 1000:1000 --dns 9.9.9.9 --add-host db:10.0.0.7 --tmpfs /scratch ',
    );
  });

  test('of an image’s own program has neither entrypoint nor arguments', () => {
    const program = { entrypoint: null, args: [], folder: null, environment: {} };
    const args = creating(podman, { ...container, program });
    expect(args).not.toContain('--entrypoint');
    expect(args).not.toContain('--workdir');
    expect(args.at(-1)).toBe(container.image);
  });

  test('podman takes an entrypoint as a list, and a runtime before all', () => {
    expect(creating(podman, container)).toContain('["/bin/sh"]');
    const by = { ...podman, runtime: 'runc', environment: {}, folder: '/' };
    expect(globalFlags(by)).toEqual(['--log-level', 'error', '--runtime', 'runc']);
    expect(creating(by, container)).not.toContain('--runtime');
    expect(creating({ ...docker, runtime: 'runsc' }, container)).toContain('--runtime');
  });

  test('goes with its own volumes, at once', () => {
    expect(removing('docker', 'a', 'b').join(' ')).toBe('rm --force --volumes a b');
    expect(removing('podman', 'a').join(' ')).toBe('rm --force --volumes --time 0 --ignore a');
  });
});

test('a network without anything beyond it is an internal one', () => {
  expect(makingNetwork('n', ['a=b'], true).join(' ')).toBe(
    'network create --internal --label a=b n',
  );
});

test('what belongs to one checkout is told from what belongs to another', () => {
  const [one, other] = ['/var/tmp/a/1', '/var/tmp/a/2'].map(checkoutMark);
  expect(one).toMatch(/^trivet\.runner=[0-9a-f]{16}$/);
  expect(other).not.toBe(one);
});
