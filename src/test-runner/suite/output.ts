/**
 * Owns the pipe that carries a suite's output, stdout and stderr in one, to whoever takes it.
 * Never interprets a byte. A named pipe, because the alternatives lose or refuse output: on a log
 * file `echo x > /dev/stderr` truncates all that came before, and on the sockets that node makes
 * for `stdio: 'pipe'` the same line fails.
 */

import { execFileSync } from 'node:child_process';
import { closeSync, constants, lstatSync, openSync, rmSync } from 'node:fs';
import { Socket } from 'node:net';
import type { Clock } from '../../world/clock.js';
import { passed } from '../../world/garbage.js';

export interface Output {
  /** The end to write into. */
  readonly writer: number;
  /** Closes our own writing end, once the suite has its own. */
  closeWriter(): void;
  /** Resolves once all that was written has been taken. */
  readonly taken: Promise<void>;
  /** Nothing more should come: takes what is there, and waits for no one who keeps it open. */
  finish(): void;
}

/** A process that left the group and dropped its mark may hold the pipe open for ever. */
const lastWordsMs = 200;

export class OutputPipe {
  readonly #path: string;

  constructor(path: string) {
    this.#path = path;
    this.#makeIfMissing();
  }

  /** `take` gets the bytes in order. */
  open(clock: Clock, take: (bytes: Buffer) => void): Output {
    this.#makeIfMissing();
    const reader = openSync(this.#path, constants.O_RDONLY | constants.O_NONBLOCK);
    const writer = openWriter(this.#path, reader);
    const socket = new Socket({ fd: reader, readable: true, writable: false });
    socket.on('data', (bytes) => {
      passed(bytes.length);
      take(bytes);
    });
    let closed = false;
    const taken = new Promise<void>((resolve) => {
      socket.once('close', () => {
        closed = true;
        resolve();
      });
      // A pipe's read does not fail but by our own fault; `close` follows in any case.
      socket.once('error', () => {});
    });
    return {
      writer,
      closeWriter: () => closeSync(writer),
      taken,
      finish: () => {
        if (closed) return;
        const cancel = clock.after(lastWordsMs, () => {
          socket.destroy();
          // Whoever still writes shall not write into the next run's log.
          this.#make();
        });
        socket.once('close', cancel);
      },
    };
  }

  #makeIfMissing(): void {
    if (lstatSync(this.#path, { throwIfNoEntry: false })?.isFIFO() !== true) this.#make();
  }

  #make(): void {
    rmSync(this.#path, { recursive: true, force: true });
    try {
      execFileSync('mkfifo', ['-m', '600', this.#path], { stdio: 'pipe' });
    } catch (error) {
      // A full disk, most likely: the machine's fault, which has a code.
      const { code = 'NO_PIPE', message } = error as NodeJS.ErrnoException;
      throw Object.assign(new Error(message), { code });
    }
  }
}

/** The other end; where there is no descriptor left for it, the first is not kept either. */
function openWriter(path: string, reader: number): number {
  try {
    return openSync(path, constants.O_WRONLY);
  } catch (error) {
    closeSync(reader);
    throw error;
  }
}
