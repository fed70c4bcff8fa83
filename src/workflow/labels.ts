/**
 * Owns how the labels of a workflow become those that a runner must carry. `platform` and `backend`
 * are Woodpecker's words: a runner of ours says `os`, `arch` and `executor`. `*` is any value, and
 * so no demand.
 */

import { labelPattern } from '../protocol/ids.js';
import { fallbacksMax, labelsMax } from '../protocol/limits.js';
import { error, quoted, type Remark } from './finding.js';
import type { Job } from './plan-types.js';
import type { Workflow } from './schema.js';
import { duration } from './schema-parts.js';
import type { Tree } from './tree.js';

type Wanted = Pick<Job, 'labels' | 'fallbacks'>;

/** What the job demands, and what will do later. */
export function labelsOf(workflow: Workflow, tree: Tree, remarks: Remark[]): Wanted {
  const { labels: written } = workflow;
  if (!Array.isArray(written))
    return { labels: demands(written ?? {}, tree, remarks), fallbacks: [] };
  const [first = {}, ...later] = written;
  if (later.length > fallbacksMax) {
    const says = `There are more than ${fallbacksMax} sets of labels that will do later.`;
    remarks.push(error(tree.at(['labels']), says));
  }
  return {
    labels: demands(first, tree, remarks),
    fallbacks: later.map(({ after, ...labels }, index) => {
      const wait = duration.safeParse(after);
      if (!wait.success) {
        const place = tree.at(['labels', index + 1, 'after']);
        const says = `"after" is ${quoted(after)}, and expected is the time after which these labels will do, such as 5m.`;
        remarks.push(error(place, says));
      }
      return { labels: demands(labels, tree, remarks), afterMs: wait.data ?? 0 };
    }),
  };
}

function demands(
  labels: Readonly<Record<string, string>>,
  tree: Tree,
  remarks: Remark[],
): readonly string[] {
  const all = Object.entries(labels)
    .filter(([, value]) => value !== '' && value !== '*')
    .flatMap(([name, value]) => inOurWords(name, value));
  const unfit = all.find((label) => !labelPattern.test(label));
  if (unfit !== undefined) {
    const says = `The label ${quoted(unfit)} holds what no label can: 1 to 100 letters, digits and . _ : @ + = - are expected.`;
    remarks.push(error(tree.at(['labels']), says));
  }
  if (all.length > labelsMax) {
    remarks.push(error(tree.at(['labels']), `There are more than ${labelsMax} labels.`));
  }
  return all.toSorted();
}

const executors: Readonly<Record<string, string>> = { local: 'shell', docker: 'container' };

function inOurWords(name: string, value: string): string[] {
  if (name === 'platform') {
    const [os = '', arch = ''] = value.split('/');
    const parts = [`os=${os}`, `arch=${arch}`];
    return parts.filter((label) => !/=\*?$/.test(label));
  }
  if (name === 'backend') return [`executor=${executors[value] ?? value}`];
  return [`${name}=${value}`];
}
