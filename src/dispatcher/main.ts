/**
 * Owns the start and the end of the dispatcher's process: the one place where its real world,
 * store and logs are made.
 */

import { randomBytes } from 'node:crypto';
import { accessSync, constants } from 'node:fs';
import { join } from 'node:path';
import { openNotices } from '../notices/open.js';
import { formatAddress } from '../protocol/address.js';
import { Web } from '../web/web.js';
import { realClock, realSteadyUs } from '../world/clock.js';
import { descriptorsMax } from '../world/descriptors.js';
import { exitCodes, run, UsageError } from '../world/exit.js';
import { makeFolder } from '../world/files.js';
import { type Hosts, hostsNamed } from '../world/hosts.js';
import type { Browse } from '../world/http-first.js';
import { type Network, networkOver } from '../world/network.js';
import { rereading } from '../world/reread.js';
import { onStopSignals } from '../world/signals.js';
import { storyteller, type Tell } from '../world/story.js';
import { acceptingTls } from '../world/tls.js';
import { tellIfExposed } from '../world/token.js';
import type { JobId } from './core/journal.js';
import { changeable, type Options, readOptions } from './options.js';
import { KeyFile } from './secrets/key-file.js';
import { Vault } from './secrets/vault.js';
import { connectionsMaxDefault } from './shell/admission.js';
import { Auth, type TurnedAway, tellingOnce, tlsWanted } from './shell/auth.js';
import { Dispatcher } from './shell/dispatcher.js';
import { checkWireFile, WireFile } from './shell/wire-file.js';
import { backUp } from './store/backup.js';
import { Keeper } from './store/keeper.js';
import { LogFiles } from './store/logs.js';
import { openSqliteStore } from './store/open-sqlite.js';
import { storeUpon } from './store/promises.js';
import { QueryThread } from './store/query-thread.js';
import { storeFile } from './store/schema.js';

/** Of the descriptors that we may have; the rest is for the store, logs and classic runners. */
const connectionsShare = 3 / 4;

await run(async (argv) => {
  const options = readOptions(argv);
  if (options === null) return;
  const story = storyteller(options.story);
  if (options.backup !== null) {
    copyStore(options.data, options.backup, story);
    return;
  }
  // The story is told by the feed, as all is that anybody is told.
  const tell: Tell = (told) => dispatcher.feed.tell(told);
  if (options.wireLog !== null) checkWireFile(options.wireLog);
  const classicHosts = await hostsNamed(options.allowClassic);
  const sqlite = openSqliteStore(options.data);
  const logs = openLogs(options);
  const start = randomBytes(4).toString('hex');
  const turnedAway = tellingOnce(tell);
  const browse: Browse | undefined =
    options.web === null ? undefined : (socket) => web?.browse(socket);
  const world = { clock: realClock, network: network(options, classicHosts, turnedAway, browse) };
  const auth = new Auth(options.token, classicHosts, turnedAway);
  const descriptors = Math.floor(descriptorsMax() * connectionsShare);
  const connectionsMax = Math.min(connectionsMaxDefault, descriptors);
  const settings = await options.repositories.read();
  const guarded = { ...options, auth, connectionsMax, settings, steadyUs: realSteadyUs };
  const queries = new QueryThread(join(options.data, storeFile));
  const store = storeUpon(sqlite);
  const vault = await Vault.open(sqlite.secrets, new KeyFile(options.secretsKey));
  const memory = { store, recovered: await store.recover(), queries, logs, vault, start };
  const dispatcher = new Dispatcher(world, guarded, memory, story);
  const web = options.web === null ? null : new Web(dispatcher.view, options.web);
  const wireFile = options.wireLog === null ? null : new WireFile(options.wireLog, tell);
  tellIfExposed(options.token, tell);
  tellIfExposed(options.web?.hooksSecret ?? null, tell);
  options.tls?.tellBy(tell);
  vault.tellOfTrouble(tell);
  const isRemembered = (job: JobId) => dispatcher.remembered.job(job) !== undefined;
  const past = { store: sqlite, queries, logs, isRemembered, tell };
  const keeper = new Keeper({ ...past, keep: options.keep, clock: realClock });
  const notices = await openNotices(
    { file: options.notify, webUrl: options.webUrl, data: options.data },
    { clock: realClock, feed: dispatcher.feed, queries, tell },
  );
  const close = () => {
    notices.close();
    keeper.close();
    web?.close();
    dispatcher.close();
    void queries.close();
  };
  const port = await listen(dispatcher, options);
  dispatcher.recorder.entitle(`dispatcher on ${options.host}:${port}`);
  if (wireFile !== null) dispatcher.recorder.writeTo(wireFile);
  introduce(tell, dispatcher, options, { port, isNew: memory.recovered.lastSeq === 0 });
  const reread = rereading({
    ...{ options, changeable, tell },
    read: () => readOptions(argv, options),
    apply: ({ keep }) => keeper.keep(keep),
  });
  onStopSignals({
    drain: () => {
      const exit = () => {
        close();
        tell({ event: 'stopped', msg: 'stopped; what waits is on disk' });
        void Promise.resolve(wireFile?.close()).finally(() => process.exit(exitCodes.fine));
      };
      const runs = dispatcher.drain(() => setImmediate(exit));
      if (runs > 0) {
        const what = runs === 1 ? 'the run that is' : `the ${runs} runs that are`;
        const msg = `stopping: waiting for ${what} out; Ctrl-C again to end at once`;
        tell({ event: 'draining', runs, msg });
      }
    },
    abort: close,
    reload: () => {
      options.token?.reread(tell);
      options.web?.hooksSecret?.reread(tell);
      options.tls?.current();
      void vault.reread(tell);
      void options.repositories.reread(tell, (now) => dispatcher.set(now));
      notices.reread();
      reread();
    },
  });
});

function copyStore(data: string, file: string, tell: Tell): void {
  const jobs = backUp(data, file);
  const msg = `${jobs} jobs are in ${file}; their logs are files: copy ${join(data, 'logs')} after it`;
  tell({ event: 'backed-up', jobs, file, msg });
}

function network(
  { tls }: Options,
  mayBePlain: Hosts,
  turnedAway: TurnedAway,
  browse: Browse | undefined,
): Network {
  const browsed = browse === undefined ? {} : { browse };
  if (tls === null) return networkOver(browsed);
  const welcoming = { mayBePlain, farewell: tlsWanted, turnedAway };
  return networkOver({ ...browsed, accepting: acceptingTls(tls.current, welcoming) });
}

function openLogs({ data, results }: Options): LogFiles {
  const folder = join(data, 'logs');
  makeWritable(folder, 'logs', '--data');
  makeWritable(results, 'results', '--results');
  return new LogFiles(folder, results);
}

/** A folder that is another user's, say, is told now, not at the first commit. */
function makeWritable(folder: string, what: string, flag: string): void {
  try {
    makeFolder(folder);
    accessSync(folder, constants.W_OK | constants.X_OK);
  } catch (error) {
    const { code, message } = error as NodeJS.ErrnoException;
    throw new UsageError(
      `Cannot write ${what} to ${folder} (${code ?? message}): make it writable, or choose ${flag}.`,
    );
  }
}

async function listen(dispatcher: Dispatcher, { host, port }: Options): Promise<number> {
  try {
    return await dispatcher.listen();
  } catch (error) {
    const { code, message } = error as NodeJS.ErrnoException;
    const why =
      code === 'EADDRINUSE'
        ? 'another process listens there, perhaps one that is still stopping'
        : (code ?? message);
    throw new UsageError(
      `Cannot listen on ${host}:${port} (${why}): choose another --port, or 0 for any free one.`,
    );
  }
}

function introduce(
  tell: Tell,
  dispatcher: Dispatcher,
  options: Options,
  { port, isNew }: { readonly port: number; readonly isNew: boolean },
): void {
  const { host, data, results, dialect } = options;
  const address = formatAddress({ host, port });
  const scheme = options.tls === null ? 'http' : 'https';
  const page = options.web === null ? null : `${scheme}://${address}/`;
  const look = page === null ? '' : `; to look at: ${page}`;
  const msg = `dispatcher on ${address}, waiting for runners and commits${look}`;
  tell({ event: 'listening', host, port, page, data, results, dialect, msg });
  tell({
    event: 'memory',
    data,
    isNew,
    msg: isNew ? `new, empty memory in ${data}` : `memory in ${data}`,
  });
  const { waiting, leased } = dispatcher.remembered.counts();
  if (waiting + leased > 0) {
    const again = `from before: ${waiting} waiting, ${leased} out with a runner`;
    tell({ event: 'recovered', waiting, leased, msg: again });
  }
}
