/**
 * Owns `trivet watch` where no terminal is: a line for each thing that happens.
 */

import { exitCodes } from '../../world/exit.js';
import type { Dispatcher } from '../asking.js';
import { type Named, shown } from '../naming.js';
import { exitCodeOf, isOver } from '../shown/words.js';
import { Looking, lookAt } from './looking.js';
import { spectate } from './spectating.js';
import type { CommitDocument } from './state.js';
import { type Happening, told } from './told.js';

/** Answers the exit code, once the commit has its verdict. Rejects with `UsageError`. */
export function watchInLines(
  dispatcher: Dispatcher,
  named: Named | null,
  isJson: boolean,
): Promise<number> {
  return new Promise((resolve, reject) => {
    process.once('SIGINT', () => process.exit(exitCodes.aborted));
    let heardSeq = 0;
    /** How the commit is, once it is over, and by which entry that is known. */
    let last: CommitDocument | null = null;
    const looking = new Looking(async () => {
      if (named === null) return;
      const document = await lookAt(dispatcher, named);
      last = document !== null && isOver(document.state) ? document : null;
      endIfTold();
    }, failed);
    const stop = spectate(dispatcher, {
      happened: (happening) => {
        if (happening.verb === 'entry') heardSeq = happening.seq;
        if (named === null || isOf(happening, named)) {
          looking.changed();
          const line = isJson ? JSON.stringify(flat(happening)) : told(happening);
          if (line !== null) process.stdout.write(`${line}\n`);
        }
        endIfTold();
      },
      arrived: (lastSeq) => {
        heardSeq = lastSeq;
        looking.changed();
      },
      away: (reason) => void process.stderr.write(`${reason}\n`),
      failed,
    });
    // What it ended by is told before we leave: the answer may overtake it.
    function endIfTold(): void {
      if (named === null || last === null || heardSeq < last.seq) return;
      end();
      if (!isJson) process.stdout.write(`${shown(named)} ${last.state}\n`);
      resolve(exitCodeOf(last.state));
    }
    function end(): void {
      stop();
      looking.close();
    }
    function failed(error: unknown): void {
      end();
      reject(error);
    }
  });
}

function isOf({ body }: Happening, { commit, job }: Named): boolean {
  const { commit: of, name } = body;
  return typeof of === 'string' && of.startsWith(commit) && (job === null || job === name);
}

function flat(happening: Happening): object {
  return happening.verb === 'entry' ? { seq: happening.seq, ...happening.body } : happening.body;
}
