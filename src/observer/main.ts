/**
 * Owns the observer's start: the only place where its real world is built.
 */

import { hostname } from 'node:os';
import { join, resolve } from 'node:path';
import { formatAddress } from '../protocol/address.js';
import { nearestName } from '../protocol/ids.js';
import { realClock } from '../world/clock.js';
import { slugOf, withoutCredentials } from '../world/clone.js';
import { run } from '../world/exit.js';
import { tellWhatGitMisses } from '../world/git-environment.js';
import { rereading } from '../world/reread.js';
import { onStopSignals } from '../world/signals.js';
import { storyteller } from '../world/story.js';
import { clientNetwork } from '../world/tls.js';
import { tellIfExposed } from '../world/token.js';
import { ownVersion } from '../world/version.js';
import { watchRefs } from './hints.js';
import { changeable, readOptions } from './options.js';
import { planner } from './planning.js';
import { openPositions } from './position.js';
import { openRepository } from './repository.js';
import { observe } from './shell.js';
import { findSource } from './source.js';
import { moved, opening } from './story.js';

await run(async (argv) => {
  const options = readOptions(argv);
  if (options === null) return;

  const source = await findSource(resolve(options.repo));
  const repository = options.repository ?? source.name;
  const stateFolder = resolve(options.stateFolder ?? join(source.gitFolder, 'trivet'));
  const positions = openPositions(stateFolder, repository);

  const tell = storyteller(options.story);
  tellIfExposed(options.token, tell);
  options.tls?.tellBy(tell);
  tellWhatGitMisses(tell);
  const network = clientNetwork(options.tls?.current ?? null);
  const dispatcher = formatAddress(options.dispatcher);
  const setting = { ...options, source, repository, dispatcher, stateFolder };
  for (const told of opening(setting)) tell(told);

  const opened = openRepository(source, options, (now, isFollowed) => {
    for (const told of moved(now, isFollowed, setting)) tell(told);
  });
  const origin = source.origin ?? source.path;
  const known = { slug: slugOf(origin), cloneUrl: withoutCredentials(origin) };
  const observer = observe(
    {
      clock: realClock,
      network,
      repository: opened,
      plan: options.workflows
        ? planner(opened, known)
        : ({ description }) => Promise.resolve(description),
      watch: watchRefs,
      save: positions.save,
      tell,
      exit: (code) => process.exit(code),
    },
    {
      ...options,
      saved: positions.saved,
      hello: {
        role: 'observer',
        name: options.name ?? nearestName(`${repository}@${hostname()}`),
        version: ownVersion(),
        repository,
        labels: [],
        capacity: 1,
        knows: [],
        runs: [],
      },
    },
  );
  const reread = rereading({
    ...{ options, changeable, tell },
    read: () => readOptions(argv, options),
    apply: ({ intervalMs }) => observer.pollEvery(intervalMs),
  });
  onStopSignals({
    drain: () => observer.drain(),
    abort: () => observer.close(),
    reload: () => {
      options.token?.reread(tell);
      options.tls?.current();
      reread();
    },
  });
});
