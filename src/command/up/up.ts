/**
 * Owns `trivet up`: dispatcher, runners and observer as real processes in one terminal, with a line
 * below that says how each is, and keys that do to them what one would do from a second terminal.
 */

import { type ChildProcess, spawn } from 'node:child_process';
import { createInterface } from 'node:readline';
import * as z from 'zod';
import { openClone } from '../../world/clone.js';
import { exitCodes } from '../../world/exit.js';
import { parseJson } from '../../world/files.js';
import { port, wholeNumber } from '../../world/flag-values.js';
import { readFlags } from '../../world/flags.js';
import { type Guard, standGuard } from '../../world/guard.js';
import { harmless } from '../../world/harmless.js';
import { endingSignals } from '../../world/signals.js';
import { widthOf, wrapped } from '../screen/cells.js';
import { type Footed, footed } from '../screen/footed.js';
import { type Shade, shaded } from '../screen/shades.js';
import { isInteractive } from '../screen/terminal.js';
import type { Effect, Event, Told } from './events.js';
import { footer, shadeOf } from './footer.js';
import { handle, type Processes, processesOf } from './processes.js';
import { flagsOf, launchers, spelled, spelledSignal } from './programs.js';

/** More would not fit below each other on any screen. */
const runnersMost = 32;

const flags = {
  runners: {
    default: '2',
    describe: 'how many test runners',
    coerce: wholeNumber('runners', runnersMost),
  },
  port: {
    default: '8888',
    describe: 'port of the dispatcher; 0: any free one',
    coerce: port('port'),
  },
} as const;

interface Read {
  readonly runners: number;
  readonly port: number;
  readonly repo: readonly string[];
}

/** Those who do not end although they were asked twice are killed. */
const killAfterMs = 2_000;

/** Answers the exit code. */
export async function up(argv: readonly string[]): Promise<number> {
  const read = readFlags(
    {
      program: 'trivet up',
      purpose:
        'Runs a dispatcher, test runners and an observer for these clones, in one terminal. All ' +
        'flags of the three can be given as environment variables.',
      flags,
      argument: { name: 'repo', describe: 'a clone (default: the one here)', isMany: true },
    },
    argv,
  ) as Read | null;
  if (read === null) return exitCodes.fine;
  const named = read.repo.length === 0 ? ['.'] : read.repo;
  const clones = await Promise.all(named.map((repo) => openClone(repo)));
  const repos = clones.map(({ path }) => path);
  return new Promise((resolve) => {
    new Up(processesOf(read.runners, read.port), repos, resolve).begin();
  });
}

class Up {
  readonly #repos: readonly string[];
  readonly #leave: (code: number) => void;
  readonly #children = new Map<number, ChildProcess>();
  readonly #guard: Guard = standGuard();
  readonly #whoWidth: number;
  #screen: Footed | null = null;
  #processes: Processes;

  constructor(processes: Processes, repos: readonly string[], leave: (code: number) => void) {
    this.#processes = processes;
    this.#repos = repos;
    this.#leave = leave;
    this.#whoWidth = Math.max(...processes.all.map(({ name }) => name.length));
  }

  begin(): void {
    for (const signal of endingSignals) {
      process.on(signal, () => this.#happen({ kind: 'stop' }));
    }
    // Whatever ends us ends them; who does not go when he is asked is the guard's.
    process.on('exit', () => this.#signalAll(['SIGTERM', 'SIGCONT']));
    if (isInteractive()) {
      const key = (name: string) => this.#happen({ kind: 'key', key: name });
      this.#screen = footed(() => footer(this.#processes), key);
    }
    this.#happen({ kind: 'begin' });
  }

  #happen(event: Event): void {
    const wasEnding = this.#processes.leaving === 'ending';
    const [processes, effects] = handle(this.#processes, event);
    this.#processes = processes;
    for (const effect of effects) this.#perform(effect);
    this.#screen?.tell([]);
    if (processes.leaving === 'ending' && !wasEnding) {
      setTimeout(() => this.#happen({ kind: 'stop' }), killAfterMs).unref();
    }
  }

  #perform(effect: Effect): void {
    switch (effect.kind) {
      case 'start':
        this.#start(effect.at, effect.port);
        break;
      case 'signal':
        this.#say(effect.at, spelledSignal(effect.signal, effect.pid), 'bold');
        this.#children.get(effect.at)?.kill(effect.signal);
        break;
      case 'say':
        this.#say(effect.at, harmless(effect.text), effect.level >= warning ? 'red' : null);
        break;
      case 'leave':
        this.#guard.dismiss();
        this.#screen?.close();
        this.#screen = null;
        this.#leave(effect.code);
        break;
    }
  }

  #start(at: number, dispatcherPort: number): void {
    const one = this.#processes.all[at];
    if (one === undefined) return;
    const flagged = flagsOf(one, dispatcherPort, this.#repos);
    const words = [...launchers[one.program], ...flagged];
    this.#say(at, spelled(words), 'bold');
    const [command = '', ...args] = [...words, '--log-format', 'json'];
    const child = spawn(command, args, {
      stdio: ['ignore', 'pipe', 'pipe'],
      env: { ...childEnvironment(), ...this.#guard.mark },
      // In a group of its own: a Ctrl-C at the terminal is for us, who then ask it to finish.
      detached: true,
    });
    this.#children.set(at, child);
    const told = (event: Told) => this.#happen({ kind: 'told', at, told: event });
    createInterface({ input: child.stdout }).on('line', (line) => told(toldBy(line)));
    createInterface({ input: child.stderr }).on('line', (line) => told(complaint(line)));
    child.on('error', ({ message }) => told(complaint(message)));
    child.on('close', (code, signal) => {
      this.#children.delete(at);
      this.#watch();
      this.#happen({ kind: 'exited', at, how: { code, signal } });
    });
    this.#watch();
    if (child.pid !== undefined) this.#happen({ kind: 'started', at, pid: child.pid });
  }

  #watch(): void {
    this.#guard.watch([...this.#children.values()].flatMap(({ pid }) => pid ?? []));
  }

  #signalAll(signals: readonly NodeJS.Signals[]): void {
    for (const child of this.#children.values()) {
      for (const signal of signals) child.kill(signal);
    }
  }

  #say(at: number, text: string, shade: Shade | null): void {
    const name = (this.#processes.all[at]?.name ?? '').padEnd(this.#whoWidth);
    const room = this.#screen === null ? Number.POSITIVE_INFINITY : process.stdout.columns;
    const lines = wrapped(text, room - widthOf(name) - widthOf(edge)).map((line, index) => {
      const who = shaded(shadeOf(at), index === 0 ? name : ' '.repeat(widthOf(name)));
      return `${who}${edge}${shade === null ? line : shaded(shade, line)}`;
    });
    if (this.#screen === null) process.stdout.write(`${lines.join('\n')}\n`);
    else this.#screen.tell(lines);
  }
}

const edge = ' │ ';

const [information, warning, error] = [30, 40, 50];

const toldLine = z.looseObject({ event: z.string(), msg: z.string(), level: z.number() });

function toldBy(line: string): Told {
  const parsed = toldLine.safeParse(parseJson(line));
  return parsed.success ? parsed.data : { event: '', msg: line, level: information };
}

function complaint(msg: string): Told {
  return { event: '', msg, level: error };
}

/** What is meant for us, or what we say by flags, is not to be said to them as well. */
function childEnvironment(): NodeJS.ProcessEnv {
  const { TRIVET_PORT: _, TRIVET_RUNNERS: __, ...others } = process.env;
  return others;
}
