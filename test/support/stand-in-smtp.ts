/**
 * Owns a mail server that stands in for a real one: the words of RFC 5321 that a client needs, in clear.
 */

import { once } from 'node:events';
import { type AddressInfo, createServer, type Socket } from 'node:net';
import { createInterface } from 'node:readline';
import { onTestFinished } from 'vitest';

export interface Letter {
  readonly from: string;
  readonly to: readonly string[];
  /** Headers, an empty line, the text. */
  readonly data: string;
}

export interface StandInSmtp {
  readonly port: number;
  readonly letters: readonly Letter[];
  /** From now on it says that to whoever wants to send. */
  says(reply: string): void;
}

export async function standInSmtp(): Promise<StandInSmtp> {
  const letters: Letter[] = [];
  let welcome = '250 OK';
  const sockets = new Set<Socket>();
  const server = createServer((socket) => {
    sockets.add(socket);
    socket.on('error', () => {});
    const say = (line: string) => socket.write(`${line}\r\n`);
    let envelope = { from: '', to: [] as string[] };
    let data: string[] | null = null;
    say('220 mail.example.org ready');
    createInterface(socket).on('line', (line) => {
      if (data !== null) {
        if (line !== '.') return void data.push(line.replace(/^\./, ''));
        letters.push({ ...envelope, data: data.join('\n') });
        data = null;
        envelope = { from: '', to: [] };
        return void say('250 taken');
      }
      const [, word = '', rest = ''] = /^(\S+)\s*(.*)$/.exec(line) ?? [];
      const address = /<(.*?)>/.exec(rest)?.[1] ?? '';
      switch (word.toUpperCase()) {
        case 'EHLO':
          return void say('250 mail.example.org');
        case 'MAIL':
          envelope = { from: address, to: [] };
          return void say(welcome);
        case 'RCPT':
          envelope.to.push(address);
          return void say('250 OK');
        case 'DATA':
          data = [];
          return void say('354 go on');
        case 'QUIT':
          return void socket.end('221 bye\r\n');
        default:
          return void say('502 not known');
      }
    });
  });
  onTestFinished(async () => {
    for (const socket of sockets) socket.destroy();
    await once(server.close(), 'close');
  });
  await once(server.listen(0, '127.0.0.1'), 'listening');
  return {
    port: (server.address() as AddressInfo).port,
    letters,
    says: (reply) => {
      welcome = reply;
    },
  };
}
