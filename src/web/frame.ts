/**
 * Owns what of every page is there before any script: the bar with its links. The page takes it over
 * where it stands (page/page.ts), so it reads the same there.
 */

const places = [
  ['/', 'Home'],
  ['/commits', 'Commits'],
  ['/queue', 'Queue'],
  ['/runners', 'Runners'],
  ['/wire', 'Wire'],
] as const;

/** As the page at that path shows it, but for what only it knows: whether it is live. */
export function frame(path: string): string {
  const current = (address: string) => (address === path ? ' aria-current="page"' : '');
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
    '</header>',
  ].join('');
}
