/**
 * Owns the sign in the browser's tab: it shows how things stand while another tab is looked at.
 */

import { useEffect } from 'preact/hooks';

const colours = { failed: '#c0272d', running: '#1a5fb4', passed: '#1a7f4b' } as const;

/** A cross, a triangle, a tick: told apart without colour. */
const shapes = {
  failed: 'M5 5 L11 11 M11 5 L5 11',
  running: 'M6 4.5 L11 8 L6 11.5 Z',
  passed: 'M4.5 8.5 L7 11 L11.5 5.5',
} as const;

export function Favicon({ state }: { readonly state: keyof typeof colours }) {
  useEffect(() => {
    const link = document.querySelector('link[rel="icon"]');
    const drawing =
      '<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 16 16">' +
      `<circle cx="8" cy="8" r="8" fill="${colours[state]}"/>` +
      `<path d="${shapes[state]}" fill="none" stroke="#fff" stroke-width="2" stroke-linecap="round"/></svg>`;
    link?.setAttribute('href', `data:image/svg+xml,${encodeURIComponent(drawing)}`);
  }, [state]);
  return null;
}
