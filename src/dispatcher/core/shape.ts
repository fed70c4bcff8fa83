/**
 * Owns what a job wants of a runner, its *shape*, what a runner *offers*, and whether they match.
 * Jobs of one shape are interchangeable for every runner, runners of one offer for every job: so a
 * decision looks at shapes and offers, never at all that wait or all that are free.
 */

import type { Hello } from '../../protocol/bodies.js';
import { defaultJobName } from '../../protocol/ids.js';
import type { Work } from '../../protocol/work.js';
import type { Fallback } from './journal.js';

export interface Shape {
  /** The same for all jobs of the shape. */
  readonly key: string;
  /** The same for all that compete for the same runners, whatever their priority. */
  readonly wants: string;
  readonly repository: string | null;
  /** Sets of which one will do; each in alphabetical order. */
  readonly labels: readonly (readonly string[])[];
  /** What of the wire's later additions only a runner can test that knows it. */
  readonly asks: Demand;
  /** Of a group of its repository so many jobs at a time are leased. */
  readonly group: string | null;
  readonly groupLimit: number;
  /** Within the repository the higher one is served first. */
  readonly priority: number;
}

/** Those whose jobs a runner takes: these, or whichever is asked for. It may also name none. */
export type Repositories = ReadonlySet<string> | 'any';

export interface Offer {
  readonly key: string;
  readonly repositories: Repositories;
  readonly labels: ReadonlySet<string>;
  readonly knows: Demand;
}

/** Nothing; that a commit may have several jobs; or what the steps of a job are. */
const demands = ['nothing', 'jobs', 'work'] as const;

type Demand = (typeof demands)[number];

type Wanted = Pick<Shape, 'repository' | 'group'> & {
  readonly labels: readonly string[];
  readonly name: string;
  readonly work?: Work | undefined;
  readonly groupLimit?: number;
  readonly priority?: number;
};

export function shapeOf(wanted: Wanted): Shape {
  const { repository, name, group, work, groupLimit = 1, priority = 0 } = wanted;
  const asks = work !== undefined ? 'work' : name !== defaultJobName ? 'jobs' : 'nothing';
  return keyed({
    ...{ repository, labels: [inOrder(wanted.labels)], asks, group, groupLimit, priority },
  });
}

/** What a job wants once it has waited that long. */
export interface Wider {
  readonly afterMs: number;
  readonly shape: Shape;
}

/** What will do later for a job of that shape, the earliest first: each wants what the one before does, or more. */
export function widerOf(first: Shape, fallbacks: readonly Fallback[]): readonly Wider[] {
  const wider: Wider[] = [];
  for (const { labels, afterMs } of [...fallbacks].sort((a, b) => a.afterMs - b.afterMs)) {
    const { key: _, wants: __, ...before } = wider.at(-1)?.shape ?? first;
    const all = [...before.labels, inOrder(labels)];
    wider.push({ afterMs, shape: keyed({ ...before, labels: all }) });
  }
  return wider;
}

type Offered = Pick<Offer, 'repositories' | 'knows'> & { readonly labels: readonly string[] };

export function offerOf({ repositories, labels: carried, knows }: Offered): Offer {
  const labels = new Set([...carried].sort());
  const named = repositories === 'any' ? repositories : [...repositories].sort();
  return { key: keyOf(named, [...labels], knows), repositories, labels, knows };
}

/** The one that it names first is also said alone, for dispatchers that know of no others. */
export function repositoriesOf({
  repository,
  repositories = [],
  anyRepository,
}: Hello): Repositories {
  if (anyRepository === true) return 'any';
  return new Set([...(repository === null ? [] : [repository]), ...repositories]);
}

/** The most of what a peer knows, by the words of its `hello`. */
export function demandMet(words: readonly string[]): Demand {
  return demands.findLast((demand) => words.includes(demand)) ?? 'nothing';
}

/** Whether runners of that offer could ever take jobs of that shape, busy or not. */
export function suits(offer: Offer, shape: Shape, severalRepositories: boolean): boolean {
  return (
    isOfRepository(offer, shape, severalRepositories) &&
    demands.indexOf(offer.knows) >= demands.indexOf(shape.asks) &&
    carries(offer, shape)
  );
}

export function carries(offer: Offer, { labels }: Shape): boolean {
  return labels.some((all) => all.every((label) => offer.labels.has(label)));
}

/** Where only one repository is known, a runner that names none can have come for no other. */
export function isOfRepository(offer: Offer, shape: Shape, severalRepositories: boolean): boolean {
  const { repositories } = offer;
  if (shape.repository === null || repositories === 'any') return true;
  return repositories.size === 0 ? !severalRepositories : repositories.has(shape.repository);
}

/** By name, as far as it names any; null: whichever it is asked for, or none by name. */
export function namesOf({ repositories }: Offer): readonly string[] | null {
  return repositories === 'any' || repositories.size === 0 ? null : [...repositories];
}

function keyed(shape: Omit<Shape, 'key' | 'wants'>): Shape {
  const { repository, labels, asks, group, groupLimit, priority } = shape;
  const wants = keyOf(repository, labels, asks, group);
  return { ...shape, wants, key: keyOf(wants, groupLimit, priority) };
}

function inOrder(labels: readonly string[]): readonly string[] {
  return [...new Set(labels)].sort();
}

function keyOf(...parts: readonly unknown[]): string {
  return JSON.stringify(parts);
}
