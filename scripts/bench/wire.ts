/**
 * Owns what a person would type with `nc`: one request, the whole answer.
 */

import { connect } from 'node:net';

/** Says one line and answers all that came back. Rejects where nobody listens. */
export function ask(port: number, line: string): Promise<string> {
  return new Promise((resolve, reject) => {
    let answer = '';
    const socket = connect(port, 'localhost', () => socket.write(`${line}\n`));
    socket.setNoDelay(true);
    socket.on('data', (bytes) => {
      answer += bytes.toString('utf8');
    });
    socket.once('end', () => resolve(answer.trim()));
    socket.once('error', reject);
  });
}
