import assert from 'node:assert/strict';
import { test } from 'node:test';
import { greet } from '../src/greet.js';

test('greets in English', () => assert.equal(greet('Ada'), 'Hello, Ada!'));
test('greets in German', () => assert.equal(greet('Ada', 'de'), 'Guten Tag, Ada!'));
test('knows what it does not know', () => assert.throws(() => greet('Ada', 'xx'), RangeError));
