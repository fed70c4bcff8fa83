/**
 * Owns the observer's start: the only place where its real world is built.
 */

import { formatAddress } from '../protocol/address.js';
import { realClock } from '../world/clock.js';
import { run } from '../world/exit.js';
import { tellWhatGitMisses } from '../world/git-environment.js';
import { rereading } from '../world/reread.js';
import { onStopSignals } from '../world/signals.js';
import { storyteller, type Tell } from '../world/story.js';
import { clientNetwork } from '../world/tls.js';
import { tellIfExposed } from '../world/token.js';
import { watchRefs } from './hints.js';
import { assertPushable, openNotes } from './notes/open.js';
import { findAll, introduction, opened } from './observed.js';
import { changeable, readOptions } from './options.js';
import { observe } from './shell.js';
import { opening } from './story.js';

await run(async (argv) => {
  const options = readOptions(argv);
  if (options === null) return;

  const all = await findAll(options, formatAddress(options.dispatcher));
  for (const { setting } of all) assertPushable(setting, options);

  const tell = storyteller(options.story);
  tellIfExposed(options.token, tell);
  options.tls?.tellBy(tell);
  tellWhatGitMisses(tell);
  const network = clientNetwork(options.tls?.current ?? null);
  const exit = lastOf(all.length);

  const endsOfNotes: (() => void)[] = [];
  const observers = all.map((one) => {
    const { setting, positions } = one;
    const telling = all.length === 1 ? tell : tellingOf(setting.repository, tell);
    const hello = introduction(one, options);
    endsOfNotes.push(
      openNotes(setting, options, hello, { clock: realClock, network, tell: telling }),
    );
    for (const told of opening(setting)) telling(told);
    return observe(
      {
        ...{ clock: realClock, network, watch: watchRefs, save: positions.save },
        ...opened(one, options, telling),
        ...{ tell: telling, exit },
      },
      { ...options, saved: positions.saved, hello },
    );
  });
  const reread = rereading({
    ...{ options, changeable, tell },
    read: () => readOptions(argv, options),
    apply: ({ intervalMs }) => {
      for (const observer of observers) observer.pollEvery(intervalMs);
    },
  });
  onStopSignals({
    drain: () => {
      for (const observer of observers) observer.drain();
    },
    abort: () => {
      for (const end of endsOfNotes) end();
      for (const observer of observers) observer.close();
    },
    reload: () => {
      options.token?.reread(tell);
      options.tls?.current();
      reread();
    },
  });
});

/** The process ends with the last of its observers, by the worst of their exit codes. */
function lastOf(count: number): (code: number) => void {
  const codes: number[] = [];
  return (code) => {
    codes.push(code);
    if (codes.length === count) process.exit(Math.max(...codes));
  };
}

/** Of several repositories each line says which it is of. */
function tellingOf(repository: string, tell: Tell): Tell {
  return (told) => tell({ repository, ...told, msg: `${repository}: ${told.msg}` });
}
