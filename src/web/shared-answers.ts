/**
 * Owns answers that many want at the same moment: each is made once, and is good for a moment. Three
 * hundred pages that hear of a commit and ask at once cost what one costs.
 */

import { createHash } from 'node:crypto';
import type { z } from 'zod';
import type { Question } from '../protocol/questions.js';
import type { Behind } from './behind.js';

/** Nobody sees that an answer is so old; whoever has heard of something newer asks again. */
const goodForMs = 200;

const keptMost = 500;

/**
 * A disk that is full may keep an answer for as long as it likes; one that is slow, or a machine that is busy,
 * is waited for.
 */
const answerWithinMs = 30_000;

const late = 'The dispatcher waits for its disk: ask again in a moment';

export interface Answer {
  readonly bytes: string;
  readonly etag: string;
  /** It says why there is no document. */
  readonly isRefusal: boolean;
}

interface Kept {
  readonly untilMs: number;
  readonly answer: Promise<Answer>;
}

export class SharedAnswers {
  readonly #behind: Pick<Behind, 'answer' | 'clock'>;
  readonly #kept = new Map<string, Kept>();

  constructor(behind: Pick<Behind, 'answer' | 'clock'>) {
    this.#behind = behind;
  }

  /** Rejects where the past cannot be read now. */
  of(question: Question): Promise<Answer> {
    const key = JSON.stringify(question);
    const nowMs = this.#behind.clock.nowMs();
    const kept = this.#kept.get(key);
    if (kept !== undefined && nowMs < kept.untilMs) return kept.answer;
    if (this.#kept.size >= keptMost) this.#kept.clear();
    const answer = this.#inTime(this.#behind.answer(question).then(answerOf));
    this.#kept.set(key, { untilMs: nowMs + goodForMs, answer });
    return answer;
  }

  #inTime(answer: Promise<Answer>): Promise<Answer> {
    return new Promise((resolve, reject) => {
      const cancel = this.#behind.clock.after(answerWithinMs, () => reject(new Error(late)));
      answer.finally(cancel).then(resolve, reject);
    });
  }

  /** The same as a document, for those who make something else of it. Rejects also where there is none. */
  async document<Schema extends z.ZodType>(
    schema: Schema,
    question: Question,
  ): Promise<z.infer<Schema>> {
    const { bytes } = await this.of(question);
    return schema.parse(JSON.parse(bytes));
  }
}

function answerOf(document: object): Answer {
  const bytes = JSON.stringify(document);
  const digest = createHash('sha256').update(bytes).digest('base64url').slice(0, 22);
  return { bytes, etag: `"${digest}"`, isRefusal: 'error' in document };
}
