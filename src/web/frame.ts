/**
 * Owns what of every page is there before any script: the bar with its links, and the heading where that
 * says the same at all times. The page takes both over where they stand (page/page.ts), so they read the
 * same there, and nothing moves.
 */

const places = [
  ['/', 'Home'],
  ['/commits', 'Commits'],
  ['/queue', 'Queue'],
  ['/runners', 'Runners'],
  ['/wire', 'Wire'],
] as const;

const headings: Readonly<Record<string, string>> = {
  '/': '<h1 class="unseen">Home</h1>',
  '/commits': '<h1>Commits</h1>',
  '/queue': '<header class="page-heading"><h1>Queue</h1></header>',
  '/runners': '<header class="page-heading"><h1>Runners</h1></header>',
};

/** As the page at that path shows it. Whether it is live only the page knows; the place for that is kept. */
export function frame(path: string, wantsSignIn: boolean): string {
  // A repository's page is the line of its commits.
  const here = path.startsWith('/repositories/') ? '/commits' : path;
  const current = (address: string) => (address === here ? ' aria-current="page"' : '');
  const links = places.map(
    ([address, name]) => `<a href="${address}"${current(address)}>${name}</a>`,
  );
  return [
    '<a class="skip" href="#main">Skip to the content</a>',
    '<header class="bar">',
    '<a class="brand" href="/"><svg class="mark" viewBox="0 0 24 24" width="22" height="22" ' +
      'aria-hidden="true"><ellipse cx="12" cy="7" rx="9" ry="3.6"></ellipse>' +
      '<path d="M4 8.5 L2.5 21 M12 10.6 V21.5 M20 8.5 L21.5 21"></path></svg> Trivet</a>',
    `<nav aria-label="Pages">${links.join('')}</nav>`,
    '<span class="spacer"></span>',
    '<span class="liveness beginning"><span class="dot" aria-hidden="true"></span>live</span>',
    wantsSignIn ? '<a href="/sign-in">Sign in</a>' : '',
    '</header>',
    `<main id="main" tabindex="-1">${headings[path] ?? ''}</main>`,
  ].join('');
}
