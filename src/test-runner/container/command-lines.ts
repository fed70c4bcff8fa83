/**
 * Owns the arguments that an engine gets from us: what of the machine a container may have, what it
 * sees, what it is called. Pure. Nothing ever makes a container privileged.
 */

import type { StepContainer } from '../../protocol/work.js';
import type { Engine, EngineName } from './engine.js';
import type { Program } from './program.js';

/** What one container may use. */
export interface Limits {
  /** As the engines write it: `4g`. Swap is none of it. */
  readonly memory: string;
  /** Of the machine's processors; null: all. */
  readonly cpus: number | null;
  readonly pids: number;
  /** `soft:hard`, as the runner has them itself: more, which is the engines' wish, may not be allowed. */
  readonly openFiles: string | null;
}

export interface Container {
  readonly name: string;
  readonly labels: readonly string[];
  readonly image: string;
  readonly program: Program;
  /** What it sees of the machine's files. */
  readonly mounts: readonly Mount[];
  readonly network: readonly string[];
  /** What the step asks for besides; none of it opens the machine. */
  readonly wishes: StepContainer;
  /** Names of variables that are taken from the client's environment. */
  readonly variables: readonly string[];
  readonly limits: Limits;
}

export interface Mount {
  readonly source: string;
  readonly target: string;
  readonly isReadOnly: boolean;
}

/**
 * What root needs in a container to install packages, to serve as another user, and to end what it
 * started. Not devices, not raw sockets, not the machine's settings.
 */
const capabilities: readonly string[] = [
  ...['CHOWN', 'DAC_OVERRIDE', 'FOWNER', 'FSETID', 'KILL'],
  ...['NET_BIND_SERVICE', 'SETGID', 'SETUID', 'SYS_CHROOT'],
];

/** As much sooner the kernel's victim than its runner as a suite is (suite/memory.ts). */
const outOfMemoryScore = '500';

/** Of one user. The engines' own limit is more than some machines allow, and so no container starts. */
const processesMax = 32_768;

export function creating(
  { name: engine, runtime }: Pick<Engine, 'name' | 'runtime'>,
  container: Container,
): string[] {
  const { name, labels, image, program, mounts, network, wishes, variables, limits } = container;
  return [
    ...['create', '--name', name, '--pull=never'],
    // podman is told before every subcommand (engine.ts).
    ...(engine === 'docker' && runtime !== null ? ['--runtime', runtime] : []),
    ...labels.flatMap((label) => ['--label', label]),
    // Its output is kept by the runner, and by nobody else.
    ...['--log-driver', 'none'],
    ...['--security-opt', 'no-new-privileges', '--cap-drop', 'ALL'],
    ...capabilities.flatMap((capability) => ['--cap-add', capability]),
    ...limiting(limits),
    ...network,
    ...wishing(wishes),
    ...mounts.flatMap((mount) => ['--mount', mounting(mount)]),
    ...['--env-file', '/dev/stdin'],
    ...variables.flatMap((variable) => ['--env', variable]),
    ...(program.folder === null ? [] : ['--workdir', program.folder]),
    ...(program.entrypoint === null ? [] : ['--entrypoint', entering(engine, program.entrypoint)]),
    ...[image, ...program.args],
  ];
}

/** With its own temporary volumes, at once. */
export function removing(engine: EngineName, ...names: readonly string[]): string[] {
  const now = engine === 'podman' ? ['--time', '0', '--ignore'] : [];
  return ['rm', '--force', '--volumes', ...now, ...names];
}

/** `none` is a network too, where somebody is to be reached by name: with nothing beyond it. */
export function makingNetwork(
  name: string,
  labels: readonly string[],
  isInternal: boolean,
): string[] {
  const marked = labels.flatMap((label) => ['--label', label]);
  return ['network', 'create', ...(isInternal ? ['--internal'] : []), ...marked, name];
}

function limiting({ memory, cpus, pids, openFiles }: Limits): string[] {
  const processes = Math.min(pids, processesMax);
  return [
    ...['--memory', memory, '--memory-swap', memory],
    ...(cpus === null ? [] : ['--cpus', String(cpus)]),
    ...['--pids-limit', String(pids), '--oom-score-adj', outOfMemoryScore],
    ...(openFiles === null ? [] : ['--ulimit', `nofile=${openFiles}`]),
    ...['--ulimit', `nproc=${processes}:${processes}`],
  ];
}

function wishing({ user, dns, extraHosts, tmpfs }: StepContainer): string[] {
  return [
    ...(user === null ? [] : ['--user', user]),
    ...dns.flatMap((address) => ['--dns', address]),
    ...extraHosts.flatMap((line) => ['--add-host', line]),
    ...tmpfs.flatMap((folder) => ['--tmpfs', folder]),
  ];
}

/** A line of comma-separated values, to the engines; a quote stands for itself when doubled. */
function mounting({ source, target, isReadOnly }: Mount): string {
  const fields = ['type=bind', `source=${source}`, `target=${target}`];
  const all = isReadOnly ? [...fields, 'readonly'] : fields;
  return all
    .map((field) => (/[",]/.test(field) ? `"${field.replaceAll('"', '""')}"` : field))
    .join(',');
}

/** What begins with a bracket podman takes for a list. */
function entering(engine: EngineName, program: string): string {
  return engine === 'podman' ? JSON.stringify([program]) : program;
}
