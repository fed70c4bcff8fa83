/**
 * Owns the runner's side of the classic wire: the bytes that a classic dispatcher gets on the
 * port that it dials, and the requests with which we register and deliver.
 * Invariant: whatever comes in, each connection is answered at most once and closes (A12).
 */

import { ask, type World } from '../../link/ask.js';
import type { Dialect } from '../../link/classic-watch.js';
import type { Address } from '../../protocol/address.js';
import type { Answer } from '../../protocol/answer.js';
import { type Decoded, requestDecoder } from '../../protocol/decoder.js';
import type { Commit } from '../../protocol/ids.js';
import { impossible } from '../../protocol/impossible.js';
import type { Report } from '../../protocol/job-bodies.js';
import {
  classicBodyBytesMax,
  firstMessageWithinMs,
  lingerMs,
  quietAfterMs,
} from '../../protocol/limits.js';
import type { Request } from '../../protocol/messages.js';
import type { Cancel } from '../../world/clock.js';
import type { OpenFile } from '../../world/disk.js';
import type { Connection, ConnectionHandler } from '../../world/network.js';
import { isRefused } from '../../world/refusals.js';

/** What is asked on our port. The answer is a word, or for `runtest` what the core decides. */
export interface Asked {
  readonly pinged: () => void;
  readonly runtest: (commit: Commit) => string;
}

/** Serves one connection on our own port. */
export function answerOn(world: World, connection: Connection, asked: Asked): ConnectionHandler {
  const decoder = requestDecoder();
  let answered = false;
  let cancelQuiet: Cancel = () => {};
  let cancelDeadline = world.clock.after(firstMessageWithinMs, () => connection.destroy());

  const answer = (decoded: Decoded<Request> | null | undefined) => {
    if (answered || decoded == null) return;
    answered = true;
    cancelQuiet();
    cancelDeadline();
    cancelDeadline = world.clock.after(lingerMs, () => connection.destroy());
    connection.write(decoded.kind === 'fault' ? decoded.fault.says : reply(decoded.message, asked));
    connection.end();
  };

  return (event) => {
    switch (event.kind) {
      case 'bytes':
        if (answered) return;
        answer(decoder.push(event.bytes)[0]);
        cancelQuiet();
        if (!answered) {
          cancelQuiet = world.clock.after(quietAfterMs, () => answer(decoder.quiet()));
        }
        break;
      case 'ended':
        answer(decoder.end());
        if (!answered) connection.end();
        break;
      case 'closed':
        answered = true;
        cancelQuiet();
        cancelDeadline();
        break;
      case 'opened':
      case 'drained':
        break;
      default:
        impossible(event);
    }
  };
}

function reply(request: Request, asked: Asked): string {
  switch (request.verb) {
    case 'ping':
      asked.pinged();
      return 'pong';
    case 'status':
      return 'OK';
    case 'runtest':
      return asked.runtest(request.commit);
    default:
      return 'Invalid command';
  }
}

/** How long a classic dispatcher may take to answer; it serves one connection at a time. */
const answerWithinMs = 5_000;

/** Says where we can be dialled. `done` hears whether that was acknowledged. */
export function register(
  world: World,
  dispatcher: Address,
  { host, port }: Address,
  done: (taken: boolean) => void,
): void {
  const request = { verb: 'register', host, port } as const;
  ask(world, dispatcher, request, answerWithinMs, (answer) => done(isOk(answer)));
}

/**
 * Hands an ended run's output over, if it is there still, and closes the log. Where the answer is lost it
 * may be handed over again.
 */
export function deliver(
  world: World,
  dispatcher: Address,
  dialect: Dialect,
  { commit, log, report }: { commit: Commit; log: OpenFile | null; report: Report },
  done: (taken: boolean) => void,
): void {
  const body = classicBody(log, report);
  const request: Request =
    dialect === 'py3'
      ? { verb: 'result', commit, body: Buffer.from(body.toString('utf8')) }
      : { verb: 'results', commit, body };
  ask(world, dispatcher, request, answerWithinMs, (answer) => done(isOk(answer)));
}

function isOk(answer: Answer): boolean {
  return answer.kind === 'reply' && answer.text.trim().toLowerCase() === 'ok';
}

/** What the classic wire can say of a run: its output, and in words why there is no more. */
function classicBody(
  log: OpenFile | null,
  { logBytes, end, reason, exitCode, signal }: Report,
): Buffer {
  const cut = logBytes > outputBytesMax ? ' The output was cut.' : '';
  const how = signal === null ? `exit code ${exitCode ?? 'none'}` : `signal ${signal}`;
  const verdict = `\nTrivet: ${end}, ${reason === '' ? how : reason}${cut}\n`;
  return Buffer.concat([head(log, Math.min(logBytes, outputBytesMax)), Buffer.from(verdict)]);
}

/** Room for the verdict, and for bytes that become three when forced to UTF-8. */
const outputBytesMax = Math.floor(classicBodyBytesMax / 3) - 4_096;

/** Without it there is the verdict still, and nobody else to whom the run could be handed back. */
function head(log: OpenFile | null, bytes: number): Buffer {
  if (log === null) return Buffer.from(`${noOutput}.`);
  try {
    const buffer = Buffer.alloc(bytes);
    return buffer.subarray(0, log.read(buffer, 0));
  } catch (error) {
    if (!isRefused(error)) throw error;
    return Buffer.from(`${noOutput} (${(error as Error).message}).`);
  } finally {
    log.close();
  }
}

const noOutput = "Trivet: the output cannot be read on the runner's disk";
