import { createHmac } from 'node:crypto';
import { describe, expect, test } from 'vitest';
import type { ModernPeer } from '../support/modern-peers.js';
import { modernPeer } from '../support/modern-peers.js';
import { type RunningWeb, startWeb } from '../support/web.js';

const secret = 'correct-horse-battery-staple';
const whsec = `whsec_${Buffer.from(secret).toString('base64')}`;

/** What a forge sends, from another machine: no `Origin`, and the name that people have for us. */
async function hook(
  { ask }: RunningWeb,
  forge: string,
  body: string,
  headers: Readonly<Record<string, string>>,
) {
  const { status, text } = await ask(`/hooks/${forge}`, {
    method: 'POST',
    headers: { host: 'ci.example.org', 'content-type': 'application/json', ...headers },
    raw: body,
  });
  return { status, says: Object.values(JSON.parse(text))[0] };
}

function hmac(body: string, key: string | Buffer = secret, form: 'hex' | 'base64' = 'hex'): string {
  return createHmac('sha256', key).update(body).digest(form);
}

const push = JSON.stringify({ ref: 'refs/heads/main', repository: { full_name: 'team/shop' } });

const signed = {
  github: { 'x-github-event': 'push', 'x-hub-signature-256': `sha256=${hmac(push)}` },
  gitea: { 'x-gitea-event': 'push', 'x-gitea-signature': hmac(push) },
  forgejo: { 'x-forgejo-event': 'push', 'x-forgejo-signature': hmac(push) },
  gitlab: { 'x-gitlab-event': 'Push Hook', 'x-gitlab-token': secret },
} as const;

function observer(port: number, repository: string): Promise<ModernPeer> {
  return modernPeer(port, { role: 'observer', name: `eye of ${repository}`, repository });
}

describe('a webhook', () => {
  test.each(Object.entries(signed))(
    'of %s that is signed makes the observer look',
    async (forge, headers) => {
      const web = await startWeb({ hooksSecret: secret });
      const eye = await observer(web.port, 'shop');
      expect(await hook(web, forge, push, headers)).toEqual({ status: 202, says: 'Looking' });
      await eye.hears('poll');
    },
  );

  test.each(Object.entries(signed))(
    'of %s with another secret is refused',
    async (forge, headers) => {
      const web = await startWeb({ hooksSecret: 'another-secret-than-that' });
      const eye = await observer(web.port, 'shop');
      expect(await hook(web, forge, push, headers)).toMatchObject({ status: 401 });
      expect(await hook(web, forge, push, {})).toMatchObject({ status: 401 });
      expect(eye.heard.map(({ verb }) => verb)).not.toContain('poll');
    },
  );

  test('whose body was changed by a byte is refused', async () => {
    const web = await startWeb({ hooksSecret: secret });
    const { status } = await hook(web, 'github', push.replace('shop', 'shoq'), signed.github);
    expect(status).toBe(401);
  });

  test('by the standard is signed with its id and its time, which must be now', async () => {
    const web = await startWeb({ hooksSecret: whsec });
    const at = (seconds: number) => {
      const text = `msg_1.${seconds}.${push}`;
      const others = `v1,${hmac('x', 'y', 'base64')} v2,zz`;
      return {
        'x-gitlab-event': 'Push Hook',
        'webhook-id': 'msg_1',
        'webhook-timestamp': String(seconds),
        'webhook-signature': `${others} v1,${hmac(text, Buffer.from(secret), 'base64')}`,
      };
    };
    const now = Math.floor(Date.now() / 1_000);
    expect((await hook(web, 'gitlab', push, at(now))).status).toBe(202);
    expect((await hook(web, 'gitlab', push, at(now - 400))).status).toBe(401);
    expect((await hook(web, 'gitlab', push, { ...at(now), 'webhook-id': 'msg_2' })).status).toBe(
      401,
    );
  });

  test('wakes the observer of its repository; where none is called so, all of them', async () => {
    const web = await startWeb({ hooksSecret: secret });
    const [eye, other] = [await observer(web.port, 'shop'), await observer(web.port, 'lib')];
    await hook(web, 'github', push, signed.github);
    await eye.hears('poll');
    expect(other.heard.map(({ verb }) => verb)).not.toContain('poll');
    const body = JSON.stringify({ repository: { full_name: 'team/unheard-of' } });
    const headers = { ...signed.github, 'x-hub-signature-256': `sha256=${hmac(body)}` };
    await hook(web, 'github', body, headers);
    await other.hears('poll');
  });

  test('that is a ping is answered, and one that brings no commit wakes nobody', async () => {
    const web = await startWeb({ hooksSecret: secret });
    const ping = { ...signed.github, 'x-github-event': 'ping' };
    expect(await hook(web, 'github', push, ping)).toEqual({ status: 200, says: 'pong' });
    const star = { ...signed.github, 'x-github-event': 'star' };
    expect(await hook(web, 'github', push, star)).toMatchObject({ status: 200 });
  });

  test('may be a form, or longer than what is kept of it', async () => {
    const web = await startWeb({ hooksSecret: secret });
    const eye = await observer(web.port, 'lib');
    const form = `payload=${encodeURIComponent(push)}`;
    const long = JSON.stringify({ commits: 'x'.repeat(3_000_000) });
    for (const [type, body] of [
      ['application/x-www-form-urlencoded', form],
      ['application/json', long],
    ] as const) {
      const given = { 'content-type': type, 'x-hub-signature-256': `sha256=${hmac(body)}` };
      const { status } = await hook(web, 'github', body, { ...signed.github, ...given });
      expect(status, type).toBe(202);
      await eye.hears('poll');
    }
  });

  test('a hundred in a second are two looks', async () => {
    const web = await startWeb({ hooksSecret: secret });
    const eye = await observer(web.port, 'shop');
    for (let index = 0; index < 100; index += 1) await hook(web, 'github', push, signed.github);
    await eye.hears('poll');
    await eye.hears('poll');
    expect(eye.heard.filter(({ verb }) => verb === 'poll').length).toBeLessThan(10);
  });

  test('without a secret of the dispatcher’s is told what to do, and opens nothing else', async () => {
    const web = await startWeb();
    const { status, says } = await hook(web, 'github', push, signed.github);
    expect(status).toBe(403);
    expect(says).toContain('--hooks-secret-file');
    const headers = { host: 'evil.example', 'content-type': 'application/json' };
    for (const path of ['/hooks/../api/pause', '/hooks/%2e%2e/api/pause', '//hooks/github']) {
      const { status } = await web.ask(path, { headers, body: { what: 'all' } });
      expect([404, 421], path).toContain(status);
    }
  });
});
