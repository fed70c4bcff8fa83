import { describe, expect, test } from 'vitest';
import { asRecording, asText, type Excerpt, wholeOf } from '../../src/record/excerpt.js';
import { everything, parseFilter } from '../../src/record/filter.js';
import { asMermaid } from '../../src/record/mermaid.js';
import { Model } from '../../src/record/model.js';
import { parseRecording } from '../../src/record/parse.js';
import type { WireRecord } from '../../src/record/record.js';
import { asShiviz, shivizPattern } from '../../src/record/shiviz.js';
import { aBusyDay, type Recording, threeDeaths } from '../support/recordings.js';

function modelOf({ header, records }: Recording): Model {
  const model = new Model(header);
  for (const record of records) model.append(record);
  return model;
}

function chosen(model: Model, typed: string): Excerpt {
  const parsed = parseFilter(typed);
  if ('says' in parsed) throw new Error(parsed.says);
  return wholeOf(model, parsed.filter);
}

const deaths = modelOf(threeDeaths());

/** What a stranger may call a runner, and say of it. */
const bomb = 'end;\nNote over x: <b>%%{init}%%</b>\u202e';

function hostile(): Model {
  const { header } = threeDeaths();
  const message = {
    kind: 'message',
    connection: '1',
    verb: 'reply',
    bytes: 3,
    head: 'OK\n',
  } as const;
  const records: WireRecord[] = [
    { ...message, n: 1, atUs: 0, from: bomb, to: 'dispatcher' },
    { n: 2, atUs: 1, kind: 'change', what: 'killed', process: bomb, says: bomb },
  ];
  return modelOf({ header, records });
}

describe('a recording that is taken along', () => {
  test('as a recording can be opened again, all of it or what a filter keeps', () => {
    const recording = threeDeaths();
    const copy = asRecording(wholeOf(deaths, everything));
    expect(parseRecording(copy)).toMatchObject({ value: recording });
    const part = parseRecording(asRecording(chosen(deaths, 'kind:killed kind:frozen')));
    expect('value' in part && part.value.records).toHaveLength(2);
  });

  test('as text is what a range and a filter keep of it', () => {
    const killed = deaths.records.findIndex(
      (one) => one.kind === 'change' && one.what === 'killed',
    );
    const excerpt = { ...chosen(deaths, '-kind:heartbeat'), from: killed, until: killed + 1 };
    expect(asText(excerpt)).toMatch(/^\s*\+[\d.]+ {2}\* bob was killed \(SIGKILL\)\n.*lost\n$/);
  });

  test('as a Mermaid diagram has its processes as the page draws them, and a cross where something was lost', () => {
    const lines = asMermaid(wholeOf(deaths, everything)).split('\n');
    expect(lines.slice(0, 4)).toEqual([
      ...['sequenceDiagram', '  participant p0 as observer', '  participant p1 as dispatcher'],
      '  participant p2 as ada',
    ]);
    expect(lines).toContain('  Note over p3: bob was killed (SIGKILL)');
    expect(asMermaid(chosen(deaths, 'verb:dispatch'))).toMatch(/p0->>p1: dispatch [0-9a-f]{7}\n/);
  });

  test('as a Mermaid diagram keeps hostile names on their lines', () => {
    const lines = asMermaid(wholeOf(hostile(), everything)).trimEnd().split('\n');
    expect(lines).toHaveLength(5);
    for (const line of lines) expect(line).toMatch(/^(?:[\p{L}\p{N} .,:()'/_+→>-]|#\d+;)*$/u);
  });

  test.each([
    ['with arrivals', deaths],
    ['without', modelOf(aBusyDay(2_000))],
    ['of strangers', hostile()],
  ])(
    'as a log for ShiViz (%s) counts a clock for each process, and refers to nothing that is not there',
    (_, model) => {
      const log = asShiviz(chosen(model, '-kind:heartbeat'));
      const events = [...log.matchAll(new RegExp(shivizPattern, 'g'))];
      expect(events).toHaveLength(log.trimEnd().split('\n').length / 2);
      const counts = new Map<string, number>();
      for (const { groups } of events) {
        const { host = '', clock = '' } = groups ?? {};
        const known = new Map(Object.entries<number>(JSON.parse(clock)));
        expect(known.get(host)).toBe((counts.get(host) ?? 0) + 1);
        counts.set(host, known.get(host) ?? 0);
        for (const [name, count] of known) expect(count).toBeLessThanOrEqual(counts.get(name) ?? 0);
      }
    },
  );
});
