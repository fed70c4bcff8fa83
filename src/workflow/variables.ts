/**
 * Owns the built-in variables of a plan: Woodpecker's `CI_…` and Drone's `DRONE_…`, as `${…}` and
 * `evaluate` see them.
 */

import type { Occasion } from './occasion.js';

/** Known only while a step runs: in the file's text they are empty. */
const knownLater =
  /^(?:CI_STEP_(?:NAME|NUMBER|TYPE|STARTED)|CI_WORKSPACE|CI_SCRIPT|CI_PIPELINE_(?:STATUS|STARTED|NUMBER)|CI_(?:SYSTEM|WORKFLOW)_NAME|DRONE_(?:BUILD_(?:NUMBER|STATUS|STARTED)|STAGE_(?:NAME|STATUS|STARTED)|STEP_(?:NAME|NUMBER)|WORKSPACE|FAILED_STEPS)|TRIVET_\w+)$/;

export function isKnownLater(name: string): boolean {
  return knownLater.test(name);
}

/** All variables of an occasion; what it does not have, such as a tag, is empty. */
export function variablesOf(told: Occasion): Readonly<Record<string, string>> {
  // Git ends each message with a newline, which nobody has written.
  const occasion = { ...told, message: told.message.trimEnd() };
  return { ...ofWoodpecker(occasion), ...ofDrone(occasion), ...occasion.variables };
}

function ofWoodpecker(occasion: Occasion): Record<string, string> {
  const { repository, pullRequest, paths } = occasion;
  const [owner, name] = ownerAndName(repository);
  return {
    CI: 'true',
    CI_REPO: repository,
    CI_REPO_OWNER: owner,
    CI_REPO_NAME: name,
    CI_REPO_CLONE_URL: occasion.cloneUrl,
    CI_REPO_URL: occasion.cloneUrl.replace(/\.git$/, ''),
    CI_REPO_DEFAULT_BRANCH: occasion.defaultBranch,
    CI_COMMIT_SHA: occasion.commit,
    CI_COMMIT_REF: occasion.ref,
    CI_COMMIT_BRANCH: occasion.branch,
    CI_COMMIT_SOURCE_BRANCH: pullRequest?.sourceBranch ?? '',
    CI_COMMIT_TARGET_BRANCH: pullRequest === null ? '' : occasion.branch,
    CI_COMMIT_PULL_REQUEST: pullRequest?.number ?? '',
    CI_COMMIT_TAG: tagOf(occasion),
    CI_COMMIT_MESSAGE: occasion.message,
    CI_COMMIT_AUTHOR: occasion.author,
    CI_COMMIT_AUTHOR_EMAIL: occasion.authorEmail,
    CI_PIPELINE_EVENT: occasion.event,
    CI_PIPELINE_DEPLOY_TARGET: occasion.deployTarget,
    CI_PIPELINE_FILES: paths === null || paths.length > 500 ? '' : JSON.stringify(paths),
  };
}

function ofDrone(occasion: Occasion): Record<string, string> {
  const [owner, name] = ownerAndName(occasion.repository);
  const { pullRequest, branch, commit } = occasion;
  const tag = tagOf(occasion);
  const [, semver = '', major = '', minor = '', patch = ''] =
    /^v?((\d+)\.(\d+)\.(\d+).*)$/.exec(tag) ?? [];
  return {
    DRONE: 'true',
    DRONE_REPO: occasion.repository,
    DRONE_REPO_OWNER: owner,
    DRONE_REPO_NAMESPACE: owner,
    DRONE_REPO_NAME: name,
    DRONE_REPO_BRANCH: occasion.defaultBranch,
    DRONE_GIT_HTTP_URL: occasion.cloneUrl,
    DRONE_REMOTE_URL: occasion.cloneUrl,
    DRONE_BRANCH: branch,
    DRONE_COMMIT_BRANCH: branch,
    DRONE_TARGET_BRANCH: branch,
    DRONE_SOURCE_BRANCH: pullRequest?.sourceBranch ?? branch,
    DRONE_COMMIT: commit,
    DRONE_COMMIT_SHA: commit,
    DRONE_COMMIT_AFTER: commit,
    DRONE_COMMIT_REF: occasion.ref,
    DRONE_COMMIT_MESSAGE: occasion.message,
    DRONE_COMMIT_AUTHOR: occasion.author,
    DRONE_COMMIT_AUTHOR_NAME: occasion.author,
    DRONE_COMMIT_AUTHOR_EMAIL: occasion.authorEmail,
    DRONE_BUILD_EVENT: droneEvents[occasion.event] ?? occasion.event,
    DRONE_DEPLOY_TO: occasion.deployTarget,
    DRONE_PULL_REQUEST: pullRequest?.number ?? '',
    DRONE_TAG: tag,
    DRONE_SEMVER: semver,
    DRONE_SEMVER_SHORT: semver === '' ? '' : `${major}.${minor}.${patch}`,
    DRONE_SEMVER_MAJOR: major,
    DRONE_SEMVER_MINOR: minor,
    DRONE_SEMVER_PATCH: patch,
  };
}

const droneEvents: Readonly<Record<string, string>> = { deployment: 'promote', manual: 'custom' };

function ownerAndName(repository: string): [string, string] {
  const slash = repository.lastIndexOf('/');
  return [repository.slice(0, Math.max(slash, 0)), repository.slice(slash + 1)];
}

/** Empty where the commit was not tagged. */
function tagOf({ ref }: Occasion): string {
  return ref.startsWith('refs/tags/') ? ref.slice('refs/tags/'.length) : '';
}
