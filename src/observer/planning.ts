/**
 * Owns how a commit that is to be handed over gets its jobs: its workflow files are read, and planned
 * for a push of its branch, or of its tag. Without any file, and where git fails, it is handed over as it
 * is: then its runner finds out what the commit shows.
 */

import { defaultJobName, short } from '../protocol/ids.js';
import { type HandoverBody, handover } from '../protocol/job-bodies.js';
import { planBytesMax } from '../protocol/limits.js';
import { type JobToHandOver, jobsToHandOver } from '../workflow/handing-over.js';
import { isSkipped, type Occasion } from '../workflow/occasion.js';
import { planCommit } from '../workflow/plan.js';
import type { Tell } from '../world/story.js';
import type { Handover } from './core/handover-queue.js';
import type { Repository } from './repository.js';
import type { CommitSources } from './workflow-files.js';

/** What is known of a commit's repository. */
export interface PlanningOptions {
  /** `owner/name`, as far as its origin tells. */
  readonly slug: string;
  /** Without whatever secret its owner put into it. */
  readonly cloneUrl: string;
}

/** Answers what is handed over of a commit. */
export type Plan = (handover: Handover) => Promise<HandoverBody>;

export function planner(repository: Repository, options: PlanningOptions): Plan {
  return async ({ commit, description }) => {
    const sources = await repository.sources(commit).catch(() => null);
    if (sources === null) return description;
    const paths = mayCompare(sources) ? await repository.changed(commit, sources.parents) : null;
    const occasion = occasionOf({ commit, description }, sources, options, {
      paths,
      defaultBranch: repository.defaultBranch(),
    });
    if (sources.files.length === 0 && !isSkipped(occasion)) return description;
    return handoverOf(description, jobsOf(sources, occasion));
  };
}

/**
 * The same, also where planning fails by a fault of ours: thrown again at each start, it would keep all
 * that comes after that commit from being handed over.
 */
export async function planned(
  { plan, tell }: { readonly plan: Plan; readonly tell: Tell },
  handover: Handover,
): Promise<HandoverBody> {
  try {
    return await plan(handover);
  } catch (error) {
    const { commit, description } = handover;
    const why = error instanceof Error ? error.message : String(error);
    const msg = `${short(commit)} could not be planned (${why}): it is handed over without its jobs; please report this`;
    tell({ event: 'not-planned', level: 'error', commit, msg });
    return description;
  }
}

/** Only then is it worth asking what the commit changed. */
function mayCompare({ files }: CommitSources): boolean {
  return files.some(({ text }) => /\bpaths?\b|_FILES\b/.test(text));
}

function jobsOf(sources: CommitSources, occasion: Occasion): readonly JobToHandOver[] {
  const { files, surplus } = sources;
  const jobs = jobsToHandOver(planCommit(files, occasion), occasion, files);
  if (surplus === 0) return jobs;
  const reason = `there are ${surplus} workflow files more than the ${files.length} that are read`;
  return [...jobs.slice(0, -1), erroredJob(reason)];
}

/** What the wire does not take is an error of the commit, and no reason to be silent about it. */
function handoverOf(description: HandoverBody, jobs: readonly JobToHandOver[]): HandoverBody {
  const body = { ...description, jobs };
  const { success, data, error } = handover.safeParse(body);
  const bytes = Buffer.byteLength(JSON.stringify(body));
  if (success && bytes <= planBytesMax) return data;
  const [issue] = error?.issues ?? [];
  const reason =
    issue === undefined
      ? `its plan has ${bytes} bytes, and at most ${planBytesMax} are expected`
      : `its plan is not taken (${issue.path.join('.')}: ${issue.message})`;
  return handover.parse({ ...description, jobs: [erroredJob(reason)] });
}

function erroredJob(reason: string): JobToHandOver {
  const nobody = { labels: [], needs: [], runsOn: ['success'] as const, group: null };
  return { name: defaultJobName, ...nobody, ended: { verdict: 'errored', reason } };
}

function occasionOf(
  { commit, description }: Handover,
  { message, author, authorEmail }: CommitSources,
  { slug, cloneUrl }: PlanningOptions,
  { paths, defaultBranch }: Pick<Occasion, 'paths' | 'defaultBranch'>,
): Occasion {
  const { branch: name } = description;
  const ref = name.startsWith('refs/') ? name : `refs/heads/${name}`;
  const branch = ref.startsWith('refs/heads/') ? ref.slice('refs/heads/'.length) : '';
  return {
    event: ref.startsWith('refs/tags/') ? 'tag' : 'push',
    repository: slug,
    ...{ cloneUrl, defaultBranch, commit, branch, ref, message, author, authorEmail, paths },
    ...{ cron: '', deployTarget: '', pullRequest: null, instance: '', platform: '', variables: {} },
  };
}
