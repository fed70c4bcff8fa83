/**
 * Owns JUnit's XML as tools write it: Maven's Surefire, pytest, vitest, node:test, gotestsum,
 * go-junit-report, cargo-nextest. They agree on `testcase` and on what stands in it, and on little else:
 * which suite a test is of, where its message is and where its place, each has its own way. Never holds
 * a document, follows no entity but XML's five, and fetches nothing.
 */

import { SaxesParser, type SaxesTagPlain } from 'saxes';
import { attributesMax, elementsDeepMax, failureCharactersMax, xmlErrorsMax } from './limits.js';
import { type Failure, type Mask, type Reader, ReportError, type TestCase } from './test-case.js';
import { messageOf, placeIn, withinRoots } from './words.js';

type Attributes = Readonly<Record<string, string>>;

/** A `testcase` that is not closed yet. */
interface Open {
  readonly attributes: Attributes;
  outcome: TestCase['outcome'];
  /** Of the first `failure` or `error` in it. */
  message: string;
  text: string;
}

/** `roots`: where the checkout lies, as the tests saw it. */
export function junitReader(
  take: (test: TestCase) => void,
  roots: readonly string[],
  mask: Mask = (text) => text,
): Reader {
  const parser = new SaxesParser();
  const suites: string[] = [];
  let open: Open | null = null;
  /** The element whose text is read. */
  let reading: string | null = null;
  let [depth, attributes, errors] = [0, 0, 0];
  let firstError = '';
  /** The parser closes what a report that was cut left open: that is no test. */
  let isOver = false;

  parser.on('error', ({ message }) => {
    errors += 1;
    if (firstError === '') firstError = message;
    if (errors > xmlErrorsMax) throw new ReportError(`is no XML (${firstError})`);
  });
  parser.on('opentagstart', () => {
    attributes = 0;
  });
  parser.on('attribute', () => {
    attributes += 1;
    if (attributes > attributesMax) throw new ReportError('has too many attributes in one element');
  });
  parser.on('opentag', (tag) => {
    depth += 1;
    if (depth > elementsDeepMax) throw new ReportError('has too many elements in each other');
    if (depth === 1 && tag.name !== 'testsuites' && tag.name !== 'testsuite') {
      throw new ReportError(`is no report of JUnit's: it begins with ${tag.name.slice(0, 40)}`);
    }
    begin(tag);
  });
  parser.on('closetag', ({ name }) => {
    depth -= 1;
    if (name === reading) reading = null;
    if (name === 'testsuite') suites.pop();
    if (name === 'testcase' && open !== null && !isOver) {
      take(testOf(open, suites, roots, mask));
      open = null;
    }
  });
  const read = (text: string) => {
    if (open === null || reading === null) return;
    open.text += text.slice(0, failureCharactersMax - open.text.length);
  };
  parser.on('text', read);
  parser.on('cdata', read);

  function begin({ name, attributes: given }: SaxesTagPlain): void {
    if (name === 'testsuite') suites.push(given['name'] ?? '');
    else if (name === 'testcase') open = opened(given);
    else if (open === null) return;
    else if (name === 'skipped' && open.outcome === 'passed') open.outcome = 'skipped';
    else if ((name === 'failure' || name === 'error') && open.outcome !== 'failed') {
      open.outcome = 'failed';
      open.message = (given['message'] ?? '').slice(0, failureCharactersMax);
      reading = name;
    }
  }

  return {
    write: (text) => {
      parser.write(text);
    },
    end: () => {
      isOver = true;
      parser.close();
      if (errors > 0) throw new ReportError(`is damaged, or ends too early (${firstError})`);
    },
  };
}

/** GoogleTest says of tests that it left out that they were not run. */
const leftOut = ['notrun', 'skipped', 'disabled'];

function opened(attributes: Attributes): Open {
  const isLeftOut = leftOut.includes(attributes['status'] ?? attributes['result'] ?? '');
  return { attributes, outcome: isLeftOut ? 'skipped' : 'passed', message: '', text: '' };
}

function testOf(
  open: Open,
  suites: readonly string[],
  roots: readonly string[],
  mask: Mask,
): TestCase {
  const { attributes, outcome } = open;
  const { name = '', time = '', classname = '' } = attributes;
  // To node:test all are of the class `test`; whose they are, the suites around them say.
  const owner = classname === '' || classname === 'test' ? suites.join(' > ') : classname;
  return {
    name: mask(owner === '' ? name : `${owner} > ${name}`),
    outcome,
    durationMs: millisecondsOf(time),
    failure: outcome === 'failed' ? failureOf(open, classname, roots, mask) : null,
  };
}

function failureOf(
  { attributes, ...said }: Open,
  classname: string,
  roots: readonly string[],
  mask: Mask,
): Failure {
  const [message, text] = [mask(said.message), mask(said.text)];
  const { line = '' } = attributes;
  const file = mask(attributes['file'] ?? '');
  const own = withinRoots(file, roots);
  const told = placeIn(text, roots, classname) ?? placeIn(message, roots, classname);
  // pytest counts lines from 0, and means where the test begins: what its text says is closer.
  const declared = own !== null && own !== '' && Number(line) >= 1;
  const place = told ?? (declared ? { file: own, line: Math.floor(Number(line)) } : null);
  return { message: messageOf(message, text), place };
}

/** Seconds, with a point; Surefire groups thousands by commas. */
function millisecondsOf(time: string): number {
  const seconds = Number(time.replaceAll(',', ''));
  return Number.isFinite(seconds) && seconds > 0 ? seconds * 1_000 : 0;
}
