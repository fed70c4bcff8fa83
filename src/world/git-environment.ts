/**
 * Owns what every git of ours inherits: the variables by which the user tells git how to reach
 * remotes and which settings are his, and settings of ours that stand above his.
 * Never passes on what would turn git to another repository (a hook's GIT_DIR) or to a person.
 */

import type { Tell } from './story.js';

/** In the words of git's manual: how a remote is reached, and where configuration comes from. */
const honoured =
  /^(?:GIT_(?:SSH(?:_.*)?|ASKPASS|SSL_.*|PROXY_.*|HTTP_.*|ALLOW_PROTOCOL|PROTOCOL.*|CONFIG_(?:GLOBAL|SYSTEM|NOSYSTEM|COUNT|(?:KEY|VALUE)_\d+)|CEILING_DIRECTORIES|DISCOVERY_ACROSS_FILESYSTEM|EXEC_PATH)|SSH_ASKPASS)$/;

/** Variables that make git start an editor, a pager or a window, or act elsewhere. */
const dropped = /^(?:GIT_.*|.*EDITOR|VISUAL|.*PAGER|.*ASKPASS|PREFIX)$/i;

/** Of those, what has no meaning for what we ask of git: nothing is edited, paged or committed. */
const idle =
  /^(?:GIT_(?:.*EDITOR|PAGER|AUTHOR_.*|COMMITTER_.*|MERGE_.*|TERMINAL_PROMPT|PS1_.*)|(?!GIT_).*)$/i;

/** The names in the environment that git is to hear. */
export function honouredNames(): string[] {
  return Object.keys(process.env).filter((name) => honoured.test(name));
}

/** The environment of a git, before what the caller adds. */
export function gitEnvironment(): Record<string, string> {
  const entries = Object.entries(process.env).filter(
    (entry): entry is [string, string] =>
      entry[1] !== undefined && (honoured.test(entry[0]) || !dropped.test(entry[0])),
  );
  // We read its messages, which have many languages; all else of the user's locale stays his.
  return { ...Object.fromEntries(entries), GIT_TERMINAL_PROMPT: '0', LANGUAGE: 'en' };
}

/** Says which of the user's variables for git have no effect here. */
export function tellWhatGitMisses(tell: Tell): void {
  const names = Object.keys(process.env).filter(
    (name) => dropped.test(name) && !honoured.test(name) && !idle.test(name),
  );
  if (names.length === 0) return;
  const msg = `not passed on to git: ${names.join(', ')}`;
  tell({ event: 'git-variables-dropped', level: 'warn', names, msg });
}

/** For `-c`, which no configuration of the user's overrides. */
export function gitSettings(allowFileProtocol = false): string[] {
  return [
    // Hooks and file-system monitors are programs that a configuration names: none is wanted.
    'core.hooksPath=/dev/null',
    'core.fsmonitor=false',
    'core.quotePath=false',
    // A bare repository that we are given is meant, as one that `--git-dir` names.
    'safe.bareRepository=all',
    // A commit is what everybody has under its id, not what somebody has put in its place here.
    'core.useReplaceRefs=false',
    // Nor what a template would put into a new repository: hooks, attributes.
    'init.templateDir=',
    // Upkeep ends with its command; in the background it would outlive us and hold locks.
    'gc.autoDetach=false',
    'maintenance.autoDetach=false',
    ...(allowFileProtocol ? ['protocol.file.allow=always'] : []),
  ];
}

/**
 * What simple-git, which suspects all variables and settings, is to let pass: what the user tells
 * git in his environment is his affair, as it is in his configuration files.
 */
export function permissions(): Readonly<Record<string, true>> {
  return 'GIT_CONFIG_COUNT' in process.env ? { ...reached, ...configured } : reached;
}

/** What simple-git asks about our own settings, and about how the user reaches his remotes. */
const reached = {
  allowUnsafeHooksPath: true,
  allowUnsafeFsMonitor: true,
  allowUnsafeTemplateDir: true,
  allowUnsafeProtocolOverride: true,
  allowUnsafeSshCommand: true,
  allowUnsafeAskPass: true,
  allowUnsafeConfigPaths: true,
  allowUnsafeConfigEnvCount: true,
  allowUnsafeGitProxy: true,
  allowUnsafeExec: true,
} as const;

/** And about what his GIT_CONFIG_KEY_<n> may set. */
const configured = {
  allowUnsafeAlias: true,
  allowUnsafeCommandBinaries: true,
  allowUnsafeCredentialHelper: true,
  allowUnsafeDiffExternal: true,
  allowUnsafeDiffTextConv: true,
  allowUnsafeEditor: true,
  allowUnsafeFilter: true,
  allowUnsafeGpgProgram: true,
  allowUnsafeInclude: true,
  allowUnsafeMergeDriver: true,
  allowUnsafePack: true,
  allowUnsafePager: true,
  allowUnsafeSubmodule: true,
  allowUnsafeUrlRewrite: true,
} as const;
