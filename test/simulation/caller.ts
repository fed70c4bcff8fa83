/**
 * Owns a call as a person makes it with `nc`, or a script: says one thing, and reads to the end.
 * Half an answer is none; neither is one that takes too long.
 */

import { encodeRequest } from '../../src/protocol/encoder.js';
import type { Request } from '../../src/protocol/messages.js';
import type { Clock } from '../../src/world/clock.js';
import { Life } from './life.js';
import { dispatcherAddress, type Ground } from './machine.js';

/** Longer than a person waits. */
const answerWithinMs = 5_000;

/** Of a thousand requests, so many are ended by Enter; scripts often just stop. */
const entered = 300;

export interface Caller {
  readonly clock: Clock;
  ask(request: Request, then: (answer: Buffer) => void): void;
}

/** Somebody on that host, who lives as long as the world. */
export function callerOn(
  { timeline, random, network, witness }: Ground,
  host: string,
  enters = entered,
): Caller {
  const life = new Life(timeline, random, 0, (error) => witness.breaks('crash', String(error)));
  const { clock } = life;
  const wires = network.seenBy(life, host);
  const ask: Caller['ask'] = (request, then) => {
    const heard: Buffer[] = [];
    const enter = random.perMille(enters) ? '\n' : '';
    const said = Buffer.concat([encodeRequest(request), Buffer.from(enter)]);
    const hangUp = clock.after(answerWithinMs, () => connection.destroy());
    const connection = wires.connect(dispatcherAddress, (event) => {
      if (event.kind === 'opened') connection.write(said);
      if (event.kind === 'bytes') heard.push(event.bytes);
      if (event.kind === 'closed') hangUp();
      if (event.kind !== 'ended') return;
      connection.destroy();
      if (heard.length > 0) then(Buffer.concat(heard));
    });
  };
  return { clock, ask };
}
