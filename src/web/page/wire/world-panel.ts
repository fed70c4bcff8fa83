/**
 * Owns the buttons of a simulated world: steps on and back, a fork with another decision, its laws, and the
 * lesson of a planted bug. What the world does comes back as records and as its document.
 */

import { useSignal } from '@preact/signals';
import { useEffect } from 'preact/hooks';
import {
  type PlantedLesson,
  stepMost,
  type WorldAction,
  type WorldDocument,
} from '../../../record/world.js';
import { want } from '../api.js';
import { html } from '../html.js';
import { useKeys } from '../keys.js';
import { announced, notice } from '../page.js';
import { styled } from '../styled.js';
import { NumberField } from './number-field.js';

const compare = '/wire/compare?left=/api/world/recording&right=/api/world/twin';

export function WorldPanel({ world }: { readonly world: WorldDocument }) {
  const { seed, step, atMs, isRunning, isOver, broken } = world;
  const toggle = () => void ask({ do: isRunning ? 'pause' : 'run' });
  const on = (count: number) => () => void ask({ do: 'step', count });
  const back = (count: number) => () => void ask({ do: 'to', step: Math.max(0, step - count) });
  useKeys([
    { key: 'g', does: 'the world: run, or pause it', call: toggle },
    { key: 'n', does: 'the world: one step on', call: on(1) },
    { key: 'N', held: 'Shift', does: 'the world: ten steps on', call: on(10) },
    { key: 'p', does: 'the world: one step back', call: back(1) },
    { key: 'P', held: 'Shift', does: 'the world: ten steps back', call: back(10) },
  ]);
  useEffect(() => {
    void styled('world');
  }, []);
  useEffect(() => {
    if (broken !== null) announced.value = `The law is broken that ${broken.says}`;
  }, [broken?.law]);
  const end = broken === null ? 'It came to rest: every law was kept.' : '';
  return html`<section class="panel world" aria-label="The world">
    <h2>World ${seed}</h2>
    <p class="where" role="status">Step ${step}, ${(atMs / 1_000).toFixed(3)} s${world.forks > 0 ? html`, fork ${world.forks}` : ''}. ${isOver ? end : ''}</p>
    <div class="steps" role="toolbar" aria-label="Steps of the world">
      <button type="button" onClick=${back(10)} disabled=${step === 0} title="P">−10</button>
      <button type="button" onClick=${back(1)} disabled=${step === 0} title="p">Back</button>
      <button type="button" class="run" onClick=${toggle} disabled=${isOver} title="g">${isRunning ? 'Pause' : 'Run'}</button>
      <button type="button" onClick=${on(1)} disabled=${isOver} title="n">Step</button>
      <button type="button" onClick=${on(10)} disabled=${isOver} title="N">+10</button>
      <button type="button" onClick=${on(100)} disabled=${isOver}>+100</button>
    </div>
    <div class="fields">
      <${NumberField} label="Go to step" what="A step" value=${step} most=${stepMost} go=${(to: number) => ask({ do: 'to', step: to })} />
      <${NumberField} label="Seed" what="A seed" value=${seed} most=${Number.MAX_SAFE_INTEGER} go=${(to: number) => ask({ do: 'seed', seed: to })} />
    </div>
    ${broken === null ? '' : html`<p class="fault broken-law" role="alert"><b>${broken.law}</b>: not so that ${broken.says}. ${firstLine(broken.how)}</p>`}
    ${world.planted === null ? '' : html`<${Planted} planted=${world.planted} brokenLaw=${broken?.law ?? null} isOver=${isOver} />`}
    <${Decisions} world=${world} />
    <p><a href=${compare}>Lay it beside ${world.planted === null ? 'the same world without decisions' : 'its twin without the bug'}</a></p>
    <${Laws} world=${world} />
  </section>`;
}

/** What somebody decided, and what can be decided here. */
function Decisions({ world }: { readonly world: WorldDocument }) {
  const chosen = useSignal('');
  const fork = () => {
    const choice = world.choices[Number(chosen.value)]?.choice;
    if (chosen.value === '' || choice === undefined) return;
    void ask({ do: 'fork', step: world.step, choice });
    chosen.value = '';
  };
  const choose = (event: Event) => {
    chosen.value = (event.currentTarget as HTMLSelectElement).value;
  };
  return html`
    ${
      world.decisions.length === 0
        ? ''
        : html`<ol class="decisions" aria-label="Decisions">
      ${world.decisions.map(({ step, says }, index) => html`<li key=${`${index} ${says}`}><button type="button" class="plain" onClick=${() => ask({ do: 'to', step })}>Step ${step}</button> ${says} <button type="button" aria-label=${`Without: ${says}`} onClick=${() => ask({ do: 'forget', index })}>×</button></li>`)}
    </ol>`
    }
    ${
      world.choices.length === 0
        ? html`<p class="quiet">${world.isHealed ? 'From here on nothing goes wrong, and nothing can be decided: go back to fork.' : 'Go back to decide otherwise.'}</p>`
        : html`<div class="fork"><label>Decide at step ${world.step} <select value=${chosen.value} onChange=${choose}>
          <option value="">as it was</option>
          ${world.choices.map(({ says }, index) => html`<option key=${says} value=${index}>${says}</option>`)}
        </select></label> <button type="button" disabled=${chosen.value === ''} onClick=${fork}>Fork</button></div>`
    }`;
}

/** Predict, run, see the law break, find the line. Who goes back may predict anew, and sees no line. */
function Planted({
  planted,
  brokenLaw,
  isOver,
}: {
  readonly planted: PlantedLesson;
  readonly brokenLaw: string | null;
  readonly isOver: boolean;
}) {
  const predicted = useSignal<string | null>(null);
  const { name, choices, line } = planted;
  const predict = (law: string) => () => {
    predicted.value = law;
  };
  return html`<section class="planted" aria-label="The planted bug">
    <h3>Lesson ${planted.number}: ${name}</h3>
    <fieldset><legend>Which law will break?</legend>
      ${choices.map((law) => html`<label key=${law.name}><input type="radio" name="law" disabled=${isOver} checked=${predicted.value === law.name} onChange=${predict(law.name)} /> ${law.says}</label>`)}
    </fieldset>
    ${isOver ? html`<p role="status">${verdictOn(predicted.value, brokenLaw, choices)}</p>` : html`<p class="quiet">Then run the world.</p>`}
    ${isOver ? html`<${Line} line=${line} />` : ''}
  </section>`;
}

/** Shown when somebody wants to see it. */
function Line({ line }: Pick<PlantedLesson, 'line'>) {
  if (line === null) {
    return html`<button type="button" onClick=${() => ask({ do: 'reveal' })}>Show the line</button>`;
  }
  return html`<figure><figcaption>${line.file}:${line.number}</figcaption><pre class="was">${line.before}</pre><pre class="becomes">${line.becomes}</pre></figure>`;
}

function verdictOn(
  predicted: string | null,
  broken: string | null,
  laws: PlantedLesson['choices'],
): string {
  if (broken === null) return 'No law broke in this world: try another seed.';
  if (predicted === broken) return 'You were right.';
  const says = laws.find(({ name }) => name === broken)?.says ?? broken;
  return `${predicted === null ? 'It was this' : 'No, it was this'}: ${says}.`;
}

function Laws({ world }: { readonly world: WorldDocument }) {
  const { laws, broken } = world;
  const says = broken === null ? `${laws.length} laws hold` : `1 of ${laws.length} laws is broken`;
  return html`<details class="laws"><summary>${says}</summary><ul>
    ${laws.map((law) => html`<li key=${law.name} class=${law.broken === null ? 'held' : 'broken'}><span aria-hidden="true">${law.broken === null ? '✓' : '§'}</span> <b>${law.name}</b> ${law.says}</li>`)}
  </ul></details>`;
}

async function ask(action: WorldAction): Promise<void> {
  const outcome = await want('/api/world', action);
  if (!outcome.isDone) notice.value = outcome;
}

function firstLine(text: string): string {
  return text.split('\n')[0] ?? '';
}
