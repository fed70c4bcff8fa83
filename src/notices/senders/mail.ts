/**
 * Owns how people are told by e-mail: what stands in the message, and what the answer of the mail server
 * means. A password crosses the network only where it is encrypted, or stays on this machine.
 */

import { createTransport } from 'nodemailer';
import { isLoopback } from '../../protocol/address.js';
import { short } from '../../protocol/ids.js';
import type { Attempt } from '../delivery.js';
import type { Judgement } from '../message.js';
import type { Mail } from '../target.js';

/** A mail server that greylists answers at once; one that hangs holds up no other target. */
const answerWithinMs = 20_000;

/** By custom TLS begins there with the first byte, elsewhere when both agree. */
const tlsPort = 465;

export async function tellByMail(
  { host, port, from, recipients, login }: Mail,
  judgement: Judgement,
  { link, stop }: { link: string | null; stop: AbortSignal },
): Promise<Attempt> {
  const transport = createTransport({
    ...{ host, port, secure: port === tlsPort },
    ...(login === null ? {} : { auth: { user: login.user, pass: login.password.reveal() } }),
    requireTLS: login !== null && !isLoopback(host),
    // On this machine a certificate would prove nothing that the loopback does not.
    ignoreTLS: isLoopback(host),
    ...{ connectionTimeout: answerWithinMs, greetingTimeout: answerWithinMs },
    socketTimeout: answerWithinMs,
  });
  const end = () => transport.close();
  stop.addEventListener('abort', end);
  try {
    await transport.sendMail({
      ...{ from, to: [...recipients], subject: subjectOf(judgement) },
      text: textOf(judgement, link),
      messageId: `<${judgement.id}@trivet>`,
      // No holiday notice is to answer it.
      headers: { 'Auto-Submitted': 'auto-generated' },
      // What is told is text from outside: no file, and no address, is read because of it.
      ...{ disableFileAccess: true, disableUrlAccess: true },
    });
    return { kind: 'taken' };
  } catch (error) {
    return meaningOf(error);
  } finally {
    stop.removeEventListener('abort', end);
    transport.close();
  }
}

/** `[shop] main failed: 1a2b3c4 Break the answer`; `passed again` after it was not. */
export function subjectOf({ repository, branch, verdict, before, commit, subject }: Judgement) {
  const where = [repository === null ? '' : `[${repository}]`, branch].filter(
    (part) => part !== '',
  );
  const again = verdict === 'passed' && before !== null && before !== 'passed' ? ' again' : '';
  const what = subject === '' ? short(commit) : `${short(commit)} ${subject}`;
  return `${[...where, `${verdict}${again}`].join(' ')}: ${what}`;
}

export function textOf(judgement: Judgement, link: string | null): string {
  const { branch, before, commit, author, subject, jobs, failing } = judgement;
  const by = author === '' ? '' : ` by ${author}`;
  const title = subject === '' ? '' : ` "${subject}"`;
  const known = before === null ? '' : ` Before it, the branch was ${before}.`;
  return [
    `${commit}${title}${by}${branch === '' ? '' : ` on ${branch}`}.${known}`,
    '',
    ...jobs.map(({ name, says }) => `${name}: ${says}`),
    ...(failing.length === 0 ? [] : ['', 'Tests that failed:']),
    ...failing.map(({ test, message }) => `  ${test}${message === '' ? '' : `: ${message}`}`),
    ...(link === null ? [] : ['', link]),
    '',
  ].join('\n');
}

/** A reply of 500 and above is final, one of 400 is not, and without one the server was not there. */
function meaningOf(error: unknown): Attempt {
  const { responseCode = 0, message } = error as Error & { responseCode?: number };
  const why = message.split('\n')[0] ?? '';
  return responseCode >= 500 ? { kind: 'refused', why } : { kind: 'away', why };
}
