/**
 * Owns how a page comes by styles that no other has. Those of the page that is opened first are on their way
 * by then (shell.ts).
 */

const asked = new Map<string, Promise<void>>();

/** Resolves when `styles/pages/<name>.css` is in force, or cannot be had. */
export function styled(name: string): Promise<void> {
  const coming = asked.get(name) ?? linked(new URL(`../styles/pages/${name}.css`, import.meta.url));
  asked.set(name, coming);
  return coming;
}

function linked({ href }: URL): Promise<void> {
  return new Promise((resolve) => {
    const link = document.createElement('link');
    link.rel = 'stylesheet';
    link.href = href;
    link.onload = () => resolve();
    link.onerror = () => resolve();
    document.head.append(link);
  });
}
