/**
 * Owns one of two recordings that are compared: from a file, or fetched from an address of this server, and
 * what is said while it comes and where it does not.
 */

import type { Signal } from '@preact/signals';
import { Model } from '../../../record/model.js';
import { type ParsedRecording, parseRecording } from '../../../record/parse.js';

export type Side =
  | { readonly kind: 'none' }
  | { readonly kind: 'coming'; readonly says: string; readonly records: number }
  | { readonly kind: 'fault'; readonly says: string }
  | { readonly kind: 'here'; readonly name: string; readonly model: Model };

/** Its world is run from the beginning before its recording is whole: this takes seconds. */
const twin = '/api/world/twin';

export function here(name: string, { header, records }: ParsedRecording): Side {
  const model = new Model(header);
  for (const record of records) model.append(record);
  return { kind: 'here', name, model };
}

/** Only of this server: an address elsewhere is none that anybody should be sent to. */
export async function fetched(side: Signal<Side>, address: string | null): Promise<void> {
  if (address === null) return;
  const fails = (says: string) => {
    side.value = { kind: 'fault', says };
  };
  if (!/^\/(?!\/)/.test(address)) return fails('An address begins with /, as /api/wire does');
  const comes = (records: number) => {
    side.value = { kind: 'coming', says: comingWords(address), records };
  };
  comes(0);
  const what = address === twin ? 'The twin' : address;
  try {
    const answer = await fetch(address);
    if (!answer.ok) return fails(`${what} does not come: ${await whyOf(answer)}`);
    const text = await read(answer, comes);
    if (text === '') return fails(`${what} does not come: its process ended before it began`);
    const parsed = parseRecording(text);
    if ('says' in parsed) fails(`${what} is no recording: ${parsed.says}`);
    else if (parsed.value.isCutShort) fails(`${what} broke off: its last line is cut off`);
    else side.value = here(address, parsed.value);
  } catch {
    fails(`${what} broke off, or cannot be reached: load the page again to have it tried again`);
  }
}

function comingWords(address: string): string {
  return address === twin
    ? 'The twin is run from its beginning: this takes some seconds.'
    : `${address} is on its way.`;
}

/** As the server says it, or by its number. */
async function whyOf(answer: Response): Promise<string> {
  const told = await answer.json().catch(() => null);
  return typeof told?.error === 'string' ? told.error : `the server answers ${answer.status}`;
}

/** All of it; `comes` is told how many lines there are by now. */
async function read(answer: Response, comes: (lines: number) => void): Promise<string> {
  const reader = answer.body?.pipeThrough(new TextDecoderStream()).getReader();
  if (reader === undefined) return answer.text();
  const pieces: string[] = [];
  let lines = 0;
  for (;;) {
    const { done, value } = await reader.read();
    if (done) return pieces.join('');
    pieces.push(value);
    lines += value.split('\n').length - 1;
    // The first of them is the header.
    comes(Math.max(0, lines - 1));
  }
}
