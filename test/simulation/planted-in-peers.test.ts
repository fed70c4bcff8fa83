import { eachIsCaught } from './planted.js';
import { plantedInPeers } from './planted-in-peers.js';

eachIsCaught(plantedInPeers);
