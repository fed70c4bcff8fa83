/**
 * Owns how a recording comes from a disk: chosen, or dropped anywhere on the page. It is read here, in the
 * browser; nothing of it goes to the dispatcher.
 */

import { useSignal } from '@preact/signals';
import { useEffect, useRef } from 'preact/hooks';
import { type ParsedRecording, parseRecording } from '../../../record/parse.js';
import { html } from '../html.js';
import { notice } from '../page.js';
import { links } from '../router.js';

/** A hundred times fifty thousand records; a browser that reads more is no longer one. */
const fileBytesMax = 512 * 1_024 * 1_024;

export interface Opened extends ParsedRecording {
  readonly name: string;
}

/** What is in that file; null: it is told what is wrong with it. */
export async function opened(file: File): Promise<Opened | null> {
  const says = (sentence: string) => {
    notice.value = { isDone: false, status: 0, says: `${file.name}: ${sentence}` };
    return null;
  };
  if (file.size > fileBytesMax) return says('a recording has at most 512 MiB');
  let text: string;
  try {
    text = await file.text();
  } catch {
    return says('the browser cannot read it');
  }
  const read = parseRecording(text);
  if ('says' in read) return says(read.says);
  const { isCutShort, earlier } = read.value;
  if (isCutShort) says('its last line is cut off: all before it is shown');
  else if (earlier > 0) says('it holds several recordings: the last is shown');
  else notice.value = null;
  return { ...read.value, name: file.name };
}

/** A button, all of the page as a place to drop a file upon, and the way to the page of two. */
export function Open({ take }: { readonly take: (recording: Opened) => void }) {
  const input = useRef<HTMLInputElement>(null);
  const isOver = useSignal(false);
  const read = async (file: File | undefined) => {
    const recording = file === undefined ? null : await opened(file);
    if (recording !== null) take(recording);
    if (input.current !== null) input.current.value = '';
  };
  useDrop(
    (file) => void read(file),
    (isDragged) => {
      isOver.value = isDragged;
    },
  );
  return html`<span class="open-file ${isOver.value ? 'dragged' : ''}">
    <label class="button">Open…<input type="file" class="unseen" ref=${input} accept=".ndjson,.jsonl,.log,.txt" aria-label="Open a recording" onChange=${() => void read(input.current?.files?.[0])} /></label>
    <a class="button" href=${links.compare} title="Two recordings side by side">Compare…</a>
    ${isOver.value ? html`<span class="drop-here" aria-hidden="true">Drop the recording here</span>` : ''}
  </span>`;
}

function useDrop(drop: (file: File) => void, drag: (isDragged: boolean) => void): void {
  const latest = useRef({ drop, drag });
  latest.current = { drop, drag };
  useEffect(() => {
    const over = (event: DragEvent) => {
      if (event.dataTransfer?.types.includes('Files') !== true) return;
      event.preventDefault();
      latest.current.drag(true);
    };
    const leave = (event: DragEvent) => {
      if (event.relatedTarget === null) latest.current.drag(false);
    };
    const dropped = (event: DragEvent) => {
      event.preventDefault();
      latest.current.drag(false);
      const file = event.dataTransfer?.files[0];
      if (file !== undefined) latest.current.drop(file);
    };
    addEventListener('dragover', over);
    addEventListener('dragleave', leave);
    addEventListener('drop', dropped);
    return () => {
      removeEventListener('dragover', over);
      removeEventListener('dragleave', leave);
      removeEventListener('drop', dropped);
    };
  }, []);
}
