/**
 * Owns which stages there are for each role, in the order in which one climbs them.
 */

import { classicStages as dispatcherClassic } from './dispatcher/classic-stages.js';
import { faultStages as dispatcherFaults } from './dispatcher/fault-stages.js';
import { sessionStages as dispatcherSession } from './dispatcher/session-stages.js';
import { classicStages as observerClassic } from './observer/classic-stages.js';
import { sessionStages as observerSession } from './observer/session-stages.js';
import { classicStages as runnerClassic } from './runner/classic-stages.js';
import { faultStages as runnerFaults } from './runner/fault-stages.js';
import { sessionStages as runnerSession } from './runner/session-stages.js';
import type { Role, Stage } from './stage.js';

export const ladders: Readonly<Record<Role, readonly Stage[]>> = {
  runner: [...runnerClassic, ...runnerSession, ...runnerFaults],
  observer: [...observerClassic, ...observerSession],
  dispatcher: [...dispatcherClassic, ...dispatcherFaults, ...dispatcherSession],
};
