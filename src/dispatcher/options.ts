/**
 * Owns the dispatcher's flags, their defaults and units.
 */

import { resolve } from 'node:path';
import { TargetsFile } from '../notices/targets-file.js';
import { isLoopback } from '../protocol/address.js';
import type { WebOptions } from '../web/behind.js';
import { allowClassic, readCommandLine } from '../world/command-line.js';
import { Renewing } from '../world/credentials.js';
import { UsageError } from '../world/exit.js';
import { duration, hostName, hostNames, port } from '../world/flag-values.js';
import type { FlagValues } from '../world/reread.js';
import type { StoryOptions } from '../world/story.js';
import { readToken, type Token, tokenIn } from '../world/token.js';
import { RepositoriesFile } from './settings/repositories-file.js';
import { type Keep, parseKeep, spellKeep } from './store/keep.js';

export interface Options {
  readonly host: string;
  /** 0: any free one. */
  readonly port: number;
  /** The folder of the store and the logs, absolute. */
  readonly data: string;
  /** The file of the key that secrets are sealed with, absolute. */
  readonly secretsKey: string;
  /** The folder with a file per commit, absolute. */
  readonly results: string;
  /** What the owner says of repositories. */
  readonly repositories: RepositoriesFile;
  /** Which other programs are told. */
  readonly notify: TargetsFile;
  /** Of the page, for links in what they are told; null: nobody said. */
  readonly webUrl: string | null;
  /** How much of the past is kept. */
  readonly keep: Keep;
  /** The file that all messages are written down in, absolute; null: none. */
  readonly wireLog: string | null;
  /** Where to copy the store to, instead of all else. */
  readonly backup: string | null;
  readonly dialect: 'classic' | 'py3';
  readonly classicRunMaxMs: number;
  /** Whether a job whose tests failed is run once more before it is red. */
  readonly retryFlaky: boolean;
  /** Null: everyone on this machine may speak. */
  readonly token: Token | null;
  /** Hosts of peers that have neither token nor TLS. */
  readonly allowClassic: readonly string[];
  /** Null: no TLS. */
  readonly tls: Renewing | null;
  /** Null: no page. */
  readonly web: WebOptions | null;
  readonly story: StoryOptions;
  readonly flags: FlagValues;
}

const flags = {
  host: {
    type: 'string',
    default: 'localhost',
    coerce: hostName,
    describe: 'address to listen on',
  },
  port: { default: '8888', describe: 'port to listen on; 0: any free one', coerce: port('port') },
  data: { type: 'string', default: '.trivet', describe: 'folder for the store and the logs' },
  'secrets-key': {
    type: 'string',
    defaultDescription: '<data>.key',
    describe: 'file with the key of the secrets, made where there is none',
  },
  results: {
    type: 'string',
    default: 'test_results',
    describe: "folder with a file per commit: its suite's output",
  },
  'repositories-file': {
    type: 'string',
    describe: 'YAML with settings of repositories: labels, command, timeout; read anew at SIGHUP',
  },
  notify: {
    type: 'string',
    describe: 'JSON with the programs and people that are told of verdicts; read anew at SIGHUP',
  },
  'web-url': {
    type: 'string',
    describe: 'where others reach the page, for links in what they are told: http://ci:8888',
    coerce: webUrl,
  },
  supersede: {
    type: 'boolean',
    default: false,
    describe: "end a branch's older commits when a newer one comes; the default branch's never",
  },
  keep: {
    default: '90d',
    describe:
      'how much of the past is kept: an age (36h, 90d, 2y), a size of its logs (500MB, 20GB), a ' +
      'number of commits (10000), several of these with commas between, or all; of each ' +
      'branch the newest commit always is',
    coerce: keep,
  },
  backup: {
    type: 'string',
    describe: 'file to copy the store to; the dispatcher that is at work goes on',
  },
  'wire-log': {
    type: 'string',
    describe:
      'file to write each message of the wire to, a line of JSON each; a full one is FILE.1',
  },
  dialect: {
    choices: ['classic', 'py3'] as const,
    default: 'classic' as const,
    describe: 'what classic peers are told: OK, or ok as the Python 3 port says',
  },
  'classic-run-max': {
    default: '60m',
    describe: 'how long a classic runner, which cannot be stopped, may take',
    coerce: duration('classic-run-max'),
  },
  'retry-flaky': {
    type: 'boolean',
    default: false,
    describe:
      'a job whose reports name tests that failed is run once more, on another runner if one is ' +
      'idle, before it is red: passed then is passed, and flaky',
  },
  'allow-classic': {
    ...allowClassic,
    describe: 'hosts of classic peers, which have neither token nor TLS: a,b',
  },
  'no-web': {
    type: 'boolean',
    default: false,
    describe: 'answer no browser: the port speaks the wire only',
  },
  'web-read': {
    choices: ['open', 'token'] as const,
    default: 'token' as const,
    describe:
      'where there is a token: who may look at the page; to change anything wants it always',
  },
  'web-hosts': {
    type: 'string',
    default: '',
    defaultDescription: 'none',
    coerce: hostNames('web-hosts'),
    describe: "names of this port that a browser may use, besides localhost and the machine's: a,b",
  },
  'hooks-secret-file': {
    type: 'string',
    describe: 'file with the secret that forges sign their webhooks with, at /hooks/<forge>',
  },
  'tls-cert': { type: 'string', describe: "file with the port's certificate: speak TLS" },
  'tls-key': { type: 'string', describe: 'file with the key of that certificate' },
  'tls-client-ca': {
    type: 'string',
    describe: "file with the certificate that vouches for the clients': demand one",
  },
} as const;

/** What can change while a dispatcher runs: what it keeps, at its next look at the past. */
export const changeable = { keep: spellKeep };

/**
 * Reads the command line; null where `--help` was printed. Throws `UsageError`. `former`: those
 * with which the process runs, as all is read anew; token and certificates have ways of their own.
 */
export function readOptions(
  argv: readonly string[],
  former: Options | null = null,
): Options | null {
  const purpose = 'Keeps the queue and the runners.';
  const read = readCommandLine({ script: 'dispatcher.js', purpose, flags, repo: null }, argv);
  if (read === null) return null;
  const token = former === null ? readToken(read['token-file']) : former.token;
  const hooksFile = read['hooks-secret-file'];
  const hooksSecret = hooksFile === undefined || former !== null ? null : tokenIn(hooksFile);
  if (hooksFile !== undefined && read['no-web']) {
    throw new UsageError(
      '--hooks-secret-file is for webhooks, which --no-web turns away: choose one.',
    );
  }
  if (!isLoopback(read.host) && token === null) {
    throw new UsageError(
      `--host ${read.host} would let anyone on the network in: give all three processes the ` +
        'same secret with --token-file, or stay on localhost.',
    );
  }
  return {
    host: read.host,
    port: read.port,
    data: resolve(read.data),
    secretsKey: resolve(read['secrets-key'] ?? `${resolve(read.data)}.key`),
    results: resolve(read.results),
    repositories: new RepositoriesFile(fileNamed(read['repositories-file']), read.supersede),
    notify: new TargetsFile(fileNamed(read.notify)),
    webUrl: read['web-url'] ?? null,
    keep: read.keep,
    backup: read.backup === undefined ? null : resolve(read.backup),
    wireLog: fileNamed(read['wire-log']),
    dialect: read.dialect,
    classicRunMaxMs: read['classic-run-max'],
    retryFlaky: read['retry-flaky'],
    token,
    allowClassic: read['allow-classic'],
    tls:
      former === null
        ? serverCredentials(read['tls-cert'], read['tls-key'], read['tls-client-ca'])
        : former.tls,
    web: read['no-web']
      ? null
      : {
          ...{ token, isOpenToRead: read['web-read'] === 'open', hosts: read['web-hosts'] },
          hooksSecret: former === null ? hooksSecret : (former.web?.hooksSecret ?? null),
        },
    story: { level: read['log-level'], format: read['log-format'] },
    flags: read,
  };
}

function fileNamed(path: string | undefined): string | null {
  return path === undefined ? null : resolve(path);
}

function webUrl(text: string | undefined): string | undefined {
  if (text === undefined || /^https?:\/\/[^\s/]/.test(text)) return text?.replace(/\/+$/, '');
  throw new UsageError(`--web-url is a URL such as http://ci:8888, not "${text}".`);
}

function keep(text: string): Keep {
  const parsed = parseKeep(String(text));
  if (parsed !== null) return parsed;
  throw new UsageError(
    `--keep is all, an age such as 90d, a size such as 20GB, a number of commits such as 10000, ` +
      `or several of these with commas between, not "${text}".`,
  );
}

function serverCredentials(cert?: string, key?: string, ca?: string): Renewing | null {
  if (ca !== undefined && cert === undefined) {
    throw new UsageError('--tls-client-ca needs --tls-cert and --tls-key: without them, no TLS.');
  }
  const credentials = new Renewing({ ca, cert, key });
  return cert === undefined ? null : credentials;
}
