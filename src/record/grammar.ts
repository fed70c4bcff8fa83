/**
 * Owns which part of a message's head is what by the grammar of the protocol, so that each can be coloured:
 *
 *   message = verb *( ":" field ) [ ":" length ":" body ] LF
 *
 *   log:7f3a0000-1:0:12:hello world\n
 *   `v´ `--field--´ f `l `--body---´
 *
 * Pure. A head is the beginning of a message that another end understood, so nothing is judged here: what
 * does not fit is body. Invariant: the texts of the parts, put together, are the head.
 */

export interface Part {
  readonly text: string;
  readonly part: 'verb' | 'separator' | `field:${string}` | 'length' | 'body' | 'newline';
}

/** How verbs are written: those of sessions before requests. A test holds them to the protocol's tables. */
export const forms: readonly string[] = [
  'welcome:<length>:<body>',
  'refused:<length>:<body>',
  'ping',
  'pong',
  'dispatch:<commit>:<length>:<body>',
  'accepted:<commit>',
  'poll',
  'runtest:<commit>:<run>:<length>:<body>',
  'log:<log>:<offset>:<length>:<body>',
  'want:<log>:<offset>',
  'step:<run>:<length>:<body>',
  'results:<run>:<length>:<body>',
  'recorded:<run>',
  'handback:<run>:<length>:<body>',
  'cancel:<run>',
  'revoked:<run>',
  'offer:<length>:<body>',
  'draining',
  'entry:<seq>:<length>:<body>',
  'event:<length>:<body>',
  'resync:<seq>',
  'help',
  'token:<secret>',
  'status',
  'verdict:<commit>[:<job>]',
  'why:<commit>[:<job>]',
  'log:<commit>[:<job>[:<run>]]',
  'wire[:<after>]',
  'ask:<length>:<body>',
  'dispatch:<commit>',
  'cancel:<jobs>',
  'rerun:<commit>[:<job>]',
  'pause:<what>',
  'resume:<what>',
  'register:<host>:<port>',
  'results:<commit>:<length>:<body>',
  'result:<commit>:<length>:<body>',
  'runtest:<commit>',
  'secret:<length>:<body>',
  'hello:<length>:<body>',
];

interface Form {
  readonly fields: readonly string[];
  readonly neededMin: number;
  readonly hasBody: boolean;
}

/** What tells two forms of one verb apart. */
const patterns: Readonly<Record<string, RegExp>> = {
  run: /^(?:[0-9a-f]{1,8}-)?\d+$/,
  log: /^[0-9a-f]{1,8}-\d+(?:\.\d+)?$/,
  offset: /^\d+$/,
  port: /^\d+$/,
};

const formsByVerb = new Map<string, Form[]>();
for (const usage of forms) {
  const [, verb = ''] = /^(\w+)/.exec(usage) ?? [];
  const names = [...usage.matchAll(/<(\w+)>/g)].map(([, name = '']) => name);
  const hasBody = names.at(-1) === 'body';
  const fields = hasBody ? names.slice(0, -2) : names;
  const neededMin = fields.length - (usage.split('[').length - 1);
  formsByVerb.set(verb, [...(formsByVerb.get(verb) ?? []), { fields, neededMin, hasBody }]);
}

/** All that a record may name: `reply` is an answer in words, `garbage` what breaks the grammar. */
export const verbs: readonly string[] = [...formsByVerb.keys(), 'reply', 'garbage'];

export function partsOf(head: string): Part[] {
  const [, verb = '', rest = ''] = /^(\w+)(.*)$/s.exec(head) ?? [];
  const known = formsByVerb.get(verb) ?? [];
  for (const form of known) {
    const parts = form.hasBody ? withBody(rest, form) : asLine(rest, form);
    if (parts !== null) return [{ text: verb, part: 'verb' }, ...parts];
  }
  if (known.length > 0) return [{ text: verb, part: 'verb' }, ...ended(rest)];
  return ended(head);
}

function asLine(rest: string, { fields, neededMin }: Form): Part[] | null {
  const line = rest.replace(/\r?\n$/, '');
  if (line === '') return neededMin === 0 ? ended(rest) : null;
  if (!line.startsWith(':') || fields.length === 0) return null;
  const texts = line.slice(1).split(':');
  if (texts.length < neededMin) return null;
  // A host may hold colons, and so may the last field of the others.
  const extra = Math.max(0, texts.length - fields.length);
  const at = fields[0] === 'host' ? 0 : fields.length - 1;
  if (extra > 0) texts.splice(at, extra + 1, texts.slice(at, at + extra + 1).join(':'));
  return fitting(texts, fields)
    ? [...named(texts, fields), ...ended(rest.slice(line.length))]
    : null;
}

function withBody(rest: string, { fields }: Form): Part[] | null {
  const pattern = new RegExp(`^((?::[^:\\n]*){${fields.length}}):(\\d+)(?=:)`);
  const [whole, before, length] = pattern.exec(rest) ?? [];
  if (whole === undefined || before === undefined || length === undefined) return null;
  const texts = before.split(':').slice(1);
  if (!fitting(texts, fields)) return null;
  const separator = { text: ':', part: 'separator' } as const;
  const parts = [...named(texts, fields), separator, { text: length, part: 'length' } as const];
  return [...parts, separator, ...ended(rest.slice(whole.length + 1))];
}

function fitting(texts: readonly string[], fields: readonly string[]): boolean {
  return texts.every((text, index) => patterns[fields[index] ?? '']?.test(text) !== false);
}

function named(texts: readonly string[], fields: readonly string[]): Part[] {
  return texts.flatMap((text, index): Part[] => [
    { text: ':', part: 'separator' },
    { text, part: `field:${fields[index]}` },
  ]);
}

/** A body, and the newline that ends the message; either may be missing. */
function ended(text: string): Part[] {
  const [, body = '', newline = ''] = /^(.*?)(\r?\n)?$/s.exec(text) ?? [];
  const parts: Part[] = [
    { text: body, part: 'body' },
    { text: newline, part: 'newline' },
  ];
  return parts.filter((part) => part.text !== '');
}
