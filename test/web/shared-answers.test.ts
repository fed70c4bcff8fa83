import { expect, test } from 'vitest';
import { question } from '../../src/protocol/questions.js';
import { SharedAnswers } from '../../src/web/shared-answers.js';
import { handClock } from '../support/hand-clock.js';

const queue = question.parse({ what: 'queue' });

test('many who ask the same within a moment cost what one costs', async () => {
  const clock = handClock();
  let asked = 0;
  const answers = new SharedAnswers({
    clock,
    answer: async () => {
      asked += 1;
      return { asked };
    },
  });
  const all = await Promise.all(Array.from({ length: 300 }, () => answers.of(queue)));
  expect(new Set(all.map(({ bytes }) => bytes))).toEqual(new Set(['{"asked":1}']));
  clock.pass(1_000);
  expect((await answers.of(queue)).bytes).toBe('{"asked":2}');
});

test('where a full disk keeps the answer, whoever waits is told so', async () => {
  const clock = handClock();
  const answers = new SharedAnswers({ clock, answer: () => new Promise(() => {}) });
  const waits = expect(answers.of(queue)).rejects.toThrow(/waits for its disk/);
  clock.pass(60_000);
  await waits;
});
