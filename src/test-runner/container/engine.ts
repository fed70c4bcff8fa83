/**
 * Owns how a container engine is spoken to: by its own command line, podman's or docker's, which are
 * all but the same. Never knows what is asked, and keeps no daemon of its own.
 * No answer is an error here but one: an engine that cannot be started at all, or says nothing.
 */

import { spawn } from 'node:child_process';
import { noContainers } from '../executor.js';

export const engineNames = ['podman', 'docker'] as const;

export type EngineName = (typeof engineNames)[number];

export interface Engine {
  readonly name: EngineName;
  /** What runs its containers (runc, crun); null: what the engine takes by itself. */
  readonly runtime: string | null;
  /** What its command line sees. None of it is any step's: it could tell the engine what to do. */
  readonly environment: Readonly<Record<string, string>>;
  /** Where its client works: podman's leaves a file called `oom` there when memory ran out. */
  readonly folder: string;
}

export interface Answer {
  readonly exitCode: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

export interface Question {
  /** For its standard input, through a pipe that can be opened by name. */
  readonly input?: string;
  /** Besides the engine's own environment. */
  readonly environment?: Readonly<Record<string, string>>;
}

/** Longer than a laden machine takes for anything that we ask; fetching an image is not asked. */
const answerWithinMs = 120_000;

/** More than any answer that is read. */
const answerCharactersMax = 4 * 1_024 * 1_024;

/** Before every subcommand. Warnings would be found in the log of a step. */
export function globalFlags({ name, runtime }: Engine): string[] {
  if (name === 'docker') return ['--log-level', 'error'];
  return ['--log-level', 'error', ...(runtime === null ? [] : ['--runtime', runtime])];
}

/** Asks, and waits for its answer. Rejects where there is none. */
export function ask(engine: Engine, args: readonly string[], question: Question = {}) {
  const { input, environment = {} } = question;
  const command = [engine.name, ...globalFlags(engine), ...args];
  // What node gives as standard input is a socket, which `--env-file /dev/stdin` cannot open.
  const piped = ['sh', '-c', 'cat | "$0" "$@"', ...command];
  const [file = '', ...rest] = input === undefined ? command : piped;
  return new Promise<Answer>((resolve, reject) => {
    const client = spawn(file, rest, {
      cwd: engine.folder,
      env: { ...engine.environment, ...environment },
      stdio: [input === undefined ? 'ignore' : 'pipe', 'pipe', 'pipe'],
      timeout: answerWithinMs,
      killSignal: 'SIGKILL',
      detached: true,
    });
    const read = { stdout: '', stderr: '' };
    client.stdout?.on('data', (bytes) => {
      read.stdout = `${read.stdout}${bytes}`.slice(-answerCharactersMax);
    });
    client.stderr?.on('data', (bytes) => {
      read.stderr = `${read.stderr}${bytes}`.slice(-answerCharactersMax);
    });
    // Who does not read its input has a reason, and says it.
    client.stdin?.on('error', () => {});
    client.stdin?.end(input);
    client.once('error', (error) => reject(gone(engine, error.message)));
    client.once('close', (exitCode) => {
      if (exitCode === null) reject(gone(engine, `no answer to "${args[0]}"`));
      else resolve({ exitCode, ...read });
    });
  });
}

/** The same, where every other answer but a yes is a fault of the machine. */
export async function demand(engine: Engine, args: readonly string[]): Promise<string> {
  const answer = await ask(engine, args);
  if (answer.exitCode === 0) return answer.stdout;
  throw machineFault(`${engine.name} ${args[0]}: ${lastLine(answer.stderr)}`);
}

/** Why it refused, where it `says` so: the machine's fault, or else an error with that code. */
export async function refusal(
  engine: Engine,
  code: string,
  says: string,
): Promise<NodeJS.ErrnoException> {
  if (lacks.test(says)) return machineFault(`${engine.name}: ${says}`);
  const { exitCode, stderr } = await ask(engine, ['version']);
  if (exitCode !== 0) return gone(engine, lastLine(stderr));
  return Object.assign(new Error(says), { code });
}

export function machineFault(says: string): NodeJS.ErrnoException {
  return Object.assign(new Error(says), { code: noContainers });
}

/** What it says last is what it died of. */
export function lastLine(text: string): string {
  const lines = text.split('\n').filter((line) => line.trim() !== '');
  return (lines.at(-1) ?? 'it said nothing').trim().slice(-sayingCharactersMax);
}

/** Enough for a sentence of an engine, which likes to say where each part of it came from. */
const sayingCharactersMax = 400;

const lacks = /no space left|cannot allocate memory|too many open files|resource temporarily/i;

function gone({ name }: Engine, why: string): NodeJS.ErrnoException {
  return machineFault(
    `${name} does not answer (${why}): is it installed, and does its daemon run?`,
  );
}
