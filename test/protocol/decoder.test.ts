import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { requestDecoder, sessionDecoder } from '../../src/protocol/decoder.js';
import { encodeRequest, encodeSession } from '../../src/protocol/encoder.js';
import { runId } from '../../src/protocol/ids.js';
import type { Request, SessionMessage } from '../../src/protocol/messages.js';
import { anyRequest, anySessionMessage } from '../support/arbitrary-messages.js';
import { commit, fullIds } from '../support/commits.js';
import { said } from '../support/heard.js';

const c = commit(0xc0ffee);
const long = commit(0xc0ffee, 64);
const run = runId('0badcafe', 17);

describe('what a classic peer says, without any terminator, until it falls silent', () => {
  test.each([
    ['status', { verb: 'status' }],
    ['ping', { verb: 'ping' }],
    [`dispatch:${c}\n`, { verb: 'dispatch', commit: c }],
    [`dispatch:${c}`, { verb: 'dispatch', commit: c }],
    [`dispatch:${c.toUpperCase()}`, { verb: 'dispatch', commit: c }],
    [`runtest:${c}`, { verb: 'runtest', commit: c }],
    ['register:localhost:8900', { verb: 'register', host: 'localhost', port: 8900 }],
    [`results:${c}:5:hello`, { verb: 'results', commit: c, body: 'hello' }],
    [`results:${c}:0:`, { verb: 'results', commit: c, body: '' }],
    [`result:${c}:2:éé`, { verb: 'result', commit: c, body: 'éé' }],
    [`result:${c}:0:`, { verb: 'result', commit: c, body: '' }],
  ])('%j', (text, message) => {
    expect(said('quiet', text)).toEqual(message);
    expect(said('end', text)).toEqual(message);
  });
});

describe('what a person types, ended by Enter', () => {
  test.each([
    ['help\n', { verb: 'help' }],
    ['status\r\n', { verb: 'status' }],
    ['\n\n status\n', 'Invalid command: " status" is not a verb; type help'],
    ['\r\n\nstatus\n', { verb: 'status' }],
    ['status  \n', { verb: 'status' }],
    [`verdict:${c}\n`, { verb: 'verdict', commit: c, job: null }],
    [`why:${long}\n`, { verb: 'why', commit: long, job: null }],
    ['wire\n', { verb: 'wire', after: null }],
    ['wire:17\n', { verb: 'wire', after: 17 }],
    [`log:${c}\n`, { verb: 'log', commit: c, job: null, run: null }],
    [`log:${c}:lint:2\n`, { verb: 'log', commit: c, job: 'lint', run: 2 }],
    [`log:${c}::2\n`, { verb: 'log', commit: c, job: null, run: 2 }],
    [
      `log:${c}:lint:0\n`,
      'Invalid command: it is written log:<commit>[:<job>[:<run>]]; a commit is its id, or at least 4 digits of it',
    ],
    ['poll\n', { verb: 'poll' }],
    [`cancel:${c}\n`, { verb: 'cancel', jobs: c }],
    ['cancel:fix/1\n', { verb: 'cancel', jobs: 'fix/1' }],
    ['cancel:demo:ümlaut\n', { verb: 'cancel', jobs: 'demo:ümlaut' }],
    [`rerun:${c}\r\n`, { verb: 'rerun', commit: c, job: null }],
    ['STATUS\n', 'Invalid command: "STATUS" is not a verb; type help'],
    ['GET / HTTP/1.1\r\n', 'Invalid command: "GET / HTTP/1.1" is not a verb; type help'],
    ['\u001b[2Jboo\n', 'Invalid command: "?[2Jboo" is not a verb; type help'],
    ['constructor\n', 'Invalid command: "constructor" is not a verb; type help'],
    ['__proto__:x\n', 'Invalid command: "__proto__" is not a verb; type help'],
    [':x\n', 'Invalid command: "" is not a verb; type help'],
    [`${'x'.repeat(15)}\n`, `Invalid command: "${'x'.repeat(15)}" is not a verb; type help`],
    ['correct-horse-battery\n', 'Invalid command: that is not a verb; type help'],
    ['token correct-horse\n', 'Invalid command: that is not a verb; type help'],
    ['status:\n', 'Invalid command: it is written status'],
    [`log:${c.slice(0, 7)}\n`, { verb: 'log', commit: c.slice(0, 7), job: null, run: null }],
    [`dispatch:${c.slice(0, 7)}\n`, `Invalid command: it is written dispatch:<commit>${fullIds}`],
    [
      `log:${c.slice(0, 3)}\n`,
      'Invalid command: it is written log:<commit>[:<job>[:<run>]]; a commit is its id, or at least 4 digits of it',
    ],
  ])('%j', (text, heard) => {
    expect(said('end', text)).toEqual(heard);
  });

  test('a newline is reported, for people get sentences where a classic peer gets OK', () => {
    const typed = requestDecoder().first(Buffer.from('status\n'));
    expect(typed).toMatchObject({ kind: 'message', terminated: true });
    const classic = requestDecoder();
    expect(classic.first(Buffer.from('status'))).toBeNull();
    expect(classic.quiet()).toMatchObject({ kind: 'message', terminated: false });
  });
});

describe('how a peer of our own opens and holds a session', () => {
  const hello = { role: 'runner', name: 'r1' };
  const json = JSON.stringify(hello);

  test('hello carries JSON, whose defaults are filled in and whose unknown keys are dropped', () => {
    const text = JSON.stringify({ ...hello, from: 'the future' });
    expect(said('quiet', `hello:${text.length}:${text}\n`)).toEqual({
      verb: 'hello',
      body: {
        ...hello,
        version: 'unknown',
        repository: null,
        knows: [],
        labels: [],
        capacity: 1,
        runs: [],
      },
    });
  });

  test('what came behind a hello belongs to the session', () => {
    const decoder = requestDecoder();
    decoder.first(Buffer.from(`hello:${json.length}:${json}\nping\nlog:${run}:0:2:hi\n`));
    const [ping, log] = sessionDecoder().push(decoder.rest());
    expect([ping, log]).toMatchObject([
      { message: { verb: 'ping' } },
      { message: { verb: 'log', log: run, offset: 0, body: Buffer.from('hi') } },
    ]);
  });

  test.each([
    ['hello:2:{}\n', 'Invalid command: hello: role:'],
    ['hello:3:no!\n', 'Invalid command: hello: body: not JSON'],
    ['hello:4:null\n', 'Invalid command: hello: body:'],
    [`hello:${json.length + 2}:${json}, \n`, 'Invalid command: hello: body: not JSON'],
  ])('%j is answered with what is wrong', (text, says) => {
    expect(said('quiet', text)).toContain(says);
  });

  test.each([
    [{ run, commit: 'HEAD' }, 'runs.0.commit: not a full commit id'],
    [{ run: '../../x', commit: c }, 'runs.0.run: not a run id'],
  ])('hello names runs in full; of %j it is told what is wrong, and where', (held, why) => {
    const text = JSON.stringify({ ...hello, runs: [held] });
    const heard = said('quiet', `hello:${text.length}:${text}\n`);
    expect(heard).toBe(`Invalid command: hello: ${why}`);
  });

  test.each([
    ['{"capacity":0,"labels":[]}', 'offer: capacity:'],
    ['{"capacity":257}', 'offer: capacity:'],
    ['{"labels":["gpu"]}', 'offer: capacity:'],
    ['{"capacity":1,"labels":["a b"]}', 'offer: labels.0:'],
  ])('of the offer %s it is told what is wrong', (text, why) => {
    const [decoded] = sessionDecoder().push(Buffer.from(`offer:${text.length}:${text}\n`));
    expect(decoded).toMatchObject({ kind: 'fault' });
    expect(JSON.stringify(decoded)).toContain(why);
  });

  test('a log chunk may hold any bytes, newlines and colons among them', () => {
    const body = Buffer.from([...Array(256).keys()]);
    const [decoded] = sessionDecoder().push(
      encodeSession({ verb: 'log', log: run, offset: 5, body }),
    );
    expect(decoded).toMatchObject({ message: { verb: 'log', log: run, offset: 5, body } });
  });
});

describe('what is encoded is what is read', () => {
  test('every session message', () => {
    fc.assert(
      fc.property(anySessionMessage(), (message) => {
        const decoded = sessionDecoder().push(encodeSession(message as SessionMessage));
        expect(decoded).toEqual([{ kind: 'message', message, terminated: true }]);
      }),
      { numRuns: 400 },
    );
  });

  test('every request, which ends by silence; but for those where half of it means other things', () => {
    fc.assert(
      fc.property(anyRequest(), (request) => {
        const decoder = requestDecoder();
        const first = decoder.first(encodeRequest(request as Request)) ?? decoder.quiet();
        if (['token', 'cancel', 'rerun', 'pause', 'resume'].includes(request.verb as string)) {
          expect(first).toBeNull();
          return;
        }
        expect(first).toEqual({ kind: 'message', message: request, terminated: false });
      }),
      { numRuns: 400 },
    );
  });
});

describe('half of what ends or repeats work is not taken for the whole', () => {
  test.each([`cancel:${c}`, `rerun:${c}`])('%s, a pause, then `:lint` is of one job', (text) => {
    const decoder = requestDecoder();
    expect(decoder.first(Buffer.from(text))).toBeNull();
    expect(decoder.quiet()).toBeNull();
    expect(decoder.first(Buffer.from(':lint\n'))).toMatchObject({ kind: 'message' });
  });

  test('its connection may end it: `printf … | nc -N` says no more', () => {
    expect(said('end', `rerun:${c}`)).toMatchObject({ verb: 'rerun', job: null });
    expect(said('end', `cancel:${c}`)).toMatchObject({ verb: 'cancel', jobs: c });
  });
});

describe('A11: what is missing is said, the socket never just closes', () => {
  test.each([
    ['dispatch', `Invalid command: it is written dispatch:<commit>${fullIds}`],
    ['register', 'Invalid command: it is written register:<host>:<port>'],
    ['register:localhost', 'Invalid command: it is written register:<host>:<port>'],
    ['results:a', `Invalid command: it is written results:<commit>:<length>:<body>${fullIds}`],
    [`results:${c}`, `Invalid command: it is written results:<commit>:<length>:<body>${fullIds}`],
    [`results:${c}:5:`, 'Invalid command: the body is too short'],
    [`results:${c}:5:hell`, 'Invalid command: the body is too short'],
    [`result:${c}:5:hell`, 'Invalid command: the body is too short'],
    ['hello:99:{', 'Invalid command: the body is too short'],
    ['sta', 'Invalid command'],
    ['nonsense', 'Invalid command'],
  ])('A11: %j, then the end', (text, says) => {
    expect(said('end', text)).toBe(says);
  });

  test('A12: a connection that says nothing is no message and no fault', () => {
    expect(requestDecoder().end()).toBeNull();
    expect(requestDecoder().quiet()).toBeNull();
  });

  test('the two classic words stand alone, for a peer that compares them', () => {
    expect(said('quiet', 'frobnicate')).toBe('Invalid command');
    expect(said('quiet', 'frobnicate:x')).toBe('Invalid command');
  });
});

describe('A4, A48: only a full hex id is ever a commit', () => {
  test.each(['--quiet', '../../x', 'HEAD', 'main', 'c0ffee', `${c}0`, `${c} `, '', `${c}\u0000`])(
    'A4, A48: %j is not',
    (text) => {
      const heard = said('end', `dispatch:${text}:`);
      expect(heard).toBe(`Invalid command: it is written dispatch:<commit>${fullIds}`);
      expect(said('end', `results:${text}:5:hello`)).toContain('Invalid command');
    },
  );
});
