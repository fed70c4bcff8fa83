/**
 * Owns the runner's start: the only place where its real world is built.
 */

import { randomBytes } from 'node:crypto';
import { hostname } from 'node:os';
import { resolve } from 'node:path';
import { lingerMs } from '../protocol/limits.js';
import { realClock } from '../world/clock.js';
import { restoreDescriptors } from '../world/descriptors.js';
import { run } from '../world/exit.js';
import { tellWhatGitMisses } from '../world/git-environment.js';
import { hostsNamed } from '../world/hosts.js';
import { rereading } from '../world/reread.js';
import { onStopSignals } from '../world/signals.js';
import { storyteller } from '../world/story.js';
import { clientNetwork } from '../world/tls.js';
import { tellIfExposed } from '../world/token.js';
import { ownVersion } from '../world/version.js';
import { openStore } from './cache/open-store.js';
import { userPlace } from './checkout/place.js';
import { reachableHost } from './classic/dispatcher.js';
import { containerExecutor } from './container/executor.js';
import { usualName } from './introduction.js';
import { LocalExecutor } from './local/executor.js';
import { standGuard } from './local/guard.js';
import { openSites, repositoriesOn, survey } from './local/open-sites.js';
import { claimSlots } from './local/slots.js';
import { withNature } from './natural-labels.js';
import { changeable, type Options, readOptions } from './options.js';
import { reportsAround } from './reports/around.js';
import { startRunner } from './shell.js';
import { inherited } from './suite/environment.js';
import { assertSandbox } from './suite/sandbox.js';

await run(async (argv) => {
  const options = readOptions(argv);
  if (options === null) return;

  if (options.sandbox !== null) assertSandbox();
  const mayDial = await hostsNamed(options.allowClassic);
  const ground = await survey(options);
  const tell = storyteller(options.story);
  const unrestored = restoreDescriptors(options.openFiles);
  if (unrestored !== null) {
    const msg = `suites may open as many files at once as this runner, and not as they should: ${unrestored}`;
    tell({ event: 'descriptors', level: 'warn', msg });
  }
  const guard = randomBytes(8).toString('hex');
  standGuard(guard);
  const environment = inherited(process.env);
  const containers =
    options.executor === 'container'
      ? await containerExecutor(realClock, {
          ...options.containers,
          environment: { ...environment, TRIVET_GUARD: guard },
        })
      : null;
  const beside = options.state === null ? userPlace() : resolve(options.state);
  const checkouts = options.state === null ? beside : null;
  const { jobs, sandbox } = options;
  const caches = openStore(options, beside, guard, tell);
  // In a checkout that a dead runner had, its container may still write. An engine that refuses to
  // end that refuses the next run as well, which says so.
  const sweep = async (folder: string) => void (await containers?.sweep(folder).catch(() => false));
  const claim = { guard, tell, sandbox, checkouts, caches, sweep };
  // From here on modes are git's own, whoever has started us; but for our state's.
  const umask = process.umask(0o022);
  const sites = openSites(ground, (state, clone, count) => {
    process.umask(umask);
    try {
      return claimSlots(state, clone, count, claim);
    } finally {
      process.umask(0o022);
    }
  });
  const network = clientNetwork(options.tls?.current ?? null);
  tellIfExposed(options.token, tell);
  options.tls?.tellBy(tell);
  tellWhatGitMisses(tell);

  const localStart = randomBytes(4).toString('hex');
  const name = options.name ?? usualName(localStart);
  const repositories = repositoriesOn(ground);
  const repository = repositories === 'any' ? '' : (repositories[0] ?? '');
  const kind = options.executor;
  const offer = { capacity: jobs, labels: withNature(options.labels, kind) };
  const executor = new LocalExecutor(realClock, sites, offer, {
    command: options.command,
    isOffline: sandbox?.network === false,
    timeoutMs: options.timeoutMs,
    graceMs: options.graceMs,
    logBytesMax: options.logBytesMax,
    names: { runner: name, repository, guard },
    environment,
    hooks: options.hooks,
    around: [reportsAround(realClock)],
    ...(containers === null ? {} : { stepsBy: () => containers }),
  });
  const exit = (code: number) => {
    // What is copied for later runs is given up.
    void caches?.close();
    leave(code);
  };
  const runner = await startRunner(
    { clock: realClock, network, tell, exit },
    {
      name,
      version: ownVersion(),
      repositories,
      host: options.host,
      port: options.port,
      dispatcher: options.dispatcher,
      token: options.token,
      mayDial,
      reachable: reachableHost(options.host, hostname(), options.dispatcher),
      localStart,
      logBytesMax: options.logBytesMax,
    },
    executor,
  );
  const renew = ({ jobs, labels, command, timeoutMs }: Options, changed: ReadonlySet<string>) => {
    const offer = { capacity: jobs, labels: withNature(labels, kind) };
    executor.renew(offer, { command, timeoutMs });
    if (changed.has('jobs') || changed.has('labels')) runner.renew();
  };
  const read = () => readOptions(argv, options);
  const reread = rereading({ options, read, changeable, apply: renew, tell });
  onStopSignals({
    drain: () => runner.drain(),
    abort: () => runner.abort(),
    reload: () => {
      options.token?.reread(tell);
      options.tls?.current();
      reread();
    },
  });
});

/** Ends once what was written last has left: nothing else keeps us, and nothing does for long. */
function leave(code: number): void {
  process.exitCode = code;
  setTimeout(() => process.exit(), lingerMs).unref();
}
