/**
 * Owns what a plan is made for: a commit and why it is looked at. The planner is told; it never
 * asks git. What `when` compares and what `${CI_…}` gives, both come from here.
 */

/** Woodpecker's events; Drone's are translated to these. */
export const events = [
  'push',
  'pull_request',
  'pull_request_closed',
  'pull_request_metadata',
  'tag',
  'release',
  'deployment',
  'cron',
  'manual',
] as const;

export type Event = (typeof events)[number];

export interface Occasion {
  readonly event: Event;
  /** `owner/name`, or only a name. */
  readonly repository: string;
  readonly cloneUrl: string;
  readonly defaultBranch: string;
  readonly commit: string;
  /** Of a pull request: the one that it is to be merged into. */
  readonly branch: string;
  readonly ref: string;
  readonly message: string;
  readonly author: string;
  readonly authorEmail: string;
  /** What the commit changed; null where nobody knows, and then no path is held against it. */
  readonly paths: readonly string[] | null;
  /** The name of the cron job. */
  readonly cron: string;
  readonly deployTarget: string;
  readonly pullRequest: { readonly number: string; readonly sourceBranch: string } | null;
  /** The host that `instance` is compared with. */
  readonly instance: string;
  /** `linux/amd64`; empty where any machine may do it. */
  readonly platform: string;
  /** What else is to be known under a name. */
  readonly variables: Readonly<Record<string, string>>;
}

/** Whether who wrote the commit wants it left alone; only a push or a pull request can be. */
export function isSkipped({ event, message }: Occasion): boolean {
  const mayBe = event === 'push' || event.startsWith('pull_request');
  return mayBe && /\[(?:skip\s*ci|ci\s*skip)\]|\*\*\*no_ci\*\*\*/i.test(message.slice(0, 10_000));
}
