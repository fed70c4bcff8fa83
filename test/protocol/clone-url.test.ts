import { expect, test } from 'vitest';
import { isCloneUrl } from '../../src/protocol/clone-url.js';
import { handover } from '../../src/protocol/job-bodies.js';

test.each([
  'https://git.example.org/team/demo.git',
  'http://git.example.org:8080/demo',
  'ssh://git@git.example.org:2222/team/demo.git',
  'git://git.example.org/demo.git',
  'git@git.example.org:team/demo.git',
  'git.example.org:/srv/git/demo.git',
  'file:///srv/git/demo.git',
  '/srv/git/our demo.git',
])('a repository can be cloned from %s', (text) => {
  expect(isCloneUrl(text)).toBe(true);
});

test.each([
  '',
  'demo',
  '../demo',
  '--upload-pack=touch x',
  '-oProxyCommand=touch x:demo',
  'ext::sh -c touch% x',
  'ext:://sh',
  'weird://host/demo',
  'ssh://-oProxyCommand=touch x/demo',
  'ssh://git@-oProxyCommand=x/demo',
  'host:--upload-pack=x',
  'file://host/demo',
  '/srv/git/demo\nhttps://elsewhere',
  `/${'x'.repeat(2_000)}`,
])('%j is given to no git', (text) => {
  expect(isCloneUrl(text)).toBe(false);
});

test('a commit is handed over all the same, without it', () => {
  expect(handover.parse({ branch: 'main', cloneUrl: '--upload-pack=x' })).toMatchObject({
    branch: 'main',
    cloneUrl: undefined,
  });
});
