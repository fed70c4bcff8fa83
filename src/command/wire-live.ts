/**
 * Owns how `trivet wire` follows a dispatcher: over one connection after the other, for whoever watches wants
 * to see it die and come back.
 */

import { formatAddress } from '../protocol/address.js';
import { every, realClock } from '../world/clock.js';
import { exitCodes, UsageError } from '../world/exit.js';
import { harmless } from '../world/harmless.js';
import type { Dispatcher } from './asking.js';
import { NotARecording, type WireLines } from './wire-lines.js';

const againAfterMs = 1_000;

/** So long heartbeats are only counted. */
const countedForMs = 10_000;

/** Of an answer that is not understood. */
const saidMost = 300;

/**
 * To the end of the process. Rejects with `UsageError` where no dispatcher tells what it hears, or where it
 * tells what is no record: that would be so the next time, too.
 */
export async function follow(dispatcher: Dispatcher, lines: WireLines): Promise<never> {
  process.once('SIGINT', () => process.exit(exitCodes.aborted));
  every(realClock, countedForMs, () => lines.rest());
  const who = `The dispatcher at ${formatAddress(dispatcher.address)}`;
  for (let wasThere = false, isAway = false; ; ) {
    const { reason, isFinal } = await connected(dispatcher, lines, () => {
      wasThere = true;
      isAway = false;
    });
    if (isFinal || !wasThere) throw reason;
    if (!isAway) process.stderr.write(`${who} is away: waiting for it\n`);
    isAway = true;
    await new Promise<void>((resolve) => realClock.after(againAfterMs, resolve));
  }
}

/** Why a connection is over; `isFinal`: what came over it is no record, nor would be that of the next. */
interface Over {
  readonly reason: UsageError;
  readonly isFinal: boolean;
}

/** Resolves once the connection is over. */
async function connected(
  dispatcher: Dispatcher,
  lines: WireLines,
  begun: () => void,
): Promise<Over> {
  const who = `The dispatcher at ${formatAddress(dispatcher.address)}`;
  const decoder = new TextDecoder();
  const stop = new AbortController();
  let said = '';
  let fault = '';
  lines.beginAnew();
  const heard = (text: string) => {
    said = lines.hasBegun ? '' : `${said}${text}`.slice(0, saidMost);
    try {
      const hasRoom = lines.push(text);
      if (lines.hasBegun) begun();
      return hasRoom;
    } catch (error) {
      if (!(error instanceof NotARecording)) throw error;
      fault = error.message;
      stop.abort();
      return true;
    }
  };
  try {
    await dispatcher.listen(
      { verb: 'wire', after: null },
      (bytes, listening) => {
        if (heard(decoder.decode(bytes, { stream: true }))) return;
        listening.pause();
        process.stdout.once('drain', () => listening.resume());
      },
      stop.signal,
    );
  } catch (error) {
    if (!(error instanceof UsageError)) throw error;
    if (fault === '') return { reason: error, isFinal: false };
  }
  lines.rest();
  const isFinal = fault !== '';
  const isRecord = lines.hasBegun || said.startsWith('{');
  if (isFinal && isRecord) return { reason: new UsageError(`${who}, ${fault}.`), isFinal };
  // One that does not know the request, or does not trust us, says so.
  const answer = lines.hasBegun ? '' : harmless(said.trim());
  const says = answer === '' ? 'closed the connection.' : `says: ${answer}`;
  return { reason: new UsageError(`${who} ${says}`), isFinal };
}
