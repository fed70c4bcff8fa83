/**
 * Owns the seeds whose worlds broke a law before something was mended, and what each taught.
 * A seed keeps its world only as long as nothing draws differently: so each of these mistakes is
 * also among the planted bugs, where it is looked for until it is found.
 */

export const regressions: readonly { readonly seed: number; readonly taught: string }[] = [
  {
    seed: 42,
    taught:
      'A dispatcher that started again with its clock set back held its retries until that clock ' +
      'was where it had been: time now goes on from the last entry of the journal.',
  },
  {
    seed: 281,
    taught:
      'Of a finished job that memory had forgotten, `log` sent the last run’s output, though an ' +
      'earlier run had come back and given the verdict: now the journal says which.',
  },
  {
    seed: 100,
    taught:
      'Who asked between a decision and its sync was told what a crash could take back: now ' +
      'answers wait for the disk like everything else that is sent.',
  },
  {
    seed: 435,
    taught:
      'A classic runner that registered while the disk was full was told OK, and then ended the ' +
      'dispatcher: now its address is kept before the reply, and the reply waits for room.',
  },
  {
    seed: 10,
    taught:
      'After a power cut that kept the removal of a log and forgot that of its report, the report ' +
      'stayed on the runner’s disk for ever: now one whose log is gone is removed.',
  },
  {
    seed: 46,
    taught:
      'An observer whose only branch was deleted, and which could not look at the others at once, ' +
      'took the next look for its first and handed over tips alone: now what a branch that is ' +
      'gone had reached stays known until all that was found is handed over.',
  },
  {
    seed: 1455,
    taught:
      'A dispatcher that ended took the sessions that its last words closed for news, and its ' +
      'memory ran ahead of its disk: now it hears nobody before it says them.',
  },
  {
    seed: 1_039_346,
    taught:
      'The dispatcher’s clock jumped between a result and its turn, and a beat in between forgot ' +
      'the job as long over: its output was never put in place. Now no beat passes before a turn.',
  },
  {
    seed: 103_384,
    taught:
      'A rerun that was cancelled while it waited added its reason to the log of the verdict before, ' +
      'which a backup then brought back: now an end without a run has a log of its own.',
  },
  {
    seed: 10_748,
    taught:
      'Of a push whose last commit a hook had handed over, a backup lacked those before, and nobody ' +
      'asked for them: now an observer names the commits of its last moves, and not just their ends.',
  },
];
