/**
 * Owns how a classic stand-in answers what the dispatcher's core has it asked.
 */

import type { EventOf, Send } from '../../src/dispatcher/core/events.js';
import type { Answer } from '../../src/protocol/answer.js';

/** How a classic stand-in behaves when it is asked. */
export type ClassicManner = 'alive' | 'py3' | 'busy' | 'mumbling' | 'wordless' | 'frozen' | 'dead';

/** What the core hears of that question, from a runner of that manner. */
export function answerTo(
  { runner, registration, request, run }: Send & { kind: 'ask' },
  manner: ClassicManner,
): EventOf<'answered'> {
  const answer = answerOf(manner, request.verb);
  const asked = run === null ? { verb: 'ping' as const } : { verb: 'runtest' as const, run };
  return { kind: 'answered', runner, registration, asked, answer };
}

/** What a runner of that manner says to that verb. */
function answerOf(manner: ClassicManner, verb: 'ping' | 'runtest'): Answer {
  switch (manner) {
    case 'alive':
      return { kind: 'reply', text: verb === 'ping' ? 'pong' : 'OK' };
    case 'py3':
      return { kind: 'reply', text: verb === 'ping' ? 'pong\n' : 'ok\n' };
    case 'busy':
      return { kind: 'reply', text: verb === 'ping' ? 'pong' : 'BUSY' };
    case 'mumbling':
      return { kind: 'reply', text: '\u001b[2Jwhat?' };
    case 'wordless':
      return { kind: 'reply', text: '' };
    case 'frozen':
      return { kind: 'silent', reason: 'did not answer in time' };
    case 'dead':
      return { kind: 'unreached', reason: 'refused the connection' };
  }
}
