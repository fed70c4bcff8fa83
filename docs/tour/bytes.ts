/**
 * Step 7 of the tour: hands the decoder pieces of bytes, and tells what came out after each.
 *
 *   npx tsx docs/tour/bytes.ts 'sta' 'tus\n'
 */

import { sessionDecoder } from '../../src/protocol/decoder.js';

const decoder = sessionDecoder();

for (const typed of process.argv.slice(2)) {
  const decoded = decoder.push(Buffer.from(typed.replaceAll('\\n', '\n')));
  console.log(`'${typed}'`);
  for (const one of decoded) {
    if (one.kind === 'fault') console.log(`    fault: ${one.fault.says.trim()}`);
    else console.log('   ', JSON.stringify(readable(one.message)));
  }
  if (decoder.heldBytes > 0)
    console.log(`    ${decoder.heldBytes} bytes held, for there may be more`);
}

/** With a body of bytes as text. */
function readable(message: object): object {
  return 'body' in message && message.body instanceof Buffer
    ? { ...message, body: message.body.toString() }
    : message;
}
