import { eachIsCaught } from './planted.js';
import { plantedInStore } from './planted-in-store.js';

eachIsCaught(plantedInStore);
