/**
 * Step 9 of the tour: the dispatcher's performer, with hands that say what they do, on a disk that is
 * full the first time. What if it were the sending that came first?
 *
 *   npx tsx docs/tour/durable.ts
 */

import { Performer } from '../../src/dispatcher/shell/performer.js';
import { parseCommit } from '../../src/protocol/ids.js';
import { realClock } from '../../src/world/clock.js';

const commit = parseCommit('812d'.repeat(10));
if (commit === null) throw new Error('that is no commit');
let tries = 0;

const performer = new Performer(realClock, {
  prepare: async () => {},
  append: async (entries) => {
    tries += 1;
    if (tries === 1) throw new Error('no space left on device');
    console.log(`on disk: ${entries.map(({ kind }) => kind)}`);
    return entries.length;
  },
  send: () => console.log('sent: OK'),
  publish: () => console.log('told to all who watch'),
  isForWaiting: () => true,
  blocked: (isBlocked) => console.log(isBlocked ? 'the disk is full: we wait' : 'there is room'),
});

performer.submit({
  atMs: 0,
  effects: [
    { kind: 'append', entry: { kind: 'rerun-asked', job: 1, atMs: 0 } },
    { kind: 'reply', request: 1, reply: { kind: 'done' } },
    { kind: 'publish', notice: { kind: 'known', job: 1, commit } },
  ],
  jobs: new Map(),
});
await performer.settled();
