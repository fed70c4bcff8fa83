/**
 * Step 10 of the tour: plants a bug, in a copy of the code, and lets worlds happen until one of them
 * breaks a law.
 *
 *   npx tsx docs/tour/plant.ts                        which bugs there are
 *   npx tsx docs/tour/plant.ts 'poison commit'        that one, by a part of its name
 */

import { fileURLToPath } from 'node:url';
import { type Law, laws } from '../../test/simulation/laws.js';
import { plantedInCore } from '../../test/simulation/planted-in-core.js';
import { plantedInPeers } from '../../test/simulation/planted-in-peers.js';
import { plantedInShell } from '../../test/simulation/planted-in-shell.js';
import { plantedInStore } from '../../test/simulation/planted-in-store.js';
import { firstCaught } from '../../test/simulation/planting.js';

process.chdir(fileURLToPath(new URL('../..', import.meta.url)));
const [wanted = ''] = process.argv.slice(2);
const planted = [...plantedInCore, ...plantedInShell, ...plantedInPeers, ...plantedInStore];
const [bug, ...others] = planted.filter(({ name }) => name.includes(wanted));

if (bug === undefined || others.length > 0) {
  for (const { name } of planted) console.log(name);
} else {
  console.log(`src/${bug.file}, in place of`);
  console.log(`${bug.line}\nstands\n${bug.becomes}`);
  const caught = await firstCaught(bug);
  if (caught === null) console.log('and no world noticed it');
  else console.log(`and seed ${caught.seed} breaks the law that ${laws[caught.law as Law]}`);
}
