/**
 * Owns how a page comes by styles that no other has. The server names them with the page that is opened
 * first (shell.ts); here they are fetched for those that one goes to from there.
 */

/** Resolves when `/styles/pages/<name>.css` is in force, or cannot be had. */
export function styled(name: string): Promise<void> {
  const href = `/styles/pages/${name}.css`;
  if (document.querySelector(`link[href="${href}"]`) !== null) return Promise.resolve();
  return new Promise((resolve) => {
    const link = document.createElement('link');
    link.rel = 'stylesheet';
    link.href = href;
    link.onload = () => resolve();
    link.onerror = () => resolve();
    document.head.append(link);
  });
}
