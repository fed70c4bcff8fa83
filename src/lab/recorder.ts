/**
 * Owns what goes into a lab's recording: messages as its proxies overhear them, facts as the dispatcher
 * tells them, and what the lab itself does to processes, each with the state of its process from there on.
 * Never decides anything; whoever wants to know what is written down is told each record.
 */

import type { Shown } from '../protocol/shown.js';
import { parseRecord } from '../record/parse.js';
import { type Life, ProcessStates } from '../record/process-states.js';
import { dispatcher, type WireChange, type WireRecord } from '../record/record.js';
import type { Happened, Recording } from '../record/recording.js';
import type { Fact } from './facts.js';
import type { LifeChange } from './managed-process.js';

/** Of so many runs it is known whose commit they test. */
const runsMax = 10_000;

const lifeAfter: Readonly<Record<LifeChange, Life>> = {
  started: 'running',
  thawed: 'running',
  frozen: 'frozen',
  killed: 'dead',
  left: 'dead',
};

type About = Pick<WireChange, 'commit' | 'run' | 'verdict'>;

export class LabRecorder {
  readonly recording: Recording;
  readonly states = new ProcessStates();
  readonly #tell: (record: WireRecord, line: string) => void;
  readonly #commits = new Map<string, string>();

  constructor(recording: Recording, tell: (record: WireRecord, line: string) => void) {
    this.recording = recording;
    this.#tell = tell;
  }

  /** A message has left; answers its number. */
  message(
    { from, to, connection }: { from: string; to: string; connection: string },
    { verb, fields, head, bytes }: Shown,
  ): number {
    const isPing = verb === 'ping' && from === dispatcher;
    if (isPing && this.states.asked(to)) {
      this.change('silent', to, `${to} has not answered its ping`);
    }
    const { run, log } = fields;
    const named = typeof run === 'string' ? run : typeof log === 'string' ? log.split('.')[0] : '';
    const commit = fields['commit'] ?? this.#commits.get(named ?? '');
    if (named && typeof commit === 'string') this.#remember(named, commit);
    const about = {
      ...(typeof commit === 'string' && { commit }),
      ...(named && { run: named }),
    };
    const n = this.#push({ kind: 'message', from, to, connection, verb, ...about, bytes, head });
    return n;
  }

  /** It came to where it was sent. */
  arrived(message: number, from: string): void {
    this.#push({ kind: 'arrived', message });
    if (this.states.heard(from)) this.change('heard', from, `${from} is heard again`);
  }

  dropped(message: number, says: string): void {
    this.#push({ kind: 'dropped', message, says });
  }

  /** The dispatcher has told it. */
  fact({ what, process, says, commit, run, verdict }: Fact): void {
    const key = run ?? commit ?? '';
    if (what === 'joined') this.states.joined(process);
    if (what === 'left') this.states.left(process);
    if (what === 'leased' || what === 'resumed') this.states.takes(process, key);
    if (what === 'lost' || what === 'handed-back' || what === 'verdict') this.states.ends(key);
    if (what === 'draining') this.states.drains(process);
    this.change(what, process, says, {
      ...(commit !== undefined && { commit }),
      ...(run !== undefined && { run }),
      ...(verdict !== undefined && { verdict }),
    });
  }

  /** What the lab did to that process, or saw of it. */
  processChanged(what: LifeChange, process: string, says: string): void {
    this.states.setLife(process, lifeAfter[what]);
    this.change(what, process, says);
  }

  change(what: WireChange['what'], process: string, says: string, about: About = {}): void {
    const role = this.states.roleOf(process);
    const state = this.states.stateOf(process);
    this.#push({
      ...{ kind: 'change', what, process },
      ...(role !== undefined && { role }),
      ...(state !== undefined && { state }),
      ...about,
      says,
    });
  }

  #push(happened: Happened): number {
    const line = this.recording.push(happened);
    const n = this.recording.last;
    const read = parseRecord(line.trimEnd());
    if ('value' in read) this.#tell(read.value, line);
    return n;
  }

  #remember(run: string, commit: string): void {
    this.#commits.set(run, commit);
    const [oldest] = this.#commits.keys();
    if (this.#commits.size > runsMax && oldest !== undefined) this.#commits.delete(oldest);
  }
}
