import { expect, test } from 'vitest';
import { Admission } from '../../src/dispatcher/shell/admission.js';
import { classicBodyBytesMax } from '../../src/protocol/limits.js';
import { commit } from '../support/commits.js';
import { handClock } from '../support/hand-clock.js';
import { silentConnection } from '../support/memory-network.js';

const megabyte = Buffer.alloc(1_024 * 1_024, 'x');

test('connections that were let in while there was room may not outgrow it together', () => {
  const given = admission();
  const peers = Array.from({ length: 20 }, given.connect);
  for (const { says } of peers) {
    says(`results:${commit(1)}:${classicBodyBytesMax}:`);
    for (let sent = 1; sent < 16; sent += 1) says(megabyte);
  }
  const turnedAway = peers.filter(({ heard }) => heard.join('').startsWith('BUSY'));
  // 17 times 15 MiB are within the bound of 256 MiB, and what was let go of is room again.
  expect(turnedAway.length).toBe(3);
  expect(given.fullSaid()).toBe(1);
  expect(given.requests).toEqual([]);

  for (const { says } of peers) says(megabyte);
  expect(given.requests.length).toBeGreaterThan(0);
  expect(turnedAway.every(({ heard }) => heard.length === 1)).toBe(true);
});

/** An admission, and connections to it that write down what they are told. */
function admission() {
  const requests: string[] = [];
  let fullSaid = 0;
  const admission = new Admission({
    clock: handClock(),
    connectionsMax: 1_000,
    replied: () => {},
    full: () => {
      fullSaid += 1;
    },
    heard: (pending, { verb }) => {
      requests.push(verb);
      pending.reply('OK');
    },
  });
  const connect = () => {
    const heard: string[] = [];
    const handle = admission.accept({
      ...silentConnection,
      write: (text) => heard.push(String(text)) > 0,
    });
    const says = (bytes: Buffer | string) => handle({ kind: 'bytes', bytes: Buffer.from(bytes) });
    return { heard, says };
  };
  return { requests, connect, fullSaid: () => fullSaid };
}
