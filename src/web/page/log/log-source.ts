/**
 * Owns how the page comes by a log: its outline, and those lines that are wanted, in blocks, of which the
 * last ones that were wanted are kept. Follows the log while it grows.
 * Never holds a whole log; what is not here yet is undefined, and `arrived` says when something came.
 */

import { signal } from '@preact/signals';
import type { LogLines, LogOutline, LogSearch } from '../../../protocol/log-documents.js';
import { type Happening, hear } from '../live.js';
import { asRefusal, fetched } from './asked.js';
import { type Span, spansOf, styleFrom, visible } from './sgr.js';

export interface ShownLine {
  readonly spans: readonly Span[];
  /** When it came; null: nobody knows. */
  readonly atMs: number | null;
  /** The length of all of it in bytes, where this is its beginning only. */
  readonly cutBytes: number | null;
}

interface Block {
  readonly first: number;
  lines: ShownLine[];
  characters: number;
}

const blockLines = 500;

/** Kept: some megabytes. */
const blocksMost = 40;
const charactersMost = 6_000_000;

const askedAtOnce = 3;

/** However fast a log grows, the eye is told no more often. */
const growsEveryMs = 250;
const retryAfterMs = 2_000;

/** Lines that can be had as one text. */
export const textLinesMost = 20_000;

export class LogSource {
  readonly url: string;
  readonly outline = signal<LogOutline | null>(null);
  /** Why there is nothing to be seen. */
  readonly refusal = signal<{ readonly status: number; readonly says: string } | null>(null);
  /** Counts what has come. */
  readonly arrived = signal(0);
  readonly #log: string;
  readonly #run: string;
  readonly #blocks = new Map<number, Block>();
  /** How long the log was when a block that ended with it came. */
  readonly #seenBytes = new Map<number, number>();
  readonly #asked = new Set<number>();
  #wanted: readonly number[] = [];
  #timer: ReturnType<typeof setTimeout> | undefined;
  #isOver = false;

  constructor(log: string) {
    this.#log = log;
    this.#run = log.split('.')[0] ?? log;
    this.url = `/api/logs/${log}`;
  }

  /** Until the answer is called. */
  follow(): () => void {
    this.#isOver = false;
    void this.#look();
    const unhear = hear((happening) => {
      if (happening === 'resync' || this.#concerns(happening)) this.#lookSoon(growsEveryMs);
    });
    return () => {
      this.#isOver = true;
      clearTimeout(this.#timer);
      unhear();
    };
  }

  line(number: number): ShownLine | undefined {
    const block = this.#blocks.get(blockOf(number));
    return block?.lines[number - block.first];
  }

  /** These are to be seen; what was wanted before is no longer urgent. */
  want(lines: readonly number[]): void {
    this.#wanted = [...new Set(lines.map(blockOf))];
    for (const number of this.#wanted) {
      // What was wanted last is at the end, and goes last.
      const block = this.#blocks.get(number);
      if (block === undefined) continue;
      this.#blocks.delete(number);
      this.#blocks.set(number, block);
    }
    this.#pump();
  }

  /** What a reader sees of these lines. */
  async text(first: number, last: number): Promise<string> {
    const lines: string[] = [];
    while (first + lines.length <= last) {
      const count = Math.min(2_000, last + 1 - first - lines.length);
      const answer = await this.#lines(first + lines.length, count);
      if (answer.lines.length === 0) break;
      lines.push(...answer.lines.map(visible));
    }
    return lines.map((line) => `${line}\n`).join('');
  }

  search(query: string, after: number, abort: AbortSignal): Promise<LogSearch> {
    const asked = new URLSearchParams({ q: query, after: String(after) });
    return fetched<LogSearch>(`${this.url}/search?${asked}`, abort);
  }

  #concerns({ kind, run, log }: Happening): boolean {
    return run === this.#run && (kind !== 'log' || log === this.#log);
  }

  #lookSoon(afterMs: number): void {
    if (!this.#isOver) this.#timer ??= setTimeout(() => void this.#look(), afterMs);
  }

  async #look(): Promise<void> {
    try {
      const outline = await fetched<LogOutline>(`${this.url}/outline`);
      this.outline.value = outline;
      this.refusal.value = null;
      this.#pump();
    } catch (error) {
      const { status, says } = asRefusal(error);
      // What is here stays to be read.
      if (this.outline.value === null) this.refusal.value = { status, says };
      clearTimeout(this.#timer);
      this.#timer = undefined;
      if (status === 0 || status === 503) this.#lookSoon(retryAfterMs);
      return;
    }
    this.#timer = undefined;
  }

  #pump(): void {
    for (const number of this.#wanted) {
      if (this.#asked.size >= askedAtOnce) return;
      if (this.#isWhole(number) || this.#asked.has(number)) continue;
      this.#asked.add(number);
      void this.#ask(number);
    }
  }

  /** Whether all its lines are here that there are. */
  #isWhole(number: number): boolean {
    const outline = this.outline.value;
    const block = this.#blocks.get(number);
    if (outline === null) return true;
    const there = Math.min(blockLines, outline.total - number * blockLines);
    return (
      there <= 0 || (block !== undefined && block.lines.length >= there && !this.#isOpen(block))
    );
  }

  /** Its last line may have been cut off by the log's end at that time. */
  #isOpen({ first, lines }: Block): boolean {
    const outline = this.outline.value;
    if (outline === null) return false;
    const seen = this.#seenBytes.get(first);
    return seen !== undefined && first + lines.length - 1 <= outline.total && seen < outline.bytes;
  }

  async #ask(number: number): Promise<void> {
    const first = number * blockLines + 1;
    const block = this.#blocks.get(number) ?? { first, lines: [], characters: 0 };
    // The last one may have been half a line.
    const kept = Math.max(0, block.lines.length - 1);
    try {
      this.#take(number, block, kept, await this.#lines(first + kept, blockLines - kept));
    } catch (error) {
      // Shown as missing until it is tried again.
      if (asRefusal(error).status !== 404) this.#lookSoon(retryAfterMs);
      this.#asked.delete(number);
      return;
    }
    this.#asked.delete(number);
    this.#pump();
  }

  #take(number: number, block: Block, kept: number, answer: LogLines): void {
    const shown = linesOf(answer);
    const characters = answer.lines.reduce((sum, line) => sum + line.length, 0);
    this.#blocks.delete(number);
    this.#blocks.set(number, {
      first: block.first,
      lines: [...block.lines.slice(0, kept), ...shown],
      characters: block.characters + characters,
    });
    const isEnd = answer.from + shown.length > answer.total;
    if (isEnd && !answer.isOver) this.#seenBytes.set(block.first, answer.bytes);
    else this.#seenBytes.delete(block.first);
    this.#forget();
    this.arrived.value += 1;
  }

  #forget(): void {
    let characters = 0;
    for (const block of this.#blocks.values()) characters += block.characters;
    for (const [number, block] of this.#blocks) {
      if (this.#blocks.size <= blocksMost && characters <= charactersMost) return;
      if (this.#wanted.includes(number)) continue;
      characters -= block.characters;
      this.#blocks.delete(number);
      this.#seenBytes.delete(block.first);
    }
  }

  #lines(from: number, count: number): Promise<LogLines> {
    return fetched<LogLines>(`${this.url}/lines?from=${from}&count=${count}`);
  }
}

function blockOf(line: number): number {
  return Math.floor((line - 1) / blockLines);
}

function linesOf({ from, lines, style: begins, cut, times }: LogLines): ShownLine[] {
  const cuts = new Map(cut);
  const came = new Map(times);
  let style = styleFrom(begins);
  let atMs: number | null = null;
  return lines.map((text, index) => {
    const number = from + index;
    const here = spansOf(text, style);
    style = here.style;
    if (came.has(number)) atMs = came.get(number) ?? null;
    return { spans: here.spans, atMs, cutBytes: cuts.get(number) ?? null };
  });
}
