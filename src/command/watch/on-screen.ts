/**
 * Owns the screen of `trivet watch` while somebody looks at it: keys and news come in, frames go out.
 */

import { documents } from '../../protocol/documents.js';
import { type Cancel, every, realClock } from '../../world/clock.js';
import { exitCodes, UsageError } from '../../world/exit.js';
import { harmless } from '../../world/harmless.js';
import type { Dispatcher } from '../asking.js';
import { Tamed } from '../log-text.js';
import { NoSuchJob } from '../named-job.js';
import type { Named } from '../naming.js';
import { openPage } from '../open.js';
import { type FullScreen, fullScreen } from '../screen/full-screen.js';
import { commitLines } from '../shown/commit.js';
import { columnsHere, print } from '../shown/printing.js';
import { exitCodeOf, isOver } from '../shown/words.js';
import { wishOf } from '../wishes.js';
import { frame } from './frame.js';
import { Looking, lookAt } from './looking.js';
import { spectate } from './spectating.js';
import {
  type Effect,
  logged,
  pressed,
  type Revision,
  type Watching,
  watchingAll,
  watchingOne,
} from './state.js';

/** Durations count on. */
const redrawEveryMs = 1_000;

/** Answers the exit code. Rejects with `UsageError`. */
export function watchOnScreen(dispatcher: Dispatcher, named: Named | null): Promise<number> {
  return new Promise((resolve, reject) => {
    new Watch(dispatcher, named, resolve, reject).begin();
  });
}

class Watch {
  readonly #dispatcher: Dispatcher;
  readonly #named: Named | null;
  readonly #resolve: (code: number) => void;
  readonly #reject: (error: unknown) => void;
  readonly #looking = new Looking(
    () => this.#look(),
    (error) => this.#leave(() => this.#reject(error)),
  );
  #state: Watching;
  /** How far the dispatcher's clock is ahead of ours. */
  #aheadMs = 0;
  #screen: FullScreen | null = null;
  #stops: Cancel[] = [];
  /** Ends the log that is followed. */
  #following = new AbortController();

  constructor(
    dispatcher: Dispatcher,
    named: Named | null,
    resolve: (code: number) => void,
    reject: (error: unknown) => void,
  ) {
    this.#dispatcher = dispatcher;
    this.#named = named;
    this.#resolve = resolve;
    this.#reject = reject;
    this.#state = named === null ? watchingAll : watchingOne(named.commit);
  }

  begin(): void {
    const stop = spectate(this.#dispatcher, {
      happened: ({ verb, body }) => {
        // Logs grow all the time; what is shown of them comes by itself.
        if (verb === 'entry' || body.kind !== 'log') this.#looking.changed();
      },
      arrived: () => {
        this.#screen ??= this.#open();
        this.#show({ ...this.#state, says: '' });
        this.#looking.changed();
      },
      away: (reason) => this.#show({ ...this.#state, says: reason }),
      failed: (error) => this.#leave(() => this.#reject(error)),
    });
    this.#stops.push(
      stop,
      every(realClock, redrawEveryMs, () => this.#screen?.refresh()),
    );
  }

  #open(): FullScreen {
    return fullScreen(
      (size) => frame(this.#state, size, Date.now() + this.#aheadMs),
      (key) => {
        const [state, effects] = pressed(this.#state, key);
        this.#show(state);
        for (const effect of effects) void this.#perform(effect);
      },
    );
  }

  #show(state: Watching): void {
    this.#state = state;
    this.#screen?.refresh();
  }

  async #perform(effect: Effect): Promise<void> {
    switch (effect.kind) {
      case 'look':
        this.#following.abort();
        this.#looking.changed();
        break;
      case 'follow':
        await this.#told(this.#follow(effect.commit));
        break;
      case 'wish':
        await this.#told(this.#wish(effect.verb, effect.commit));
        break;
      case 'open':
        this.#show({ ...this.#state, says: openPage(this.#dispatcher.site, effect.commit) });
        break;
      case 'leave':
        this.#end(this.#named === null ? exitCodes.fine : exitCodes.aborted);
        break;
    }
  }

  /** What cannot be had now is said, and the screen stays. */
  async #told(work: Promise<void>): Promise<void> {
    try {
      await work;
    } catch (error) {
      // For a job that never comes nobody is to wait.
      if (!(error instanceof UsageError) || error instanceof NoSuchJob) throw error;
      this.#show({ ...this.#state, says: error.message });
    }
  }

  #look(): Promise<void> {
    const { view } = this.#state;
    return this.#told(view.kind === 'all' ? this.#lookAtAll() : this.#lookAtOne(view.commit));
  }

  async #lookAtAll(): Promise<void> {
    const most = process.stdout.rows;
    const overview = await this.#dispatcher.document(
      { what: 'overview', most },
      documents.overview,
    );
    this.#aheadMs = overview.nowMs - Date.now();
    this.#show({ ...this.#state, overview });
  }

  async #lookAtOne(commit: Revision): Promise<void> {
    const job = this.#named?.job ?? null;
    const document = await lookAt(this.#dispatcher, { commit, job });
    const { view } = this.#state;
    if (document === null || view.kind === 'all' || view.commit !== commit) return;
    this.#aheadMs = document.nowMs - Date.now();
    this.#show({ ...this.#state, view: { ...view, document } });
    if (!view.isAlone || !isOver(document.state)) return;
    this.#end(exitCodeOf(document.state));
    print(commitLines(document, document.nowMs, columnsHere()));
  }

  async #follow(commit: Revision): Promise<void> {
    this.#following.abort();
    this.#following = new AbortController();
    const { signal } = this.#following;
    const tamed = new Tamed(false);
    let begun = '';
    await this.#dispatcher.listen(
      { verb: 'log', commit, job: this.#named?.job ?? null, run: null },
      (bytes) => {
        const lines = (begun + tamed.push(bytes)).split('\n');
        begun = lines.pop() ?? '';
        if (!signal.aborted) this.#show(logged(this.#state, lines.map(lastVersion)));
      },
      signal,
    );
  }

  async #wish(verb: 'cancel' | 'rerun', commit: Revision): Promise<void> {
    const { request, done } = wishOf(verb, { commit, job: null });
    const said = harmless((await this.#dispatcher.ask(request)).trim());
    this.#show({ ...this.#state, says: said.startsWith('OK') ? done : said });
  }

  #end(code: number): void {
    this.#leave(() => this.#resolve(code));
  }

  #leave(answer: () => void): void {
    for (const stop of this.#stops) stop();
    this.#stops = [];
    this.#looking.close();
    this.#following.abort();
    this.#screen?.close();
    this.#screen = null;
    answer();
  }
}

/** Of a line that was rewritten the last version counts. */
function lastVersion(line: string): string {
  return line.replace(/\r$/, '').split('\r').at(-1)?.replaceAll('\t', '    ') ?? '';
}
