/**
 * How each kind of target is told: what crosses the wire to it, and what its answers mean.
 */

import { createHmac } from 'node:crypto';
import { describe, expect, test } from 'vitest';
import type { Judgement, Status } from '../../src/notices/message.js';
import { Secret } from '../../src/notices/secret.js';
import { senderOf } from '../../src/notices/senders/send.js';
import type { Forge, Mail, Target, Webhook } from '../../src/notices/target.js';
import { commit } from '../support/commits.js';
import { handClock } from '../support/hand-clock.js';
import { standInHttp } from '../support/stand-in-http.js';
import { standInSmtp } from '../support/stand-in-smtp.js';

const c = commit(0xc0ffee);
const clock = handClock();
const sends = senderOf(clock, (of) => `http://ci:8888/commits/${of}`);
const send = (target: Target, message: Judgement | Status) =>
  sends(target, message, new AbortController().signal);

const any = { key: 'k', name: 'it', repositories: '*' };
const token = new Secret('top-secret');
const forge = (to: Forge['to'], url: string): Forge => ({
  ...any,
  to,
  url,
  project: 'ada/shop',
  token,
});

const status: Status = {
  kind: 'status',
  commit: c,
  job: 'default',
  state: 'running',
  says: 'runs',
};

const judgement: Judgement = {
  ...{ kind: 'judgement', id: `msg_7_0_${c}`, atMs: 1_700_000_000_000, repository: 'shop' },
  ...{ branch: 'main', commit: c, author: 'Ada', subject: 'Break it', verdict: 'failed' },
  before: 'passed',
  jobs: [{ name: 'default', verdict: 'failed', says: 'failed after 2.0 s', durationMs: 2_000 }],
  failing: [{ job: 'default', test: 'sums > adds', message: '2 is not 3' }],
};

describe('the status of a commit', () => {
  test('is told to GitHub as it wants it, one context a job', async () => {
    const github = await standInHttp();
    const target = forge('github', github.url);
    expect(await send(target, status)).toEqual({ kind: 'taken' });
    await send(target, { ...status, job: 'lint', state: 'passed', says: 'x'.repeat(200) });
    const [first, second] = github.told;
    expect(first?.path).toBe(`/repos/ada/shop/statuses/${c}`);
    expect(first?.headers).toMatchObject({
      ...{ authorization: 'Bearer top-secret', 'x-github-api-version': '2022-11-28' },
      ...{ accept: 'application/vnd.github+json', 'content-type': 'application/json' },
    });
    const link = { target_url: `http://ci:8888/commits/${c}` };
    expect(first?.body).toEqual({
      ...{ state: 'pending', context: 'trivet', description: 'runs', ...link },
    });
    expect(second?.body).toMatchObject({ state: 'success', context: 'trivet/lint' });
    expect(String(second?.body['description'])).toHaveLength(140);
  });

  test('is told to GitLab, Gitea and Forgejo in their words', async () => {
    const [lab, tea] = [await standInHttp(), await standInHttp()];
    const skipped = { ...status, state: 'skipped' as const };
    await send(forge('gitlab', lab.url), skipped);
    await send(forge('gitea', tea.url), skipped);
    await send(forge('forgejo', tea.url), skipped);
    expect(lab.told[0]).toMatchObject({
      path: `/api/v4/projects/ada%2Fshop/statuses/${c}`,
      headers: { 'private-token': 'top-secret' },
      body: { state: 'skipped', name: 'trivet', description: 'runs' },
    });
    expect(tea.told).toMatchObject([
      { path: `/api/v1/repos/ada/shop/statuses/${c}`, body: { state: 'success' } },
      { headers: { authorization: 'token top-secret' }, body: { state: 'skipped' } },
    ]);
  });

  test('that GitLab has already is taken: it refuses to be told twice that a job runs', async () => {
    const lab = await standInHttp();
    const text = '{"message":"Cannot transition status via :run from :running"}';
    lab.answers(() => ({ status: 400, text }));
    expect(await send(forge('gitlab', lab.url), status)).toEqual({ kind: 'taken' });
    expect(await send(forge('gitea', lab.url), status)).toMatchObject({ kind: 'refused' });
  });
});

describe('an answer', () => {
  test.each([
    [401, {}, 'refused'],
    [404, {}, 'refused'],
    [422, {}, 'refused'],
    [403, { 'x-ratelimit-remaining': '0', 'retry-after': '60' }, 'away'],
    [429, {}, 'away'],
    [500, {}, 'away'],
    [503, {}, 'away'],
  ])('of %d %o means that the target is, or has, %s', async (code, headers, kind) => {
    const http = await standInHttp();
    http.answers(() => ({ status: code, headers, text: 'no' }));
    const attempt = await send(forge('github', http.url), status);
    expect(attempt).toMatchObject({ kind, why: `${code}: no` });
    if ('retry-after' in headers) expect(attempt).toMatchObject({ afterMs: 60_000 });
  });

  test('that says it is taken is, however its text ends', async () => {
    const http = await standInHttp();
    for (const ends of ['silent', 'gone'] as const) {
      http.answers(() => ({ status: 201, text: '{"id":', ends }));
      expect(await send(forge('github', http.url), status)).toEqual({ kind: 'taken' });
    }
  });

  test('whose text breaks off means what its status says', async () => {
    const http = await standInHttp();
    http.answers(() => ({ status: 422, text: 'no su', ends: 'gone' }));
    expect(await send(forge('github', http.url), status)).toMatchObject({ kind: 'refused' });
  });

  test('that never comes means that it is away', async () => {
    const http = await standInHttp();
    await http.stop();
    const attempt = await send(forge('github', http.url), status);
    expect(attempt).toEqual({ kind: 'away', why: 'ECONNREFUSED' });
  });

  test('is not waited for where the token is none that could be sent', async () => {
    const http = await standInHttp();
    const odd = { ...forge('github', http.url), token: new Secret('tøken…') };
    expect(await send(odd, status)).toMatchObject({ kind: 'refused' });
    expect(http.told).toEqual([]);
  });

  test('that sends us on is followed on the same host, and a token goes to no other', async () => {
    const [github, thief] = [await standInHttp(), await standInHttp()];
    const to = (location: string) => ({ status: 307, headers: { location } });
    github.answers(({ path }) => (path.startsWith('/repos') ? to('/renamed') : { status: 201 }));
    expect(await send(forge('github', github.url), status)).toEqual({ kind: 'taken' });
    expect(github.told.map(({ path }) => path)).toEqual([expect.anything(), '/renamed']);
    github.answers(() => to(`${thief.url}/repos`));
    expect(await send(forge('github', github.url), status)).toEqual({
      ...{ kind: 'refused', why: `307: it sends us on to 127.0.0.1:${thief.port}` },
    });
    expect(thief.told).toEqual([]);
  });
});

test('a webhook is signed as Standard Webhooks has it', async () => {
  const receiver = await standInHttp();
  const key = Buffer.alloc(32, 7);
  const secret = new Secret(`whsec_${key.toString('base64')}`);
  const target: Webhook = {
    ...any,
    to: 'webhook',
    on: 'change',
    url: `${receiver.url}/ci`,
    secret,
  };
  expect(await send(target, judgement)).toEqual({ kind: 'taken' });
  const [told] = receiver.told;
  const { headers, text = '', body } = told ?? {};
  const id = headers?.['webhook-id'];
  const timestamp = headers?.['webhook-timestamp'];
  const signed = createHmac('sha256', key).update(`${id}.${timestamp}.${text}`).digest('base64');
  expect(headers?.['webhook-signature']).toBe(`v1,${signed}`);
  expect(id).toBe(judgement.id);
  expect(Number(timestamp)).toBe(Math.floor(clock.wallMs() / 1_000));
  expect(body).toMatchObject({
    type: 'commit.failed',
    timestamp: '2023-11-14T22:13:20.000Z',
    data: { commit: c, branch: 'main', before: 'passed', url: `http://ci:8888/commits/${c}` },
  });
});

describe('an e-mail', () => {
  const from = 'Trivet <ci@example.org>';
  const recipients = ['ada@example.org', 'bob@example.org'];
  const mailBy = (port: number, login: Mail['login'] = null): Mail => {
    const at = { host: '127.0.0.1', port, from, recipients, login };
    return { ...any, to: 'email', on: 'change', ...at };
  };

  test('says in its subject what became of which branch, and in its text why', async () => {
    const smtp = await standInSmtp();
    expect(await send(mailBy(smtp.port), judgement)).toEqual({ kind: 'taken' });
    const again: Judgement = {
      ...{ ...judgement, verdict: 'passed', before: 'failed' },
      ...{ subject: 'Mend it', failing: [] },
    };
    await send(mailBy(smtp.port), again);
    const [letter, second] = smtp.letters;
    expect(letter).toMatchObject({ from: 'ci@example.org', to: recipients });
    const lines = letter?.data.split('\n') ?? [];
    expect(lines).toContain('Subject: [shop] main failed: 0000000 Break it');
    expect(lines).toContain(`Message-ID: <${judgement.id}@trivet>`);
    expect(lines).toContain('Auto-Submitted: auto-generated');
    expect(lines).toContain('default: failed after 2.0 s');
    expect(letter?.data).toContain('Tests that failed:\n  sums > adds: 2 is not 3\n');
    expect(letter?.data.replaceAll('=\n', '')).toContain(`http://ci:8888/commits/${c}`);
    expect(second?.data).toContain('Subject: [shop] main passed again: 0000000 Mend it');
  });

  test('that the server will not have is refused, and one that it cannot take now is not', async () => {
    const smtp = await standInSmtp();
    smtp.says('550 no such sender');
    expect(await send(mailBy(smtp.port), judgement)).toMatchObject({ kind: 'refused' });
    smtp.says('451 come back later');
    expect(await send(mailBy(smtp.port), judgement)).toMatchObject({ kind: 'away' });
  });
});
