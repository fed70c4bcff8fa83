/**
 * Owns what a job wants of a runner, its *shape*, what a runner *offers*, and whether they match.
 * Jobs of one shape are interchangeable for every runner, runners of one offer for every job: so a
 * decision looks at shapes and offers, never at all that wait or all that are free.
 */

import { defaultJobName } from '../../protocol/ids.js';

export interface Shape {
  /** The same for all jobs of the shape. */
  readonly key: string;
  readonly repository: string | null;
  /** In alphabetical order. */
  readonly labels: readonly string[];
  /** One job of several, which only a runner can test that knows of such. */
  readonly isNamed: boolean;
  /** Of a group of its repository one job at a time is leased. */
  readonly group: string | null;
}

export interface Offer {
  readonly key: string;
  readonly repository: string | null;
  readonly labels: ReadonlySet<string>;
  /** That a commit may have several jobs. */
  readonly knowsJobs: boolean;
}

type Wanted = Pick<Shape, 'repository' | 'labels' | 'group'> & { readonly name: string };

export function shapeOf({ repository, labels: wanted, name, group }: Wanted): Shape {
  const labels = [...new Set(wanted)].sort();
  const isNamed = name !== defaultJobName;
  return { key: keyOf(repository, labels, isNamed, group), repository, labels, isNamed, group };
}

type Offered = Pick<Offer, 'repository' | 'knowsJobs'> & { readonly labels: readonly string[] };

export function offerOf({ repository, labels: carried, knowsJobs }: Offered): Offer {
  const labels = new Set([...carried].sort());
  return { key: keyOf(repository, [...labels], knowsJobs), repository, labels, knowsJobs };
}

/** Whether runners of that offer could ever take jobs of that shape, busy or not. */
export function suits(offer: Offer, shape: Shape, severalRepositories: boolean): boolean {
  return (
    isOfRepository(offer, shape, severalRepositories) &&
    (offer.knowsJobs || !shape.isNamed) &&
    shape.labels.every((label) => offer.labels.has(label))
  );
}

/** Where only one repository is known, a runner that names none can have come for no other. */
export function isOfRepository(offer: Offer, shape: Shape, severalRepositories: boolean): boolean {
  if (shape.repository === null || offer.repository === shape.repository) return true;
  return offer.repository === null && !severalRepositories;
}

function keyOf(...parts: readonly unknown[]): string {
  return JSON.stringify(parts);
}
