import { eachIsCaught } from './planted.js';
import { plantedInShell } from './planted-in-shell.js';

eachIsCaught(plantedInShell);
