import { eachIsCaught } from './planted.js';
import { plantedInCore } from './planted-in-core.js';

eachIsCaught(plantedInCore);
