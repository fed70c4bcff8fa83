/**
 * Owns what must be recorded of a run that had steps: how each of them went, and what each of them
 * printed, to the last byte. Says what is wrong; never remembers anything.
 */

import type { Step, StepReport, Work } from '../../src/protocol/work.js';
import type { Copies } from './copies.js';
import type { SimulatedDisk } from './disk.js';
import type { Broken } from './laws.js';
import type { LedgerJob, LedgerRun } from './ledger.js';
import { secretValue } from './plans.js';
import { logBytesMax } from './suites.js';
import { namesSecret } from './workflows.js';

/** A run that has given its verdict, and where that is. */
export interface RecordedRun {
  readonly job: LedgerJob;
  readonly run: LedgerRun;
  /** As it was planned. */
  readonly work: Work;
  readonly entry: {
    readonly verdict: string;
    readonly reason: string;
    readonly logBytes: number;
    readonly steps?: readonly StepReport[] | undefined;
  };
  /** The dispatcher's. */
  readonly disk: SimulatedDisk;
  readonly copies: Copies;
  /** The file in which all that the run printed is public. */
  readonly result: string;
}

/** A step that really began. */
export interface Played {
  readonly printed: Buffer[];
  /** It was told to end before its runner heard of its end: one that is frozen hears late. */
  isTold: boolean;
  isOver: boolean;
  /** Null while it goes on, and where it was ended. */
  exitCode: number | null;
}

/** A step of a job, or one of its services. */
export interface Part {
  readonly number: number;
  readonly step: Step;
  readonly isService: boolean;
}

/** The laws that it breaks, where its steps were played so. */
export function* judgeSteps(
  record: RecordedRun,
  played: ReadonlyMap<number, Played>,
): Generator<Broken> {
  const { job, run, work, entry } = record;
  const where = whereOf(job, run);
  const how = howUntrue(partsOf(work), played, entry);
  if (how !== null) yield { law: 'steps', how: `${where} ${how}` };
  else for (const { law, how } of judgeLogs(record, played)) yield { law, how: `${where} ${how}` };
}

function whereOf({ commit, name }: LedgerJob, { number }: LedgerRun): string {
  return `${commit.slice(0, 7)} (${name}), run ${number},`;
}

/** Steps have the first numbers, services those behind. */
export function partsOf({ steps, services }: Work): Part[] {
  return [
    ...steps.map((step, index) => ({ number: index + 1, step, isService: false })),
    ...services.map((step, index) => ({
      ...{ number: steps.length + index + 1, step, isService: true },
    })),
  ];
}

/** Its failure is the job's. */
export function counts({ step, isService }: Part): boolean {
  return step.failure !== 'ignore' && !isService;
}

/** What of a record is not how it went; null where all is. */
function howUntrue(
  parts: readonly Part[],
  played: ReadonlyMap<number, Played>,
  { verdict, steps = [] }: RecordedRun['entry'],
): string | null {
  // It may have ended before there was a step to begin.
  if (steps.length === 0) return played.size === 0 ? null : 'has steps that are not recorded';
  const names = (all: readonly { number: number; name: string }[]) =>
    all.map(({ number, name }) => `${number} ${name}`).join(', ');
  const planned = names(parts.map(({ number, step: { name } }) => ({ number, name })));
  if (names(steps) !== planned) return `has the steps ${names(steps)} and not ${planned}`;
  for (const [index, part] of parts.entries()) {
    const report = steps[index];
    if (report === undefined) continue;
    const says = `has ${part.step.name} as ${report.state}`;
    if (!isTrue(report, played.get(part.number))) return `${says}, and it was not`;
    const early = part.step.needs.find((name) => {
      const need = steps.find((one) => one.name === name);
      return need !== undefined && !isAfter(report, need);
    });
    if (early !== undefined) return `${says} before ${early} had ended`;
  }
  return howMisjudged(parts, verdict, steps);
}

/** Whether that is a verdict to which those steps lead. */
function howMisjudged(
  parts: readonly Part[],
  verdict: string,
  steps: readonly StepReport[],
): string | null {
  const counted = parts.flatMap((part, index) => (counts(part) ? (steps[index] ?? []) : []));
  const isRed = counted.some(({ state }) => state === 'failed');
  const isWhole = counted.every(({ state }) => state === 'passed' || state === 'skipped');
  if (verdict === 'passed' && !isWhole) return 'passed, and not all of its steps did';
  if (verdict === 'failed' && !isRed) return 'failed, and none of its steps did';
  const leftOut = parts.find(
    ({ step }, index) => step.runsOn.includes('success') && steps[index]?.state === 'skipped',
  );
  if (verdict === 'passed' && leftOut !== undefined) return `passed without ${leftOut.step.name}`;
  return null;
}

function isTrue({ state, exitCode, logBytes }: StepReport, played: Played | undefined): boolean {
  if (played === undefined) return state === 'skipped' && logBytes === 0;
  if (!played.isOver || exitCode !== played.exitCode) return false;
  if (!played.isTold) return state === (exitCode === 0 ? 'passed' : 'failed');
  return state === 'cancelled' || state === 'timed-out' || state === 'stopped';
}

/** Where both have begun. */
function isAfter({ startedAfterMs }: StepReport, need: StepReport): boolean {
  if (startedAfterMs === null || need.startedAfterMs === null) return true;
  return startedAfterMs >= need.startedAfterMs + (need.durationMs ?? Number.POSITIVE_INFINITY);
}

/** A log as it must be: one of `prints`, with the reason below it. */
interface Expected {
  /** Null: the run's own. */
  readonly name: string | null;
  readonly path: string;
  readonly logBytes: number;
  readonly prints: readonly Buffer[];
  readonly reason: string;
}

function* judgeLogs(record: RecordedRun, played: ReadonlyMap<number, Played>): Generator<Broken> {
  const { work, disk } = record;
  const expected = expectedOf(record, played);
  // What stands for a secret may be longer than it.
  const printed = expected.reduce((sum, { prints }) => sum + (prints.at(-1)?.length ?? 0), 0);
  for (const { name, path, logBytes, prints, reason } of expected) {
    const log = disk.readSynced(path) ?? Buffer.alloc(0);
    const of = `has a log of ${name ?? 'its own'}`;
    if (namesSecret(work) && log.includes(secretValue)) {
      yield { law: 'secret', how: `${of} that holds its secret` };
    } else if (log.length !== logBytes) {
      yield { law: 'log', how: `${of} with ${log.length} of ${logBytes} bytes on disk` };
    } else if (
      printed < logBytesMax &&
      !prints.some((one) => log.equals(withReason(one, reason)))
    ) {
      // Of what was too much, nobody says where it is cut.
      yield { law: 'log', how: `${of} that is not what was printed` };
    }
  }
  const skipped = record.entry.steps?.find(({ state }) => state === 'skipped');
  if (skipped !== undefined && disk.read(logOf(record, skipped.number)) !== null)
    yield { law: 'log', how: `has a log of ${skipped.name}, which was skipped` };
  const isThere = () => {
    const result = disk.readSynced(record.result);
    return result !== null && isResult(result, record, expected);
  };
  const { job, run } = record;
  const how = `${whereOf(job, run)} has a result that is not its logs`;
  record.copies.recorded(job.id, { how, isThere }, true);
}

function expectedOf(record: RecordedRun, played: ReadonlyMap<number, Played>): Expected[] {
  const { work, entry } = record;
  const { steps = [], reason, logBytes } = entry;
  const remarks = Buffer.from(work.remarks.map((line) => `${line}\n`).join(''));
  // It may have been ended before it said anything.
  const own = played.size === 0 ? [Buffer.alloc(0), remarks] : [remarks];
  return [
    { name: null, path: logOf(record, null), logBytes, reason, prints: own },
    ...steps
      .filter(({ state }) => state !== 'skipped')
      .map(({ number, ...step }) => {
        const shown = shownOf(work, played.get(number));
        return { ...step, path: logOf(record, number), prints: [shown] };
      }),
  ];
}

function logOf({ job: { commit, id }, run }: RecordedRun, step: number | null): string {
  const ofStep = step === null ? '' : `s${step}.`;
  return `/logs/${commit.slice(0, 2)}/${commit}-${id}.${run.number}.${ofStep}log`;
}

/** What it came to is no success, whoever ended it. */
export function isRed({ isOver, isTold, exitCode }: Played): boolean {
  return isOver && (isTold || exitCode !== 0);
}

/** What it printed, without what it must not show. */
function shownOf(work: Work, played: Played | undefined): Buffer {
  const printed = Buffer.concat(played?.printed ?? []);
  if (!namesSecret(work)) return printed;
  const text = printed.toString('latin1').replaceAll(secretValue, '********');
  return Buffer.from(text, 'latin1');
}

/** On a line of its own. */
function withReason(printed: Buffer, reason: string): Buffer {
  if (reason === '') return printed;
  return Buffer.concat([printed, Buffer.from(`${endOfLine(printed)}${reason}.\n`)]);
}

function endOfLine(text: Buffer): string {
  return text.length > 0 && text.at(-1) !== 0x0a ? '\n' : '';
}

/** The run's own log, and each step's below its heading; what was skipped has a heading alone. */
function isResult(result: Buffer, record: RecordedRun, expected: readonly Expected[]): boolean {
  const { disk, entry } = record;
  const [own, ...others] = expected;
  let read = disk.readSynced(own?.path ?? '') ?? Buffer.alloc(0);
  for (const { name } of entry.steps ?? []) {
    const beginning = Buffer.from(`${endOfLine(read)}--- ${name}: `);
    const from = read.length + beginning.length;
    if (!result.subarray(read.length, from).equals(beginning)) return false;
    const of = others.find((one) => one.name === name);
    const log = disk.readSynced(of?.path ?? '') ?? Buffer.alloc(0);
    const end = result.indexOf(' ---\n', from) + ' ---\n'.length;
    read = Buffer.concat([result.subarray(0, end), log]);
  }
  return result.equals(read);
}
