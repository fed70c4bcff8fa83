/**
 * Owns a record as a sequence diagram of Mermaid, for those who write about it. Names are given numbers and
 * shown as text, so that none of them can be read as a part of the diagram. Pure.
 */

import { chosenOf, type Excerpt } from './excerpt.js';
import { isHeartbeat } from './filter.js';
import type { Model } from './model.js';
import type { WireMessage } from './record.js';
import { shortId } from './text.js';

export function asMermaid(excerpt: Excerpt): string {
  const { model } = excerpt;
  const drawn = model.lanes.map(({ name }) => name);
  const idOf = (name: string) => `p${drawn.indexOf(name)}`;
  const met = new Set<string>();
  const steps: string[] = [];
  let beats = 0;
  const tellBeats = () => {
    if (beats > 0) steps.push(`Note over ${idOf('dispatcher')}: ${counted(beats)}`);
    beats = 0;
  };
  for (const { index, record } of chosenOf(excerpt)) {
    if (record.kind === 'message') {
      met.add(record.from).add(record.to);
      if (isHeartbeat(record)) {
        beats += 1;
        continue;
      }
      tellBeats();
      const ends = `${idOf(record.from)}${arrowOf(model, index, record)}${idOf(record.to)}`;
      steps.push(`${ends}: ${labelOf(record)}`);
    } else if (record.kind === 'change') {
      met.add(record.process);
      tellBeats();
      steps.push(`Note over ${idOf(record.process)}: ${escaped(record.says)}`);
    }
  }
  tellBeats();
  const participants = drawn
    .filter((name) => met.has(name))
    .map((name) => `participant ${idOf(name)} as ${escaped(name)}`);
  return ['sequenceDiagram', ...[...participants, ...steps].map((line) => `  ${line}`), ''].join(
    '\n',
  );
}

/** An answer is dashed; what never came ends in a cross. */
function arrowOf(model: Model, index: number, { verb }: WireMessage): string {
  const end = model.endOf(index);
  if (end !== null && model.records[end]?.kind === 'dropped') return '-x';
  return answers.has(verb) ? '-->>' : '->>';
}

const answers = new Set(['reply', 'welcome', 'refused', 'accepted', 'recorded', 'pong']);

function labelOf({ verb, commit }: WireMessage): string {
  return escaped(commit === undefined ? verb : `${verb} ${shortId(commit)}`);
}

function counted(beats: number): string {
  return beats === 1 ? '1 heartbeat' : `${beats} heartbeats`;
}

/** Everything that Mermaid or HTML could take for more than text, by its number; on one line. */
function escaped(text: string): string {
  return text
    .replace(/[\p{Cc}\p{Cf}\p{Zl}\p{Zp}\p{Cs}]+/gu, ' ')
    .replace(/[^\p{L}\p{M}\p{N} .,:()'/_+→-]/gu, (sign) => `#${sign.codePointAt(0)};`)
    .trim();
}
