/**
 * TLS between real processes' parts: the dispatcher's port, the link of runner and observer,
 * one-shot requests, and whoever does not belong there.
 */

import { execFileSync } from 'node:child_process';
import { copyFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import * as net from 'node:net';
import { dirname, join } from 'node:path';
import * as tls from 'node:tls';
import { describe, expect, onTestFinished, test } from 'vitest';
import { tlsWanted } from '../../src/dispatcher/shell/auth.js';
import { openLink } from '../../src/link/link.js';
import type { LinkEvent } from '../../src/link/link-event.js';
import { realClock } from '../../src/world/clock.js';
import {
  type CredentialFiles,
  clientCredentials,
  Renewing,
  readCredentials,
} from '../../src/world/credentials.js';
import { hostsNamed, nobody } from '../../src/world/hosts.js';
import { httpsWanted } from '../../src/world/http-first.js';
import { networkOver } from '../../src/world/network.js';
import type { Told } from '../../src/world/story.js';
import { acceptingTls, clientNetwork } from '../../src/world/tls.js';
import { type Certificate, expired, makeCertificates } from '../support/certificates.js';
import { allOf, tell, type } from '../support/classic-peers.js';
import { commit } from '../support/commits.js';
import { launchDispatcher, spawnDispatcher, startDispatcher } from '../support/dispatchers.js';
import { eventually } from '../support/eventually.js';
import { temporaryFolder } from '../support/git.js';
import { closed, crowd } from '../support/sieges.js';

const c = commit(0xc0ffee);

describe('a port that speaks TLS', () => {
  test('serves sessions and requests of clients that trust it', async () => {
    const { files, port } = await secured();
    const events = link(port, { ca: files.ca.cert });
    await eventually('a session', () => events.find(({ kind }) => kind === 'session'));
    expect(await typeTls(port, files.ca, 'status')).toMatch(/^0 runners, 1 observer/);
  });

  test('a large reply arrives whole', async () => {
    const { files, port } = await secured();
    const requests = Array.from({ length: 3 }, () => typeTls(port, files.ca, 'help'));
    for (const help of await Promise.all(requests)) expect(help).toMatch(/^Trivet.*rest\.\n$/s);
  });

  test('is not trusted by a client that knows another authority', async () => {
    const { files, port } = await secured();
    const events = link(port, { ca: files.stranger.cert });
    const away = await eventually('a reason', () => events.find(({ kind }) => kind === 'away'));
    expect(away).toMatchObject({ reason: expect.stringMatching(/--tls-ca does not vouch for/) });
    expect(events.some(({ kind }) => kind === 'session')).toBe(false);
  });

  test('tells a plain peer to speak TLS and nothing else, whatever it says, and closes', async () => {
    const { port } = await secured();
    for (const line of ['status', `dispatch:${c}`, '\u0015\u0003\u0001']) {
      expect(await tell(port, `${line}\n`)).toBe(tlsWanted.toString());
    }
  });

  test('a browser that came without TLS is told how the address begins', async () => {
    const { port } = await secured();
    expect(await tell(port, 'GET / HTTP/1.1\n')).toBe(httpsWanted);
  });

  test('a client without --tls-ca hears what it lacks', async () => {
    const { port } = await secured();
    const events = link(port, {});
    const away = await eventually('a reason', () => events.find(({ kind }) => kind === 'away'));
    expect(away).toMatchObject({ reason: expect.stringMatching(/^refuses us: .*--tls-ca/) });
  });

  test('lets classic peers of the named hosts in as they are', async () => {
    const { port } = await secured({ plain: ['127.0.0.1'] });
    expect(await tell(port, 'status')).toBe('OK');
    expect(await tell(port, `dispatch:${c}\n`)).toBe('OK');
  });

  test('can demand certificates of its clients', async () => {
    const { files, port, refusals } = await secured({ demanding: true });
    const without = link(port, { ca: files.ca.cert });
    await eventually('no session', () => without.find(({ kind }) => kind === 'away'));
    expect(refusals).toEqual([expect.stringMatching(/handshake failed .*certificate/)]);
    expect(without.some(({ kind }) => kind === 'session')).toBe(false);
    const { cert, key } = files.client;
    const with_ = link(port, { ca: files.ca.cert, cert, key });
    await eventually('a session', () => with_.find(({ kind }) => kind === 'session'));
    const stranger = link(port, {
      ca: files.ca.cert,
      cert: files.stranger.cert,
      key: files.stranger.key,
    });
    await eventually('no session', () => stranger.find(({ kind }) => kind === 'away'));
    expect(stranger.some(({ kind }) => kind === 'session')).toBe(false);
  });

  test('a client that speaks TLS to a plain port says so', async () => {
    const files = makeCertificates();
    const { port } = await startDispatcher();
    const events = link(port, { ca: files.ca.cert });
    const away = await eventually('a reason', () => events.find(({ kind }) => kind === 'away'));
    expect(away).toMatchObject({ reason: 'does not speak TLS' });
  });

  test('a handshake that is begun and left is closed, and honest peers are served', async () => {
    const { files, port } = await secured();
    const half = net.connect({ port, host: '127.0.0.1' }, () => half.write('\u0016\u0003\u0001'));
    const silent = net.connect({ port, host: '127.0.0.1' });
    const closed = [half, silent].map((socket) => {
      socket.on('error', () => {});
      return new Promise((resolve) => socket.on('close', resolve));
    });
    expect(await typeTls(port, files.ca, 'status')).toMatch(/^0 runners/);
    await Promise.all(closed);
  });
});

test('a crowd that never shakes hands leaves descriptors for the disk, and goes', async () => {
  const { ca, server } = makeCertificates();
  const flags = ['--tls-cert', server.cert, '--tls-key', server.key];
  // Node reads more than a hundred modules at once when it starts.
  const { port } = await spawnDispatcher(temporaryFolder(), { flags, descriptors: 256 });
  const sockets = await crowd(port, 600);
  await closed(sockets);
  expect(await typeTls(port, ca, `dispatch:${c}`)).toBe('OK');
});

test('the process speaks it, and the token still counts', async () => {
  const folder = temporaryFolder();
  const { ca, server } = makeCertificates();
  const file = join(folder, 'token');
  writeFileSync(file, 'correct-horse-battery');
  const flags = ['--tls-cert', server.cert, '--tls-key', server.key, '--token-file', file];
  const { port } = await spawnDispatcher(folder, { flags });
  expect(await typeTls(port, ca, 'status')).toMatch(/^Refused/);
  expect(await typeTls(port, ca, 'token:correct-horse-battery\nstatus')).toMatch(/^0 runners/);
  expect(await type(port, 'status').catch(() => '')).toBe(tlsWanted.toString());
});

describe('files that do not fit are refused with a sentence', () => {
  const files = () => makeCertificates();
  const none = { ca: undefined, cert: undefined, key: undefined };
  test.each<[string, (made: ReturnType<typeof files>) => CredentialFiles, string]>([
    ['a certificate without its key', ({ server: { cert } }) => ({ ...none, cert }), 'both'],
    [
      "another certificate's key",
      ({ server: { cert }, client: { key } }) => ({ ...none, cert, key }),
      'does not hold the key',
    ],
    [
      'a key where a certificate belongs',
      ({ server: { key } }) => ({ ...none, ca: key }),
      'holds no certificate',
    ],
    ['a file that is not there', () => ({ ...none, ca: '/nonexistent' }), 'Cannot read'],
  ])('%s', (_what, choose, says) => {
    expect(() => readCredentials(choose(files()))).toThrow(says);
  });

  test('a client certificate alone does not say whom to trust', () => {
    expect(() => clientCredentials({ 'tls-cert': 'a', 'tls-key': 'b' })).toThrow('--tls-ca');
  });

  test('by the process with exit code 2', async () => {
    const flags = ['--tls-client-ca', '/nonexistent'];
    const { code, stderr } = await launchDispatcher(temporaryFolder(), ...flags).exit;
    expect([code, stderr]).toEqual([2, expect.stringContaining('needs --tls-cert')]);
  });
});

describe('a certificate is renewed while the port is open', () => {
  test('whoever comes next is shown the new one, and sessions go on', async () => {
    const { files, port } = await secured();
    const events = link(port, { ca: files.ca.cert });
    await eventually('it is in', () => events.find(({ kind }) => kind === 'session'));
    const before = await shown(port);
    const next = makeCertificates();
    renameSync(next.server.cert, files.server.cert);
    renameSync(next.server.key, files.server.key);
    expect(await shown(port)).not.toBe(before);
    expect(events.filter(({ kind }) => kind === 'away')).toEqual([]);
  });

  test('a client dials next by the new authority that its file holds', async () => {
    const { files, port } = await secured();
    const trust = join(temporaryFolder(), 'trust.pem');
    copyFileSync(makeCertificates().ca.cert, trust);
    const events = link(port, { ca: trust });
    await eventually('it is not in', () => events.find(({ kind }) => kind === 'away'));
    renameSync(files.ca.cert, trust);
    await eventually('it is in', () => events.find(({ kind }) => kind === 'session'));
  });

  test('one that cannot be used is not taken, and that is said', () => {
    const { server, stranger } = makeCertificates();
    const credentials = new Renewing({ ca: undefined, ...server });
    const told: Told[] = [];
    credentials.tellBy((line) => told.push(line));
    const former = credentials.current();
    // As between the two steps of a renewal: the certificate is there, its key is not.
    renameSync(stranger.cert, server.cert);
    expect(credentials.current()).toBe(former);
    expect(told).toMatchObject([{ event: 'credentials-not-renewed' }]);
    renameSync(stranger.key, server.key);
    expect(credentials.current()).not.toBe(former);
    expect(told).toMatchObject([{}, { event: 'credentials-renewed' }]);
  });

  test('a folder that cannot be looked into costs nobody the certificate that was in it', () => {
    const { server } = makeCertificates();
    const folder = dirname(server.key);
    const credentials = new Renewing({ ca: undefined, ...server });
    const told: Told[] = [];
    credentials.tellBy((line) => told.push(line));
    const former = credentials.current();
    renameSync(folder, `${folder}-away`);
    writeFileSync(folder, 'a file in the place of a folder');
    for (const _ of [1, 2]) expect(credentials.current()).toBe(former);
    expect(told).toEqual([
      {
        event: 'credentials-not-renewed',
        level: 'error',
        msg: expect.stringContaining('the former certificates stay in use: Cannot read'),
      },
    ]);
    rmSync(folder);
    renameSync(`${folder}-away`, folder);
    credentials.current();
    expect(told).toMatchObject([{}, { event: 'credentials-renewed' }]);
  });

  test('a pipe in the place of a certificate is not waited for', () => {
    const { server } = makeCertificates();
    const credentials = new Renewing({ ca: undefined, ...server });
    const former = credentials.current();
    rmSync(server.cert);
    execFileSync('mkfifo', [server.cert]);
    expect(credentials.current()).toBe(former);
  });

  test('one that has expired is warned of with the time, for the clock may be wrong', () => {
    const { ca } = makeCertificates();
    const told: Told[] = [];
    new Renewing({ ca: expired(ca).cert, cert: undefined, key: undefined }).tellBy((line) =>
      told.push(line),
    );
    expect(told[0]?.msg).toMatch(/expired on .*this machine's clock says .*set the clock/);
  });
});

/** The fingerprint of the certificate that the port shows. */
function shown(port: number): Promise<string> {
  return new Promise((resolve, reject) => {
    const socket = tls.connect({ port, host: '127.0.0.1', rejectUnauthorized: false }, () => {
      resolve(socket.getPeerCertificate().fingerprint256);
      socket.destroy();
    });
    socket.on('error', reject);
  });
}

async function secured({ plain = [] as string[], demanding = false } = {}) {
  const files = makeCertificates();
  const ca = demanding ? files.ca.cert : undefined;
  const credentials = new Renewing({ ...files.server, ca });
  const mayBePlain = plain.length === 0 ? nobody : await hostsNamed(plain);
  const refusals: string[] = [];
  const turnedAway = (_host: string, why: string) => refusals.push(why);
  const welcoming = { mayBePlain, farewell: tlsWanted, turnedAway };
  const network = networkOver({ accepting: acceptingTls(credentials.current, welcoming) });
  return { files, refusals, ...(await startDispatcher({ network })) };
}

/** An observer's link; what it hears. */
function link(port: number, files: Partial<CredentialFiles>): LinkEvent[] {
  const { ca, cert, key } = files;
  const network = clientNetwork(ca === undefined ? null : new Renewing({ ca, cert, key }).current);
  const events: LinkEvent[] = [];
  const opened = openLink(
    { clock: realClock, network },
    {
      address: { host: '127.0.0.1', port },
      hello: () => ({
        role: 'observer',
        name: 'ada',
        version: 'test',
        repository: 'demo',
        labels: [],
        capacity: 1,
        knows: [],
        runs: [],
      }),
      handle: (event) => events.push(event),
    },
  );
  onTestFinished(() => opened.close());
  return events;
}

function typeTls(port: number, ca: Certificate, line: string): Promise<string> {
  const credentials = readCredentials({ ca: ca.cert, cert: undefined, key: undefined });
  const socket = tls.connect({ port, host: '127.0.0.1', ...credentials }, () => {
    socket.write(`${line}\n`);
  });
  return allOf(socket);
}
