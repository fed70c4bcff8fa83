/**
 * Owns the frames in which time passes on the page. None is asked for while nothing moves: paused, hidden,
 * or when the wire has been silent for a while. Whoever wants less motion has four a second.
 */

import { useEffect } from 'preact/hooks';
import type { View } from './view.js';

/** After the last record a live page goes on so long: a heartbeat and then some. */
const restsAfterMs = 4_000;
const steppedEveryMs = 250;
const liveEveryMs = 30;

/** A frame that was late, as after another tab, is no leap in time. */
const frameMostMs = 300;

/** Draws nothing: it passes time. */
export function Frames({ view }: { readonly view: View }) {
  const mode = view.going.value;
  const laid = view.laid.value;
  useEffect(() => {
    if (mode === 'paused' || view.axis.count === 0) return undefined;
    const isStepped = matchMedia('(prefers-reduced-motion: reduce)').matches;
    const begunMs = performance.now();
    let lastMs = begunMs;
    let frame = 0;
    const pass = () => {
      const nowMs = performance.now();
      // Arcs that shrink while one waits need no more.
      if (mode === 'live' && nowMs - lastMs < liveEveryMs) return next();
      view.advance(Math.min(frameMostMs, nowMs - lastMs));
      lastMs = nowMs;
      if (mode === 'playing' || nowMs - begunMs < restsAfterMs) next();
    };
    const next = () => {
      frame = isStepped ? setTimeout(pass, steppedEveryMs) : requestAnimationFrame(pass);
    };
    next();
    return () => (isStepped ? clearTimeout(frame) : cancelAnimationFrame(frame));
  }, [mode, mode === 'live' ? laid : 0]);
  return null;
}
