import { chmodSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { TargetsFile } from '../../src/notices/targets-file.js';
import type { Told } from '../../src/world/story.js';
import { launchDispatcher } from '../support/dispatchers.js';
import { temporaryFolder } from '../support/git.js';

const key = `whsec_${Buffer.alloc(32, 7).toString('base64')}`;

/** A folder with secrets, and the file that names them. */
function fileWith(targets: unknown): string {
  const folder = temporaryFolder();
  for (const [name, text] of Object.entries({ token: 'top-secret', key, weak: 'whsec_AAAA' })) {
    writeFileSync(join(folder, name), `${text}\n`, { mode: 0o600 });
  }
  writeFileSync(join(folder, 'two-lines'), 'one\ntwo\n');
  const path = join(folder, 'notify.json');
  writeFileSync(path, typeof targets === 'string' ? targets : JSON.stringify(targets));
  return path;
}

const read = (targets: unknown, environment = {}) =>
  new TargetsFile(fileWith(targets), environment).read();

const github = { to: 'github', project: 'ada/shop', tokenFile: 'token' };
const mail = { to: 'email', host: 'mail', from: 'ci@example.org', recipients: ['a@example.org'] };

describe('the file that says who is told', () => {
  test('names forges, webhooks, people and collectors, with their secrets in files beside it', () => {
    const found = read([
      { ...github, repository: 'shop' },
      { to: 'gitea', url: 'https://git.example.org/', project: 'ada/shop', tokenFile: 'token' },
      { to: 'webhook', url: 'https://hooks.example.org/x/y', secretFile: 'key' },
      { ...mail, on: 'always' },
      { to: 'otlp', endpoint: 'http://localhost:4318' },
    ]);
    expect(found?.targets.map(({ name }) => name)).toEqual([
      ...['github ada/shop', 'gitea ada/shop', 'webhook at hooks.example.org', 'e-mail by mail'],
      'OpenTelemetry at localhost:4318',
    ]);
    expect(found?.targets).toMatchObject([
      { repositories: 'shop', url: 'https://api.github.com' },
      { repositories: '*', url: 'https://git.example.org' },
      { on: 'change' },
      { on: 'always', port: 587, login: null },
      {},
    ]);
    expect(JSON.stringify(found)).not.toContain('top-secret');
  });

  test.each([
    ['{', 'is to hold a list in JSON'],
    [{ to: 'github' }, 'is to hold a list in JSON'],
    [[7], 'target 1 is to say what it is: "to" is one of github, gitlab'],
    [[{ to: 'githup' }], 'target 1 is to tell "githup", which is not known: did you mean github?'],
    [[github, { ...github, tokenfile: 'x' }], 'target 2 (github) has "tokenfile"'],
    [[{ ...github, tokenfile: 'x' }], 'no setting of it: did you mean tokenFile?'],
    [
      [{ ...github, on: 'always' }],
      'has "on", which is no setting of it: there are to, repository',
    ],
    [[{ to: 'github', project: 'ada/shop' }], '(github) lacks "tokenFile"'],
    [[{ ...github, project: 'shop' }], 'has a wrong "project": expected is owner/name'],
    [[{ ...github, url: 'https://me:pw@x.org' }], 'has a wrong "url": expected is a URL'],
    [[{ ...github, tokenFile: 'none' }], 'target 1 (github): Cannot read the secret in'],
    [[{ ...github, tokenFile: 'two-lines' }], 'is to hold one secret, in one line'],
    [[github, github], 'target 2 (github): it is the same as target 1'],
    [[{ to: 'webhook', url: 'http://x', secretFile: 'weak' }], 'is to hold whsec_ and 24 to 64'],
    [[{ ...mail, recipients: [] }], 'has a wrong "recipients"'],
    [[{ ...mail, recipients: ['ada'] }], 'has a wrong "recipients.0": expected is an address'],
    [[{ ...mail, user: 'ci' }], '"user" and "passwordFile" belong together'],
    [[{ to: 'otlp' }], 'lacks "endpoint", and OTEL_EXPORTER_OTLP_ENDPOINT is not set'],
  ])('%j: says where what is wrong', (targets, says) => {
    expect(() => read(targets)).toThrow(says);
  });

  test('that is wrong keeps the dispatcher from starting, with exit code 2', async () => {
    const path = fileWith([{ ...github, tokenfile: 'x' }]);
    const { exit } = launchDispatcher(temporaryFolder(), '--port', '0', '--notify', path);
    const { code, stderr } = await exit;
    expect(code).toBe(2);
    expect(stderr).toBe(
      `${path}: target 1 (github) has "tokenfile", which is no setting of it: did you mean tokenFile?\nTry --help.\n`,
    );
  });

  test('that is wrong when it is read anew changes nothing, and that is told', () => {
    const path = fileWith([github]);
    const file = new TargetsFile(path, {});
    writeFileSync(path, JSON.stringify([{ ...github, to: 'gitlap' }]));
    const told: Told[] = [];
    file.reread(
      (one) => told.push(one),
      () => expect.unreachable(),
    );
    expect(told[0]?.msg).toContain('did you mean gitlab? The former targets are told as before.');
  });

  test('warns of a secret that others on the machine may read', () => {
    const path = fileWith([github]);
    const token = join(path, '../token');
    chmodSync(token, 0o644);
    expect(new TargetsFile(path, {}).read()?.exposed).toEqual([token]);
  });
});

test("OpenTelemetry's own variables name a collector, even without a file", () => {
  const environment = {
    OTEL_EXPORTER_OTLP_ENDPOINT: 'https://traces.example.org/',
    OTEL_EXPORTER_OTLP_HEADERS: 'Authorization=Bearer%20abc, x-tenant=shop',
  };
  const [target] = new TargetsFile(null, environment).read()?.targets ?? [];
  if (target?.to !== 'otlp') throw new Error('no collector');
  expect(target.endpoint).toBe('https://traces.example.org');
  const headers = Object.entries(target.headers).map(([name, value]) => [name, value.reveal()]);
  expect(headers).toEqual([
    ['authorization', 'Bearer abc'],
    ['x-tenant', 'shop'],
  ]);
  expect(new TargetsFile(null, {}).read()).toBeNull();
});
