/**
 * Owns what a lab makes of a dispatcher's story: each line of it as what changed, and for whom. The story
 * is told at once, line by line, so the last words of one that is killed are heard too; and the stand-ins
 * for the ancestor tell theirs in the same words. Pure.
 */

import { dispatcher, type WireChange } from '../record/record.js';

/** What became of a job, or of who tests it. */
export interface Fact {
  readonly what: Extract<
    WireChange['what'],
    | 'joined'
    | 'left'
    | 'draining'
    | 'accepted'
    | 'leased'
    | 'resumed'
    | 'lost'
    | 'requeued'
    | 'handed-back'
    | 'late'
    | 'verdict'
    | 'thawed'
  >;
  readonly process: string;
  readonly commit?: string;
  readonly run?: string;
  readonly verdict?: string;
  readonly says: string;
}

/** A line of a story, as `--log-format json` writes it. */
export interface StoryLine {
  readonly event: string;
  readonly msg: string;
  readonly [field: string]: unknown;
}

/** `nameOf`: what the lab calls a peer that goes by that name in the story. */
export function factsIn(line: StoryLine, nameOf: (called: string) => string): Fact[] {
  const { event, msg: says } = line;
  const text = (field: string) => {
    const value = line[field];
    return typeof value === 'string' ? value : undefined;
  };
  const called = text('runner') ?? text('observer');
  const process = called === undefined ? dispatcher : nameOf(called);
  const [commit, run, next] = [text('commit'), text('run'), text('next')];
  const about = {
    ...(commit !== undefined && { commit }),
    ...(run !== undefined && { run }),
    says,
  };
  switch (event) {
    case 'runner-joined':
    case 'observer-joined':
      return [{ what: 'joined', process, says }];
    case 'runner-left':
    case 'observer-left':
      return [{ what: 'left', process, says }];
    case 'accepted':
      return [{ what: 'accepted', process: dispatcher, ...about }];
    case 'leased':
    case 'resumed':
    case 'handed-back':
      return [{ what: event, process, ...about }];
    case 'lost': {
      const lost: Fact = { what: 'lost', process, ...about };
      const waits = { ...about, run: undefined, process: dispatcher };
      if (says.endsWith('given up')) return [lost];
      const requeued: Fact = { ...withoutRun(waits), what: 'requeued' };
      return [lost, requeued, ...(next === undefined ? [] : [leasedNext(line, nameOf(next))])];
    }
    case 'late-result':
      return [{ what: 'late', process, ...about }];
    case 'rerun-asked':
      return [{ what: 'requeued', process: dispatcher, ...about }];
    case 'finished': {
      const verdict = text('verdict');
      return [{ what: 'verdict', process, ...about, ...(verdict !== undefined && { verdict }) }];
    }
    case 'draining':
      return [{ what: 'draining', process: dispatcher, says }];
    case 'stalled':
      return [{ what: 'thawed', process: dispatcher, says }];
    default:
      return [];
  }
}

/** Told in one sentence with the loss. */
function leasedNext(line: StoryLine, process: string): Fact {
  const { commit, nextRun } = line;
  const says = `${String(commit).slice(0, 7)} → runner ${process}`;
  const run = typeof nextRun === 'string' ? { run: nextRun } : {};
  return { what: 'leased', process, commit: String(commit), ...run, says };
}

function withoutRun({ run: _, ...rest }: Omit<Fact, 'what' | 'run'> & { run?: undefined }) {
  return rest;
}
