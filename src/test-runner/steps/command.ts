/**
 * Owns what of a step can be run on this machine without containers: its commands by a shell, its
 * own entrypoint, or a program that is called like its image; and what must be said where its image
 * is more than that. Runs nothing.
 */

import type { Step, Work } from '../../protocol/work.js';
import { type Command, meansIn } from '../suite/suite.js';
import { isPlugin } from './environment.js';
import { scriptOf } from './script.js';

/** What to run, or half a sentence that says why nothing can be. */
export type CommandOrNot =
  | { readonly kind: 'command'; readonly command: Command }
  | { readonly kind: 'none'; readonly says: string };

/** Of the POSIX family: the script is for these. */
const shells: readonly string[] = ['sh', 'bash', 'dash', 'ash', 'ksh', 'mksh', 'zsh'];

/** By the `PATH` that the step gets. */
export function commandOf(step: Step, isService: boolean, path: string): CommandOrNot {
  const says = `"${step.name}"`;
  if (isPlugin(step)) return isService ? noService(step) : plugin(step, path);
  if (step.entrypoint !== null) {
    const [file = '', ...args] = inDirectory(step, step.entrypoint);
    return { kind: 'command', command: { file, args, says } };
  }
  const file = shellOf(step.image) ?? '/bin/sh';
  return { kind: 'command', command: { file, args: ['-e', '-c', scriptOf(step)], says } };
}

/** Lines for the run's log: which steps are made for an image that they do not get. */
export function remarksOnImages({ steps, services }: Work): string[] {
  const byImage = new Map<string, string[]>();
  for (const step of [...steps, ...services]) {
    if (step.image === null || isPlugin(step) || shellOf(step.image) !== null) continue;
    byImage.set(step.image, [...(byImage.get(step.image) ?? []), `"${step.name}"`]);
  }
  return [...byImage].map(
    ([image, names]) =>
      `This runner has no containers: what is made for ${image} runs on its own machine (${names.join(', ')}).`,
  );
}

function shellOf(image: string | null): string | null {
  return image !== null && shells.includes(baseOf(image)) ? baseOf(image) : null;
}

/** `bash` of `docker.io/library/bash:5@sha256:…`. */
function baseOf(image: string): string {
  const last = image.slice(image.lastIndexOf('/') + 1);
  return last.replace(/[:@].*$/, '');
}

function plugin(step: Step, path: string): CommandOrNot {
  const file = baseOf(step.image ?? '');
  if (file !== '' && meansIn(path, true).has(file)) {
    const [first = '', ...args] = inDirectory(step, [file]);
    return { kind: 'command', command: { file: first, args, says: file } };
  }
  const says =
    `the plugin ${step.image} needs a runner with containers, or ` +
    `a program called "${file}" on the PATH of this one`;
  return { kind: 'none', says };
}

function noService({ image }: Step): CommandOrNot {
  const says = `the service ${image} needs a runner with containers: here only commands can be run`;
  return { kind: 'none', says };
}

/** A directory that is not there yet is made. */
function inDirectory({ directory }: Step, command: readonly string[]): readonly string[] {
  if (directory === null) return command;
  const script = 'mkdir -p "$1" && cd "$1" && shift && exec "$@"';
  return ['/bin/sh', '-c', script, 'sh', directory, ...command];
}
