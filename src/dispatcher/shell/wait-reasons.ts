/**
 * Owns the words for why a job waits, as half a sentence: "2 runners, both busy, third in line".
 */

import type { Job } from '../core/job.js';
import type { Setback } from '../core/rules.js';
import type { WaitReason } from '../core/waits.js';
import { jobNamed } from '../sentences.js';

/** So many runners are named; the others are counted as others. */
const namedMost = 3;

export function waitReason(reason: WaitReason): string {
  switch (reason.kind) {
    case 'no-runner':
      return 'no runner is registered';
    case 'untested': {
      const tested = reason.tested.map((repository) => repository ?? 'none they named');
      return `no runner tests the repository ${reason.repository} (they test ${tested.join(', ')})`;
    }
    case 'blocked':
      return `it needs ${enumeration.format(reason.by)}`;
    case 'labels-wanted': {
      const { labels, runners, later } = reason;
      const of =
        runners === 1
          ? 'the only runner for it does not carry'
          : `none of ${runners} runners for it carries`;
      const lacked = labels.map(labelsNamed).join(', or ');
      if (later === null) return `${of} ${lacked}`;
      return `${of} ${lacked}; ${willDo(later.labels)} in ${duration(later.inMs)}`;
    }
    case 'paused':
      return reason.what === 'all' ? 'everything is paused' : 'its repository is paused';
    case 'runners-paused':
      return `${named(reason.runners)} could test it, and ${reason.runners.length === 1 ? 'is' : 'are'} paused`;
    case 'runners-too-old':
      return `${named(reason.runners)} cannot take a job by its name: upgrade, or start another`;
    case 'group-taken':
      return groupTaken(reason.group, reason.by);
    case 'retry':
      return `${setback(reason.why)}; tried again in ${seconds(reason.inMs)}`;
    case 'commit-unknown': {
      const lack = reason.runners.length === 1 ? 'does not have' : 'do not have';
      const when = seconds(reason.inMs);
      return `${named(reason.runners)} ${lack} the commit yet; asked again in ${when}`;
    }
    case 'runners-draining':
      return `${count(reason.runners)} for it, shutting down`;
    case 'runners-refused':
      return `${named(reason.runners)} refused a run just now; asked again soon`;
    case 'runners-busy': {
      const { runners } = reason;
      const all = runners === 1 ? 'busy' : runners === 2 ? 'both busy' : 'all busy';
      return `${count(runners)}, ${all}, ${place(reason.place)} in line`;
    }
    case 'dispatcher-draining':
      return 'the dispatcher is shutting down';
    case 'dispatcher-listening':
      return 'the dispatcher stood still, and first hears who is still there';
  }
}

function groupTaken(group: string, by: readonly Job[]): string {
  const [first, ...others] = by;
  if (first === undefined || others.length > namedMost)
    return `${by.length} jobs have the group ${group}`;
  return `${enumeration.format(by.map(jobNamed))} ${others.length > 0 ? 'have' : 'has'} the group ${group}`;
}

function labelsNamed(labels: readonly string[]): string {
  return `${labels.length === 1 ? 'the label' : 'the labels'} ${labels.join(', ')}`;
}

function willDo(labels: readonly string[]): string {
  return labels.length === 0 ? 'any runner will do' : `${labels.join(', ')} will do`;
}

function setback(why: Setback): string {
  switch (why.kind) {
    case 'unconfirmed':
      return 'it came to no runner';
    case 'machine-fault':
      return `${why.runner}'s machine could not run it`;
    case 'could-not-fetch':
      return 'it could not be fetched';
  }
}

function seconds(ms: number): string {
  return `${Math.ceil(ms / 1_000)} s`;
}

function duration(ms: number): string {
  return ms < 120_000 ? seconds(ms) : `${Math.ceil(ms / 60_000)} min`;
}

/** "ada", "ada and bob", "ada, bob and eve". */
const enumeration = new Intl.ListFormat('en-GB');

function named(runners: readonly string[]): string {
  const shown = runners.slice(0, namedMost);
  return enumeration.format(runners.length > namedMost ? [...shown, 'others'] : shown);
}

function count(runners: number): string {
  return runners === 1 ? '1 runner' : `${runners} runners`;
}

function place(position: number): string {
  const words = ['first', 'second', 'third', 'fourth', 'fifth'];
  return words[position - 1] ?? `number ${position}`;
}
