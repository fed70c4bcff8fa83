/**
 * Owns what a job wants of a runner, its *shape*, what a runner *offers*, and whether they match.
 * Jobs of one shape are interchangeable for every runner, runners of one offer for every job: so a
 * decision looks at shapes and offers, never at all that wait or all that are free.
 */

import type { Hello } from '../../protocol/bodies.js';
import { defaultJobName } from '../../protocol/ids.js';
import type { Work } from '../../protocol/work.js';

export interface Shape {
  /** The same for all jobs of the shape. */
  readonly key: string;
  readonly repository: string | null;
  /** In alphabetical order. */
  readonly labels: readonly string[];
  /** What of the wire's later additions only a runner can test that knows it. */
  readonly asks: Demand;
  /** Of a group of its repository one job at a time is leased. */
  readonly group: string | null;
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

type Wanted = Pick<Shape, 'repository' | 'labels' | 'group'> & {
  readonly name: string;
  readonly work?: Work | undefined;
};

export function shapeOf({ repository, labels: wanted, name, group, work }: Wanted): Shape {
  const labels = [...new Set(wanted)].sort();
  const asks = work !== undefined ? 'work' : name !== defaultJobName ? 'jobs' : 'nothing';
  return { key: keyOf(repository, labels, asks, group), repository, labels, asks, group };
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
    shape.labels.every((label) => offer.labels.has(label))
  );
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

function keyOf(...parts: readonly unknown[]): string {
  return JSON.stringify(parts);
}
