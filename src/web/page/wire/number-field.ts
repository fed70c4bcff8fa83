/**
 * Owns a field that takes one whole number, and says what it takes where somebody types something else.
 */

import { useSignal } from '@preact/signals';
import { useEffect } from 'preact/hooks';
import { html } from '../html.js';

interface NumberField {
  readonly label: string;
  /** What stands in it until somebody types. */
  readonly value: number;
  readonly most: number;
  /** The number as one begins a sentence with it: `A step`. */
  readonly what: string;
  readonly go: (to: number) => void;
}

/** Enter takes it. */
export function NumberField({ label, value, most, what, go }: NumberField) {
  const fault = useSignal('');
  const id = `fault-of-${label.toLowerCase().replaceAll(' ', '-')}`;
  useEffect(() => {
    fault.value = '';
  }, [value]);
  const submit = (event: Event) => {
    event.preventDefault();
    const form = event.currentTarget as HTMLFormElement;
    const to = numberIn(String(new FormData(form).get('to')), most);
    fault.value =
      to === null ? `${what} is a whole number from 0 to ${most.toLocaleString('en-GB')}.` : '';
    if (to !== null) go(to);
  };
  const type = () => {
    fault.value = '';
  };
  return html`<form class="number-field" onSubmit=${submit}>
    <label>${label} <input name="to" inputmode="numeric" size="6" defaultValue=${value} key=${value} autocomplete="off" aria-invalid=${fault.value !== ''} aria-describedby=${id} onInput=${type} /></label>
    <p class="fault" id=${id} role="alert">${fault.value}</p>
  </form>`;
}

/** Null: it is none, or too great. */
function numberIn(typed: string, most: number): number | null {
  const digits = typed.trim();
  return /^\d{1,16}$/.test(digits) && Number(digits) <= most ? Number(digits) : null;
}
