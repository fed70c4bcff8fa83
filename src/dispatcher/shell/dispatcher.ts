/**
 * Owns the wiring: the connections on one side, the core in the middle, the disk on the other.
 * Never decides. A commit's way through here:
 *
 *   admission ──request──> router ──event──> core ──effects──> performer ──entries──> store
 *                            ^                                     │
 *                            └───────────── then sends ────────────┴──> classic runners
 */

import type { World } from '../../link/ask.js';
import { impossible } from '../../protocol/impossible.js';
import type { Behind } from '../../web/behind.js';
import { notBefore } from '../../world/clock.js';
import type { Listener } from '../../world/network.js';
import type { Tell } from '../../world/story.js';
import { DispatcherCore } from '../core/core.js';
import type { Event, Send } from '../core/events.js';
import type { Entry } from '../core/journal.js';
import { entriesOf } from '../core/selected.js';
import { noSettings, type Settings } from '../core/settings.js';
import { Documents } from '../documents/documents.js';
import { batchesOf } from '../feed/batches.js';
import { Feed } from '../feed/feed.js';
import type { Recorder } from '../feed/recorder.js';
import { Spectators } from '../feed/spectators.js';
import { Tap } from '../feed/tap.js';
import { withSecrets } from '../secrets/given.js';
import { isForWaiting } from '../store/no-room.js';
import { tellBatch, tellRoom } from '../story.js';
import { Admission, connectionsMaxDefault, connectionsUsedUp } from './admission.js';
import { openToAll } from './auth.js';
import { ClassicRunners } from './classic-runners.js';
import type { DispatcherOptions, Memory } from './given.js';
import { LogRoom } from './log-room.js';
import { type Decided, Performer } from './performer.js';
import { Pulse } from './pulse.js';
import { recorderOf } from './recorder-of.js';
import { RequestRouter } from './request-router.js';
import { Sessions } from './sessions.js';
import { viewOf } from './view.js';
import { VitalSigns } from './vitals.js';

/** A core that cannot be told anything. */
export type Remembered = Pick<DispatcherCore, 'counts' | 'job' | 'jobOfRun' | 'runners' | 'waits'>;

export class Dispatcher {
  readonly #world: World;
  readonly #options: DispatcherOptions;
  readonly #memory: Memory;
  readonly #core: DispatcherCore;
  readonly #feed: Feed;
  readonly #logs: LogRoom;
  readonly #admission: Admission;
  readonly #router: RequestRouter;
  readonly #sessions: Sessions;
  readonly #classicRunners: ClassicRunners;
  readonly #performer: Performer;
  readonly #pulse: Pulse;
  /** For those who watch, and ask for little. */
  readonly view: Behind;
  /** What crosses the wire, written down. */
  readonly recorder: Recorder;
  #listener: Listener | null = null;
  #onDrained: (() => void) | null = null;
  #isClosed = false;

  constructor(world: World, options: DispatcherOptions, memory: Memory, tell: Tell) {
    // What was written must not lie ahead of us: a retry that is due in 5 s would wait until then.
    const clock = notBefore(world.clock, memory.recovered.lastAtMs);
    this.#world = { ...world, clock };
    this.#options = options;
    this.#memory = memory;
    const { store, recovered, queries, logs, vault, start } = memory;
    const { classicRunMaxMs, dialect, auth = openToAll, retryFlaky = false } = options;
    const { unfinished, ...rest } = recovered;
    const { settings = noSettings } = options;
    const initial = { ...rest, start, classicRunMaxMs, retriesFlaky: retryFlaky, settings };
    this.#core = new DispatcherCore(initial, unfinished, clock.nowMs());
    const core = this.#core;
    const handle = (event: Event) => this.#hear(event);
    const feed = new Feed(clock, recovered.lastSeq);
    this.#feed = feed;
    feed.follow((batch) => tellBatch(batch, core.hasSeveralRepositories).forEach(tell));
    const tap = new Tap(feed, clock);
    this.#logs = new LogRoom(core, store, logs, clock, feed);
    this.#admission = new Admission({
      clock,
      connectionsMax: options.connectionsMax ?? connectionsMaxDefault,
      full: () => feed.tell(connectionsUsedUp),
      heard: (pending, request, terminated) => this.#router.hear(pending, request, terminated),
      replied: ({ id, connection }, words) =>
        tap.reply({ connection: id, peer: connection.remoteHost }, 'out', words),
    });
    const settled = () => this.#performer.settled();
    const documents = new Documents({
      ...{ clock, core, store, queries, steps: this.#logs, settled },
      lastSeq: () => feed.lastSeq,
    });
    const spectators = new Spectators(feed, queries.journal, clock);
    this.recorder = recorderOf(core, feed, clock, options.steadyUs);
    const shared = { clock, core, store, logs: this.#logs, tap, handle };
    this.#sessions = new Sessions({ ...shared, feed, spectators, start });
    this.#router = new RequestRouter({
      ...shared,
      ...{ sessions: this.#sessions, queries, documents, settled, auth, vault },
      ...{ recording: this.recorder.recording, tell: feed.tell },
      ok: dialect === 'py3' ? 'ok' : 'OK',
    });
    const vitals = new VitalSigns({
      ...{ core, tap, nowMs: () => clock.nowMs(), isStopping: () => this.#onDrained !== null },
      performer: () => this.#performer,
    });
    this.view = viewOf({
      ...{ clock, documents, spectators, feed, core, queries, vitals, files: logs },
      ...{ router: this.#router, recording: this.recorder.recording },
    });
    this.#classicRunners = new ClassicRunners(this.#world, tap, handle);
    const pulse = {
      clock,
      handle: (event: Event) => this.#handle(event),
      unperformedSinceMs: () => this.#performer.unperformedSinceMs,
      vouch: () => this.#sessions.vouchForWaiting(),
      breathe: () => this.#sessions.breathe(),
    };
    this.#pulse = new Pulse(pulse, world.clock.wallMs());
    this.#performer = new Performer(clock, {
      prepare: (turn) => this.#logs.turns.prepare(turn),
      append: (...all) => store.append(...all),
      send: (send) => this.#send(send),
      publish: (turn, lastSeq) => this.#publish(turn, lastSeq),
      isForWaiting,
      blocked: (isBlocked, error) => this.#block(isBlocked, error),
    });
  }

  /** All that it tells, for those who follow and those who have something to tell. */
  get feed(): Feed {
    return this.#feed;
  }

  /** What it has in memory of its jobs, for those who only look. */
  get remembered(): Remembered {
    return this.#core;
  }

  /** Entries that it has decided and that are not known to be on disk. */
  get unperformed(): readonly Entry[] {
    return this.#performer.unperformed;
  }

  /** Listens; answers the port. Rejects with the system's error. */
  async listen(): Promise<number> {
    this.#listener = await this.#world.network.listen(this.#options, (connection) =>
      this.#admission.accept(connection),
    );
    this.#pulse.start();
    return this.#listener.address.port;
  }

  /** What its owner says of repositories is this from now on. */
  set(settings: Settings): void {
    this.#hear({ kind: 'settings', settings });
  }

  /**
   * Leases no more and calls back once no run is out; answers how many are. Without room on the disk
   * no end of a run can be recorded: their runners keep them.
   */
  drain(drained: () => void): number {
    this.#hear({ kind: 'drain' });
    // Once, though the end of a turn and that of the last run may both be it.
    void new Promise<void>((resolve) => {
      this.#onDrained = resolve;
    }).then(drained);
    if (this.#performer.isBlocked) this.#onDrained?.();
    else void this.#performer.settled().then(() => this.#callIfDrained());
    return this.#core.counts().leased;
  }

  /** Ends at once. What was promised is on disk, what was not is forgotten. */
  close(): void {
    // Connections that end from here on are no news: their runs are resumed after the restart.
    this.#isClosed = true;
    this.#pulse.stop();
    this.#performer.close();
    this.#listener?.close();
    this.#admission.close();
    this.#router.close();
    this.#sessions.close();
    this.recorder.close();
    this.#logs.close();
    this.#memory.logs.close();
    this.#memory.store.close();
  }

  #hear(event: Event): void {
    if (this.#isClosed) return;
    this.#pulse.noticeStall();
    this.#handle(event);
  }

  #handle(event: Event): void {
    const atMs = this.#world.clock.nowMs();
    const effects = this.#core.handle(event, atMs);
    if (effects.length === 0) return;
    const jobs = new Map(entriesOf(effects).map(({ job }) => [job, this.#core.known(job)]));
    this.#performer.submit({ atMs, effects, jobs });
  }

  #send(send: Send): void {
    switch (send.kind) {
      case 'send':
        // Here at the latest: the core's effects hold no secret, so that nothing else can show one.
        this.#sessions.get(send.session)?.send(withSecrets(this.#memory.vault, send.message));
        break;
      case 'hang-up':
        this.#sessions.get(send.session)?.hangUp(send.says);
        break;
      case 'reply':
        this.#router.reply(send.request, send.reply);
        break;
      case 'ask':
        this.#classicRunners.ask(send);
        break;
      default:
        impossible(send);
    }
  }

  #publish(turn: Decided, lastSeq: number): void {
    this.#logs.turns.afterwards(turn);
    for (const batch of batchesOf(turn, lastSeq)) {
      if (batch.length > 0) this.#feed.publish(batch);
    }
    this.#callIfDrained();
  }

  #callIfDrained(): void {
    const isDrained = this.#core.counts().leased === 0 && this.#performer.unperformed.length === 0;
    if (isDrained) this.#onDrained?.();
  }

  #block(isBlocked: boolean, error: unknown): void {
    this.#admission.pause(isBlocked);
    if (isBlocked) this.#onDrained?.();
    this.#feed.tell(tellRoom(isBlocked, error));
  }
}
