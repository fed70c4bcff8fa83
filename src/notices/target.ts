/**
 * Owns what a target is: another program that is told, which of it all, and how it is reached.
 */

import type { Secret } from './secret.js';

/** Whether every commit is told of, or only one by which a branch turns red or green. */
export type On = 'change' | 'always';

interface Any {
  /** The same over restarts, as long as it is the same place: what waits for it is found by that. */
  readonly key: string;
  /** How the story calls it: never a whole URL, which may hold a secret. */
  readonly name: string;
  /** A glob for names of repositories. */
  readonly repositories: string;
}

export interface Forge extends Any {
  readonly to: 'github' | 'gitlab' | 'gitea' | 'forgejo';
  /** Of its API, without a slash at the end. */
  readonly url: string;
  /** What the forge calls the repository: owner/name. */
  readonly project: string;
  readonly token: Secret;
}

export interface Webhook extends Any {
  readonly to: 'webhook';
  readonly on: On;
  readonly url: string;
  /** `whsec_` and the key in base64. */
  readonly secret: Secret;
}

export interface Mail extends Any {
  readonly to: 'email';
  readonly on: On;
  readonly host: string;
  readonly port: number;
  readonly from: string;
  readonly recipients: readonly string[];
  /** Null: the server wants to know nobody. */
  readonly login: { readonly user: string; readonly password: Secret } | null;
}

export interface Collector extends Any {
  readonly to: 'otlp';
  /** Without `/v1/traces`. */
  readonly endpoint: string;
  /** By their names. */
  readonly headers: Readonly<Record<string, Secret>>;
}

export type Target = Forge | Webhook | Mail | Collector;

/** All that nobody else may see. */
export function secretsOf(target: Target): Secret[] {
  switch (target.to) {
    case 'webhook':
      return [target.secret];
    case 'email':
      return target.login === null ? [] : [target.login.password];
    case 'otlp':
      return Object.values(target.headers);
    default:
      return [target.token];
  }
}
