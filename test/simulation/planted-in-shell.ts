/**
 * Owns the bugs that are planted in the dispatcher's shell: right decisions, done in a wrong way.
 */

import type { PlantedBug } from './planted-bug.js';

export const plantedInShell: readonly PlantedBug[] = [
  {
    name: 'the reply leaves before the entry is durable',
    file: 'dispatcher/shell/performer.ts',
    line: '      await this.#hands.prepare(turn);',
    becomes: `      for (const send of sendsOf(effects)) this.#hands.send(send);
      effects.splice(0, effects.length, ...effects.filter((one) => sendsOf([one]).length === 0));
      await this.#hands.prepare(turn);`,
    breaks: ['accepted', 'single', 'lease', 'recovery'],
    withinSeeds: 100,
  },
  {
    name: 'the reply leaves although the disk is full',
    file: 'dispatcher/shell/performer.ts',
    line: '      if (!this.#isBlocked) this.#hands.blocked(true, error);',
    becomes: `      for (const send of sendsOf(effects)) this.#hands.send(send);
      if (!this.#isBlocked) this.#hands.blocked(true, error);`,
    breaks: ['accepted', 'single'],
    withinSeeds: 100,
  },
  {
    name: 'who asks is told what is not on disk yet',
    file: 'dispatcher/shell/dispatcher.ts',
    line: 'const settled = () => this.#performer.settled();',
    becomes: 'const settled = () => Promise.resolve();',
    breaks: ['reason', 'told'],
    withinSeeds: 1_000,
  },
  {
    name: 'why a job waits is not told once it had a run',
    file: 'dispatcher/shell/answers.ts',
    line: '  const reasons = known.core.whyWaiting(known.core.jobsOf(commit), nowMs);',
    becomes: `  const fresh = known.core.jobsOf(commit).filter(({ runs }) => runs.length === 0);
  const reasons = known.core.whyWaiting(fresh, nowMs);`,
    breaks: ['reason'],
    withinSeeds: 100,
  },
  {
    name: "a classic result's verdict is looked for in its first line",
    file: 'dispatcher/shell/verdict-from-text.ts',
    line: '  if (/^FAILED\\b/.test(lastLine))',
    becomes: '  if (/^FAILURE\\b/.test(lastLine))',
    breaks: ['truth', 'log'],
    withinSeeds: 50,
  },
  {
    name: 'the log of a finished job is that of its last run, not of its verdict',
    file: 'dispatcher/shell/readings.ts',
    line: "  const chosen = 'run' in state ? state.run : null;",
    becomes: '  const chosen = null;',
    breaks: ['told', 'log'],
    withinSeeds: 4_000,
  },
  {
    name: 'a clock that was set back makes a retry wait for hours',
    file: 'dispatcher/shell/dispatcher.ts',
    line: '    const clock = notBefore(world.clock, memory.recovered.lastAtMs);',
    becomes: '    const clock = notBefore(world.clock, 0);',
    breaks: ['rest'],
    withinSeeds: 400,
  },
  {
    name: 'a classic runner is told OK before its address is kept',
    file: 'dispatcher/shell/performer.ts',
    line: '    const [entries, listChanges] = [entriesOf(effects), listChangesOf(effects)];',
    becomes: '    const [entries, listChanges] = [entriesOf(effects), []];',
    breaks: ['accepted'],
    withinSeeds: 2_000,
  },
  {
    name: 'a run is recorded before its log is there',
    file: 'dispatcher/shell/log-room.ts',
    line: "      if (size < logBytes) return { verb: 'want', log, offset: size };",
    becomes: '      if (size > logBytes) return null;',
    breaks: ['log'],
    withinSeeds: 100,
  },
  {
    name: 'a spectator that could not read goes on as if it had missed nothing',
    file: 'dispatcher/feed/spectators.ts',
    line: "      if (watcher.state === 'full') watcher.state = 'behind';",
    becomes: '',
    breaks: ['feed'],
    onlyWhere: 'isWatched',
    withinSeeds: 600,
  },
  {
    name: 'what was gathered is sent again to a spectator that had it from memory',
    file: 'dispatcher/feed/spectators.ts',
    line: '      if (isLast) this.#flush();',
    becomes: '',
    breaks: ['feed'],
    onlyWhere: 'isWatched',
    withinSeeds: 1_000,
  },
  {
    name: 'what a spectator heard of a history that a backup undid is taken for true',
    file: 'dispatcher/feed/spectators.ts',
    line: '    const isTrue = first?.seq === unproven.seq && first.entry.atMs === unproven.atMs;',
    becomes: '    const isTrue = first?.seq === unproven.seq || first === undefined;',
    breaks: ['feed'],
    onlyWhere: 'hasBackups',
    withinSeeds: 300,
  },
  {
    name: 'a run is recorded before the logs of its steps are there',
    file: 'dispatcher/shell/log-room.ts',
    line: '    const steps = (report.steps ?? []).filter(({ logBytes }) => logBytes > 0);',
    becomes: '    const steps = (report.steps ?? []).filter(({ logBytes }) => logBytes < 0);',
    breaks: ['log'],
    onlyWhere: 'hasWorkflows',
    withinSeeds: 300,
  },
  {
    name: 'what is public of a run lacks what its steps printed',
    file: 'dispatcher/shell/results.ts',
    line: '    if (steps.length === 0 || reading === undefined) {',
    becomes: '    if (steps.length === 0 || reading !== undefined) {',
    breaks: ['log'],
    onlyWhere: 'hasWorkflows',
    withinSeeds: 300,
  },
];
