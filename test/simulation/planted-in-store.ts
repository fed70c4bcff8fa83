/**
 * Owns the bugs that are planted in what the dispatcher keeps: rows, journal, logs.
 */

import type { PlantedBug } from './planted-bug.js';

export const plantedInStore: readonly PlantedBug[] = [
  {
    name: 'a part of a log that the disk did not take is taken for written',
    file: 'dispatcher/store/logs.ts',
    line: '      const written = log.file.write(bytes.subarray(from), log.size);',
    becomes: `      const written = bytes.byteLength - from;
      log.file.write(bytes.subarray(from), log.size);`,
    breaks: ['log', 'crash'],
    withinSeeds: 50,
  },
  {
    name: 'a log is not synced before its verdict',
    file: 'dispatcher/store/logs.ts',
    line: '      await log.file.sync();',
    becomes: '      await Promise.resolve();',
    breaks: ['log'],
    withinSeeds: 10,
  },
  {
    name: 'the last entry is lost at recovery',
    file: 'dispatcher/store/sqlite.ts',
    line: '    return rows.map(([seq, text]) => readEntry(seq, text));',
    becomes: '    return rows.slice(0, -1).map(([seq, text]) => readEntry(seq, text));',
    breaks: ['recovery'],
    withinSeeds: 50,
  },
  {
    name: 'the verdict of a rerun is not written into its row',
    file: 'dispatcher/store/rows.ts',
    line: "  reopened: 'UPDATE job SET verdict = NULL, finished_at_ms = NULL WHERE id = @job',",
    becomes: "  reopened: 'UPDATE job SET finished_at_ms = NULL WHERE id = @job',",
    breaks: ['recovery', 'rest', 'told'],
    withinSeeds: 100,
  },
  {
    name: 'a file is left open for each log that is read',
    file: 'dispatcher/store/logs.ts',
    line: `      return file.read(into, offset);
    } finally {
      file.close();`,
    becomes: `      return file.read(into, offset);
    } finally {
      void file;`,
    breaks: ['bounds'],
    withinSeeds: 100,
  },
  {
    name: 'a gap in a log is closed up',
    file: 'dispatcher/store/logs.ts',
    line: '    if (offset > log.size) return false;',
    becomes: '    if (offset > log.size) return this.append(name, log.size, bytes);',
    breaks: ['log'],
    withinSeeds: 100,
  },
  {
    name: 'a piece of a log that is repeated is written again',
    file: 'dispatcher/store/logs.ts',
    line: '    let from = log.size - offset;',
    becomes: '    let from = 0;',
    breaks: ['log'],
    withinSeeds: 100,
  },
  {
    name: 'the name of a log is not synced before its verdict',
    file: 'dispatcher/store/logs.ts',
    line: '      await this.#disk.syncNames(dirname(path));',
    becomes: '      await Promise.resolve();',
    breaks: ['log'],
    withinSeeds: 10,
  },
  {
    name: 'the name of a result is not synced before its verdict',
    file: 'dispatcher/store/results-folder.ts',
    line: '    this.#disk.syncNamesNow(this.#folder);',
    becomes: '    void this.#folder;',
    breaks: ['log'],
    withinSeeds: 10,
  },
  {
    name: 'the log of a future that a backup undid is taken for the beginning of a new one',
    file: 'dispatcher/store/beginnings.ts',
    line: '    if (this.#disk.sizeOf(path) === null) return;',
    becomes: '    if (path !== "") return;',
    breaks: ['log'],
    onlyWhere: 'hasBackups',
    withinSeeds: 3_000,
  },
  {
    name: 'what steps print is written into the log of their run',
    file: 'dispatcher/store/log-names.ts',
    line: "name.step === undefined ? '' :",
    becomes: "name.step !== 0 ? '' :",
    breaks: ['log'],
    onlyWhere: 'hasWorkflows',
    withinSeeds: 300,
  },
];
