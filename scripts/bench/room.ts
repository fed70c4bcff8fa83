/**
 * Owns what a benchmark leaves behind: nothing. A temporary folder and the processes started in
 * it; both are gone when the room is closed, also after a failure.
 */

import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Trio } from './trio.js';

/** All rooms that are open, for Ctrl-C. */
const open = new Set<Room>();

/** Gives the work a room of its own and closes it afterwards. */
export async function inRoom<Out>(work: (room: Room) => Promise<Out>): Promise<Out> {
  const room = new Room();
  open.add(room);
  try {
    return await work(room);
  } finally {
    await room.close();
    open.delete(room);
  }
}

export async function closeAllRooms(): Promise<void> {
  await Promise.all([...open].map((room) => room.close()));
}

export class Room {
  readonly folder = mkdtempSync(join(tmpdir(), 'trivet-bench-'));
  readonly #processes = new Set<Trio>();

  /** The dispatcher, once it listens, and its port. */
  async dispatcher(...args: string[]): Promise<{ dispatcher: Trio; port: number }> {
    const dispatcher = this.start('dispatcher', ...(args.length === 0 ? ['--port', '0'] : args));
    const listening = await dispatcher.until(({ event }) => event === 'listening');
    return { dispatcher, port: Number(listening['port']) };
  }

  /** A runner of that repository. */
  runner(port: number, clone: string, name: string, ...args: string[]): Trio {
    const server = ['--dispatcher-server', `localhost:${port}`, '--port', '0'];
    return this.start('test-runner', ...server, '--name', name, ...args, clone);
  }

  /** An observer that looks once a minute: whatever it sees sooner, it was told. */
  observer(port: number, clone: string): Trio {
    const server = ['--dispatcher-server', `localhost:${port}`];
    return this.start('observer', ...server, '--interval', '60s', clone);
  }

  start(launcher: 'dispatcher' | 'test-runner' | 'observer', ...args: string[]): Trio {
    const trio = new Trio(launcher, args, this.folder);
    this.#processes.add(trio);
    return trio;
  }

  async close(): Promise<void> {
    await Promise.all([...this.#processes].map((trio) => trio.end()));
    rmSync(this.folder, { recursive: true, force: true, maxRetries: 5 });
  }
}
