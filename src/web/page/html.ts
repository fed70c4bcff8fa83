/**
 * Owns how elements are written: `html` makes preact's, from templates. Text stays text, always: nothing
 * here or in any page sets HTML from a string.
 */

import htm from 'htm';
import { type ComponentChildren, h, type VNode } from 'preact';

export const html = htm.bind(h) as (strings: TemplateStringsArray, ...values: unknown[]) => VNode;

export type Child = ComponentChildren;
export type Element = VNode;
