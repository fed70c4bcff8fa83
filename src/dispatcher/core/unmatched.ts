/**
 * Owns who waits for nobody: a repository that no runner tests, a runner that nobody has work for.
 * All would be silent, each waiting for the other. It is told once, and again only where it was
 * otherwise in between. Never leases.
 */

import type { Notice } from './events.js';
import type { Pool } from './pool.js';
import { unmatchedForMs } from './rules.js';
import { isOfRepository, namesOf, type Offer } from './shape.js';
import type { Turn } from './turn.js';

/** So many names tell which is meant, and fit into what is told of it, however long they are. */
const namesToldMax = 100;

/** Tells of those who have been unmatched for a while: at a start, processes come in any order. */
export function tellUnmatched(turn: Turn): void {
  const { unmatched } = turn.state;
  const now = new Map([...untested(turn), ...unwanted(turn)]);
  for (const key of unmatched.keys()) if (!now.has(key)) unmatched.delete(key);
  for (const [key, notice] of now) {
    const found = unmatched.get(key) ?? { sinceMs: turn.nowMs, isTold: false };
    const isDue = !found.isTold && turn.nowMs - found.sinceMs >= unmatchedForMs;
    if (isDue) turn.publish(notice);
    unmatched.set(key, { sinceMs: found.sinceMs, isTold: found.isTold || isDue });
  }
}

/** Repositories whose jobs wait, while there are runners, but none for them. */
function untested(turn: Turn): [string, Notice][] {
  const { jobs, pool, severalRepositories: several } = turn.state;
  const lines = jobs.queue.lines();
  const runners = lines.length === 0 ? [] : pool.runners();
  if (runners.length === 0) return [];
  const tested = sorted(runners.flatMap(({ offer }) => namesOf(offer) ?? []));
  return lines
    .filter(({ shape }) => !runners.some(({ offer }) => isOfRepository(offer, shape, several)))
    .flatMap(({ shape: { repository } }): [string, Notice][] => {
      if (repository === null) return [];
      return [[`untested ${repository}`, { kind: 'untested', repository, tested }]];
    });
}

/** Runners of repositories that no observer watches and no job is of, while others are watched. */
function unwanted(turn: Turn): [string, Notice][] {
  const { jobs, pool } = turn.state;
  const observers = pool.observers();
  if (observers.length === 0) return [];
  const watched = sorted(observers.flatMap(({ repository }) => repository ?? []));
  const wanted = new Set([
    ...observers.map(({ repository }) => repository),
    ...jobs.queue.lines().map(({ shape }) => shape.repository),
  ]);
  if (wanted.has(null)) return [];
  const idle = new Map<string, number>();
  for (const { offer, runners } of idleOffers(pool)) {
    const tested = namesOf(offer) ?? [];
    // Of several that it tests one may be all that comes for now.
    if (tested.some((repository) => wanted.has(repository))) continue;
    for (const repository of tested) idle.set(repository, (idle.get(repository) ?? 0) + runners);
  }
  return [...idle].map(([repository, runners]): [string, Notice] => {
    const notice = { kind: 'unwanted', repository, runners, watched } as const;
    return [`unwanted ${repository}`, notice];
  });
}

/** What runners offer that have nothing in hand: of ten thousand, mostly the same. */
function idleOffers(pool: Pool): Iterable<{ readonly offer: Offer; readonly runners: number }> {
  const offers = new Map<string, { readonly offer: Offer; runners: number }>();
  for (const { offer, runs } of pool.runners()) {
    if (runs.size > 0) continue;
    const those = offers.get(offer.key);
    if (those === undefined) offers.set(offer.key, { offer, runners: 1 });
    else those.runners += 1;
  }
  return offers.values();
}

function sorted(names: readonly string[]): string[] {
  return [...new Set(names)].sort().slice(0, namesToldMax);
}
