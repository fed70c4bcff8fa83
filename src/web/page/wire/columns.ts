/**
 * Owns where lifelines stand side by side, and their names above them, which stay in view. Pure but for
 * the drawing of the names.
 */

import type { Lane } from '../../../record/model.js';
import { html } from '../html.js';
import { stateSigns, stateWord } from './looks.js';
import type { View } from './view.js';

/** In pixels: beside the lines stand the times. */
export const gutter = 84;

const apartMin = 84;
const side = 46;

/** A record that is drawn, and where. */
export interface Drawn {
  readonly view: View;
  readonly columns: Columns;
  /** Its place in the recording. */
  readonly index: number;
  /** Where the drawing begins, in pixels of the axis. */
  readonly top: number;
  /** Others of its kind stand where its words would. */
  readonly isMute: boolean;
}

export interface Columns {
  readonly width: number;
  readonly apart: number;
  readonly lanes: readonly Lane[];
  x(name: string): number;
}

/** As many as there are, in the room that there is; where they need more, one scrolls. */
export function columnsOf(lanes: readonly Lane[], room: number): Columns {
  const gaps = Math.max(1, lanes.length - 1);
  const apart = Math.max(apartMin, (room - gutter - 2 * side) / gaps);
  const xs = new Map(lanes.map(({ name }, index) => [name, gutter + side + index * apart]));
  const width = Math.max(room, gutter + 2 * side + apart * gaps);
  return { width, apart, lanes, x: (name) => xs.get(name) ?? gutter };
}

/** The classes by which it is dimmed, chosen, or without words. */
export function lookIn({ view, index, isMute }: Drawn, isDim: boolean): string {
  const isChosen = view.moment.value === index;
  return `${isDim ? 'dim' : ''} ${isChosen ? 'chosen' : ''} ${isMute ? 'mute' : ''}`;
}

export function Names({ view, columns }: { readonly view: View; readonly columns: Columns }) {
  const at = view.moment.value;
  return html`<div class="names" style=${{ width: `${columns.width}px` }}>
    ${columns.lanes.map(({ name, role, from }) => {
      const state = view.model.value?.stretchAt(name, at)?.state ?? 'idle';
      const isHere = from <= at;
      return html`<span key=${name} class="name ${isHere ? state : 'absent'}" style=${{ left: `${columns.x(name)}px`, maxWidth: `${columns.apart - 6}px` }}>
        <b class="cut">${name}</b>
        <span class="state"><span aria-hidden="true">${isHere ? stateSigns[state] : '·'}</span> ${isHere ? stateWord(state, role, view.model.value?.header.source ?? 'dispatcher') : 'not yet'}</span>
      </span>`;
    })}
  </div>`;
}
