/**
 * Owns which text may be handed to git as the place to clone a repository from: a URL of a transport
 * that is part of git, `host:path` as ssh has it, or an absolute path. Never asks anybody whether there
 * is a repository. What git could take for an option or for the name of a program is no such text.
 */

/** Longer than any that people use, and shorter than what a server takes. */
const charactersMax = 2_000;

/** `host::…` and `word://…` of other words name a program, which git would start. */
const forms = [
  /^(?:https?|git|ssh|git\+ssh|ssh\+git):\/\/(?:[^/@-][^/@]*@)?[^/@-][^/@]*\//,
  /^file:\/\/\//,
  /^(?:[\w.+]+@)?[A-Za-z0-9[][\w.[\]-]*:(?![:-]|\/\/)./,
  /^\//,
];

// biome-ignore lint/suspicious/noControlCharactersInRegex: these are what must not be there
const unfit = /[\u0000-\u001f\u007f]/;

export function isCloneUrl(text: string): boolean {
  const isPlain = text.length <= charactersMax && !unfit.test(text);
  return isPlain && forms.some((form) => form.test(text));
}
