/**
 * Owns the bugs that are planted in runner, observer and the words they share.
 */

import type { PlantedBug } from './planted-bug.js';

export const plantedInPeers: readonly PlantedBug[] = [
  {
    name: 'red is reported as green',
    file: 'test-runner/suite/verdict.ts',
    line: "  if (exitCode === 0) return { end: 'passed', exitCode, signal, reason: '' };",
    becomes: "  if (signal === null) return { end: 'passed', exitCode, signal, reason: '' };",
    breaks: ['truth'],
    withinSeeds: 10,
  },
  {
    name: 'a suite that was ended at its timeout is judged by its exit code',
    file: 'test-runner/local/execution.ts',
    line: "        return { end: 'timed-out', exitCode, signal, reason };",
    becomes: "        return { end: 'failed', exitCode, signal, reason };",
    breaks: ['truth'],
    withinSeeds: 10,
  },
  {
    name: 'characters are counted where bytes are meant',
    file: 'protocol/encoder.ts',
    line: "  const length = row.body.kind === 'characters' ? countCharacters(body) : body.byteLength;",
    becomes: '  const length = countCharacters(body);',
    breaks: ['log', 'rest', 'crash', 'truth'],
    withinSeeds: 50,
  },
  {
    name: 'what a runner kept is forgotten when it starts again',
    file: 'test-runner/run-files.ts',
    line: '      else ended.push(kept);',
    becomes: '      else continue;',
    breaks: ['rest', 'once'],
    withinSeeds: 300,
  },
  {
    name: 'an observer that dies before its first hand-over begins anew',
    file: 'observer/core/standing.ts',
    line: '    this.#baseline = saved?.baseline ?? null;',
    becomes: '    this.#baseline = null;',
    breaks: ['rest'],
    withinSeeds: 200,
  },
  {
    name: 'the observer saves its position before the dispatcher said yes',
    file: 'observer/core/core.ts',
    line: "    this.#stage = 'handing over';",
    becomes: `    this.#stage = 'handing over';
    for (const { tip } of changes) this.#standing.advance(tip.branch, tip.commit);
    outcome.save = this.#standing.known;`,
    breaks: ['accepted', 'rest'],
    withinSeeds: 10,
  },
  {
    name: 'only the tip of a branch is handed over',
    file: 'observer/core/reading.ts',
    line: '    return { tip, first, commits: [...before, tip] };',
    becomes: '    return { tip, first, commits: [tip] };',
    breaks: ['rest'],
    withinSeeds: 50,
  },
  {
    name: 'what was sent over a connection that broke is not sent again',
    file: 'observer/core/handover-queue.ts',
    line: '    this.#sent = this.#accepted;',
    becomes: '    this.#sent = Math.max(this.#sent, this.#accepted);',
    breaks: ['rest'],
    withinSeeds: 100,
  },
  {
    name: 'what is offered anew waits for the next session',
    file: 'test-runner/core/offering.ts',
    line: "    if (!this.#isNews || this.#means === 'none') return [];",
    becomes: "    if (this.#means !== 'hello') return [];",
    breaks: ['offered'],
    withinSeeds: 200,
  },
  {
    name: 'a shipment that ends leaves its log open',
    file: 'test-runner/log-pump.ts',
    line: '    shipment.file.close();',
    becomes: '    void shipment.file;',
    breaks: ['bounds'],
    withinSeeds: 10,
  },
  {
    name: 'a report whose log is gone is kept for ever',
    file: 'test-runner/run-files.ts',
    line: '        if (!isReport) this.#disk.remove(join(this.#folder, name));',
    becomes: "        if (!name.endsWith('.json')) this.#disk.remove(join(this.#folder, name));",
    breaks: ['rest'],
    withinSeeds: 100,
  },
  {
    name: 'a result that a classic dispatcher did not take is forgotten',
    file: 'test-runner/core/classic.ts',
    line: '    return taken ? held : null;',
    becomes: '    return held;',
    breaks: ['rest'],
    withinSeeds: 2_500,
    from: 480,
  },
  {
    name: 'a commit that a classic dispatcher did not take is taken for handed over',
    file: 'observer/shell.ts',
    line: "      const taken = answer.kind === 'reply' && text.toUpperCase() === 'OK';",
    becomes: "      const taken = answer.kind === 'reply';",
    breaks: ['accepted'],
    withinSeeds: 400,
  },
  {
    name: 'an observer hands over again only the last commit that a restored dispatcher lacks',
    file: 'observer/core/standing.ts',
    line: 'this.#trail.findIndex(',
    becomes: 'this.#trail.findLastIndex(',
    breaks: ['rest'],
    withinSeeds: 1_000,
    from: 150,
  },
  {
    name: 'a restored dispatcher says that it lacks nothing',
    file: 'dispatcher/shell/recall.ts',
    line: '  const lacks = [...(await store.lacking(handedOver, repository))];',
    becomes: `  const knows = await store.hasJobs(repository);
  const lacks = knows ? [] : [...(await store.lacking(handedOver, repository))];`,
    breaks: ['rest'],
    withinSeeds: 1_000,
  },
];
