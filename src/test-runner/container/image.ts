/**
 * Owns what an image is called, and when it is fetched. Pure.
 */

import type { Step } from '../../protocol/work.js';

/** The name in full, as Docker reads it: podman knows no registry by itself. */
export function fullName(image: string): string {
  const [first = '', ...rest] = image.split('/');
  const hasRegistry = rest.length > 0 && (/[.:]/.test(first) || first === 'localhost');
  if (hasRegistry) return image;
  return rest.length === 0 ? `docker.io/library/${image}` : `docker.io/${image}`;
}

/** Whether it is fetched before the step, though or because it is (not) there. */
export function isToFetch(image: string, pull: Step['pull'], isThere: boolean): boolean {
  switch (pull) {
    case 'never':
      return false;
    case 'always':
      return true;
    case 'if-not-exists':
      return !isThere;
    default:
      return !isThere || (isLatest(image) && !image.startsWith('localhost/'));
  }
}

/** Whether a step can do with the one that is there, where fetching it anew fails. */
export function mayBeStale(pull: Step['pull']): boolean {
  return pull !== 'always';
}

function isLatest(image: string): boolean {
  const name = image.slice(image.lastIndexOf('/') + 1);
  return !name.includes('@') && (!name.includes(':') || name.endsWith(':latest'));
}
