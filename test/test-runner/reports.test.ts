import { mkdirSync, symlinkSync, truncateSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { collectReports } from '../../src/test-runner/reports/collect.js';
import { temporaryFolder } from '../support/git.js';

const wanted = { junit: ['**/junit.xml'], tap: ['**/*.tap'] };

/** A checkout with these files. */
function checkout(files: Readonly<Record<string, string | Buffer>>): string {
  const folder = temporaryFolder();
  for (const [path, content] of Object.entries(files)) {
    mkdirSync(dirname(join(folder, path)), { recursive: true });
    writeFileSync(join(folder, path), content);
  }
  return folder;
}

/** What one report comes to. */
async function reported(text: string | Buffer, path = 'junit.xml') {
  const folder = checkout({ [path]: text });
  const { tests, lines } = await collectReports(folder, wanted, '/w');
  return { ...tests, lines };
}

const cases = (...inner: string[]) => `<testsuite name="s">${inner.join('')}</testsuite>`;

describe('a report of JUnit’s tells which test failed, why and where, as it is written by', () => {
  test('node:test, whose suites lie in each other', async () => {
    const { failures, outcomes, skipped } = await reported(`<?xml version="1.0" encoding="utf-8"?>
<testsuites>
	<testsuite name="sums" time="0.004" disabled="0" errors="0" tests="2" failures="1" skipped="0">
		<testcase name="adds" time="0.001" classname="test"/>
		<testcase name="takes away" time="0.002" classname="test" failure="no">
			<failure type="testCodeFailure" message="Expected values to be strictly equal:&#10;&#10;1 !== 2&#10;">
[Error [ERR_TEST_FAILURE]: Expected values to be strictly equal] {
    at TestContext.&lt;anonymous&gt; (file:///w/test/sums.test.js:7:12)
    at Test.runInAsyncScope (node:async_hooks:206:9)
}
			</failure>
		</testcase>
	</testsuite>
	<testcase name="later" time="0.0001" classname="test"><skipped type="skipped" message="true"/></testcase>
	<!-- tests 3 -->
</testsuites>`);
    expect(failures).toEqual([
      {
        name: 'sums > takes away',
        message: 'Expected values to be strictly equal: 1 !== 2',
        file: 'test/sums.test.js',
        line: 7,
      },
    ]);
    expect(outcomes).toEqual([
      ['later', 's'],
      ['sums > adds', 'p'],
      ['sums > takes away', 'f'],
    ]);
    expect(skipped).toBe(1);
  });

  test('vitest', async () => {
    const { failures, durationMs } = await reported(`<?xml version="1.0" encoding="UTF-8" ?>
<testsuites name="vitest tests" tests="2" failures="1" errors="0" time="0.31">
  <testsuite name="test/sums.test.ts" hostname="h" tests="2" failures="1" errors="0" skipped="0" time="0.3">
    <testcase classname="test/sums.test.ts" name="sums &gt; adds" time="0.25"></testcase>
    <testcase classname="test/sums.test.ts" name="sums &gt; takes away" time="0.05">
      <failure message="expected 1 to be 2 // Object.is equality" type="AssertionError">
AssertionError: expected 1 to be 2 // Object.is equality
 ❯ node_modules/chai/index.js:3:1
 ❯ test/sums.test.ts:9:17
      </failure>
    </testcase>
  </testsuite>
</testsuites>`);
    expect(failures?.[0]).toEqual({
      name: 'test/sums.test.ts > sums > takes away',
      message: 'expected 1 to be 2 // Object.is equality',
      file: 'test/sums.test.ts',
      line: 9,
    });
    expect(durationMs).toBeCloseTo(300);
  });

  test('pytest, of which an error around a test is a failure too', async () => {
    const { failures, passed, failed } = await reported(`<?xml version="1.0" encoding="utf-8"?>
<testsuites name="pytest tests"><testsuite name="pytest" errors="1" failures="1" skipped="1" tests="4" time="0.1">
<testcase classname="tests.test_sums.TestSums" name="test_adds" time="0.001" />
<testcase classname="tests.test_sums" name="test_minus[1-2]" time="0.001"><failure message="assert 1 == 2&#10; +  where 1 = minus(2, 1)">def test_minus():
&gt;       assert minus(2, 1) == 2
E       assert 1 == 2

tests/test_sums.py:12: AssertionError</failure></testcase>
<testcase classname="tests.test_sums" name="test_file" time="0.2"><error message="failed on setup with &quot;OSError&quot;">  File "/w/tests/conftest.py", line 4, in disk
    raise OSError</error></testcase>
<testcase classname="tests.test_sums" name="test_later" time="0.0"><skipped type="pytest.skip" message="later">x.py:1: later</skipped></testcase>
</testsuite></testsuites>`);
    expect({ passed, failed }).toEqual({ passed: 1, failed: 2 });
    expect(failures).toMatchObject([
      {
        name: 'tests.test_sums > test_minus[1-2]',
        message: 'assert 1 == 2 +  where 1 = minus(2, 1)',
        file: 'tests/test_sums.py',
        line: 12,
      },
      { name: 'tests.test_sums > test_file', file: 'tests/conftest.py', line: 4 },
    ]);
  });

  test('gotestsum and go-junit-report, whose message is never one', async () => {
    const { failures } = await reported(`<?xml version="1.0" encoding="UTF-8"?>
<testsuites tests="2" failures="2" errors="0" time="0.003">
	<testsuite tests="2" failures="2" time="0.003000" name="example.com/sums">
		<properties><property name="go.version" value="go1.22.1"></property></properties>
		<testcase classname="example.com/sums" name="TestMinus" time="0.000000">
			<failure message="Failed" type="">=== RUN   TestMinus&#xA;    sums_test.go:12: got 1, want 2&#xA;--- FAIL: TestMinus (0.00s)&#xA;</failure>
		</testcase>
		<testcase name="TestPlus" classname="example.com/sums" time="0.000">
			<failure message="Failed"><![CDATA[    sums_test.go:20: got 3, want 4]]></failure>
		</testcase>
	</testsuite>
</testsuites>`);
    expect(failures).toEqual([
      {
        name: 'example.com/sums > TestMinus',
        message: 'sums_test.go:12: got 1, want 2',
        file: 'sums_test.go',
        line: 12,
      },
      {
        name: 'example.com/sums > TestPlus',
        message: 'sums_test.go:20: got 3, want 4',
        file: 'sums_test.go',
        line: 20,
      },
    ]);
  });

  test('Maven’s Surefire: of a stack, the frame of the test’s own class', async () => {
    const { failures, passed, durationMs } = await reported(`<?xml version="1.0" encoding="UTF-8"?>
<testsuite xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance" name="org.example.SumsTest" time="1,002.5" tests="2" errors="0" skipped="0" failures="1">
  <properties><property name="java.version" value="21"/></properties>
  <testcase name="minus" classname="org.example.SumsTest" time="1,002.25">
    <failure message="expected: &lt;2&gt; but was: &lt;1&gt;" type="org.opentest4j.AssertionFailedError"><![CDATA[org.opentest4j.AssertionFailedError: expected: <2> but was: <1>
	at org.junit.jupiter.api.AssertionUtils.fail(AssertionUtils.java:55)
	at org.example.SumsTest.minus(SumsTest.java:17)
]]></failure>
    <system-out><![CDATA[SumsTest.java:99]]></system-out>
  </testcase>
  <testcase name="plus" classname="org.example.SumsTest" time="0.25">
    <flakyFailure message="the first time only" type="java.lang.AssertionError"><stackTrace>x</stackTrace></flakyFailure>
  </testcase>
</testsuite>`);
    expect(failures).toEqual([
      {
        name: 'org.example.SumsTest > minus',
        message: 'expected: <2> but was: <1>',
        file: 'SumsTest.java',
        line: 17,
      },
    ]);
    expect([passed, durationMs]).toEqual([1, 1_002_500]);
  });

  test('cargo-nextest', async () => {
    const { failures } = await reported(`<?xml version="1.0" encoding="UTF-8"?>
<testsuites name="nextest-run" tests="1" failures="1" errors="0" uuid="5" time="0.012">
    <testsuite name="sums" tests="1" disabled="0" errors="0" failures="1">
        <testcase name="tests::minus" classname="sums" time="0.003">
            <failure type="test failure with exit code 101">thread &apos;tests::minus&apos; panicked at src/lib.rs:14:9:
assertion \`left == right\` failed
  left: 1
 right: 2</failure>
            <system-out>running 1 test</system-out>
        </testcase>
    </testsuite>
</testsuites>`);
    expect(failures?.[0]).toMatchObject({
      name: 'sums > tests::minus',
      file: 'src/lib.rs',
      line: 14,
    });
    expect(failures?.[0]?.message).toContain('assertion `left == right` failed');
  });
});

describe('the Test Anything Protocol', () => {
  test('as node writes it: suites are named, and count where none of their tests failed', async () => {
    const tap = `TAP version 13
# Subtest: sums
    # Subtest: adds
    ok 1 - adds
      ---
      duration_ms: 1.5
      type: 'test'
      ...
    # Subtest: takes away \\# all
    not ok 2 - takes away \\# all
      ---
      duration_ms: 2.5
      location: '/w/test/sums.test.js:5:3'
      failureType: 'testCodeFailure'
      error: |-
        Expected values to be strictly equal:

        1 !== 2

      code: 'ERR_ASSERTION'
      stack: |-
        TestContext.<anonymous> (file:///w/test/sums.test.js:7:12)
        Test.run (node:internal/test_runner/test:796:25)
      ...
    1..2
not ok 1 - sums
  ---
  duration_ms: 5
  failureType: 'subtestsFailed'
  ...
# Subtest: its hook
    ok 1 - fine
    1..1
not ok 2 - its hook
  ---
  failureType: 'hookFailed'
  error: 'it''s gone'
  location: '/w/test/hook.test.js:3:1'
  ...
ok 3 - later # SKIP not yet
not ok 4 - some day # TODO
1..4
# tests 6
`;
    const { failures, passed, failed, skipped, durationMs, lines } = await reported(tap, 'a.tap');
    expect({ passed, failed, skipped, durationMs }).toEqual({
      ...{ passed: 2, failed: 2, skipped: 2, durationMs: 4 },
    });
    expect(failures).toEqual([
      {
        name: 'sums > takes away # all',
        message: 'Expected values to be strictly equal: 1 !== 2',
        file: 'test/sums.test.js',
        line: 7,
      },
      { name: 'its hook', message: "it's gone", file: 'test/hook.test.js', line: 3 },
    ]);
    expect(lines).toHaveLength(3);
  });

  test('with subtests in braces, and places in maps, as version 14 has them', async () => {
    const { outcomes, failures } = await reported(
      `TAP version 14
not ok 1 - sums.ts # time=12.5ms {
    not ok 1 - adds
      ---
      at:
        fileName: sums.ts
        lineNumber: 4
      message: "no \\"sum\\""
      ...
    ok 2 - closes {
    1..2
}
1..1`,
      'a.tap',
    );
    expect(outcomes).toEqual([
      ['sums.ts > adds', 'f'],
      ['sums.ts > closes', 'p'],
    ]);
    expect(failures?.[0]).toMatchObject({ message: 'no "sum"', file: 'sums.ts', line: 4 });
  });

  test('that is cut short, given up or promises more says so, and counts as far as it goes', async () => {
    const says = async (...lines: string[]) => {
      const { passed, lines: log } = await reported(lines.join('\n'), 'a.tap');
      return [passed, log.at(-1)?.replace('reports: a.tap ', '')];
    };
    expect(await says('ok 1', 'ok 2', '1..3')).toEqual([2, 'promises 3 tests and tells of 2']);
    expect(await says('ok 1 - a', '  ---', '  error: x')).toEqual([
      1,
      'ends too early: it has no plan',
    ]);
    expect(await says('ok 1', 'Bail out! no disk', '1..1')).toEqual([
      1,
      'says that it was given up: no disk',
    ]);
    expect(await says('Hello')).toEqual([undefined, 'is no TAP']);
  });
});

describe('what is read is bounded, and what cannot be read is a line in the log', () => {
  const trouble = async (content: string | Buffer) => (await reported(content)).lines.at(-1);

  test('a report that ends too early counts as far as it goes', async () => {
    const { passed, lines } = await reported('<testsuite><testcase name="a"/><testcase name="b"');
    expect(passed).toBe(1);
    expect(lines.at(-1)).toMatch(/^reports: junit\.xml is damaged, or ends too early \(/);
  });

  test('entities are not followed, however many they would make', async () => {
    const bomb = `<!DOCTYPE b [<!ENTITY a "aaaa"><!ENTITY b "&a;&a;">
      <!ENTITY f SYSTEM "file:///etc/passwd">]>${cases('<testcase name="&b;&f;"/>')}`;
    expect((await reported(bomb)).outcomes).toEqual([['s > &b;&f;', 'p']]);
    expect(await trouble(bomb)).toContain('undefined entity');
  });

  test('elements and subtests in each other, attributes, lines: none without end', async () => {
    expect(await trouble(`<testsuite>${'<a>'.repeat(200_000)}`)).toContain('in each other');
    const attributes = Array.from({ length: 10_000 }, (_, number) => `a${number}=""`).join(' ');
    expect(await trouble(cases(`<testcase ${attributes}/>`))).toContain('too many attributes');
    const subtests = Array.from({ length: 500 }, (_, deep) => `${' '.repeat(deep)}ok 1`).join('\n');
    expect((await reported(subtests, 'a.tap')).lines.at(-1)).toContain('too many subtests');
    const long = `ok 1 - ${'x'.repeat(5_000_000)}\n1..1`;
    expect((await reported(long, 'a.tap')).outcomes?.[0]?.[0]).toHaveLength(200);
  });

  test('what is no report is called so: bytes, another document, nothing', async () => {
    expect(await trouble(Buffer.from('\x7fELF\0\x01\x02'.repeat(1_000)))).toContain('is no XML');
    expect(await trouble('<html></html>')).toContain('begins with html');
    expect(await trouble('')).toContain('is damaged, or ends too early');
    expect(await trouble('<?xml version="1.0" encoding="klingon"?><a/>')).toContain('klingon');
  });

  test('its encoding is the one that it names, or that its first bytes show', async () => {
    const latin = Buffer.from(
      `<?xml version="1.0" encoding="ISO-8859-1"?>${cases('<testcase name="größer"/>')}`,
      'latin1',
    );
    expect((await reported(latin)).outcomes).toEqual([['s > größer', 'p']]);
    const wide = Buffer.from(`\ufeff${cases('<testcase name="größer"/>')}`, 'utf16le');
    expect((await reported(wide)).outcomes).toEqual([['s > größer', 'p']]);
    // What it names is not what it is: the letter is lost, and nothing else.
    const wrong = Buffer.from(cases('<testcase name="größer"/>'), 'latin1');
    expect((await reported(wrong)).outcomes).toEqual([['s > gr��er', 'p']]);
  });

  test('a gigabyte is not read, and neither is a link, wherever it leads', async () => {
    const folder = checkout({ 'a/junit.xml': '', 'b/junit.xml': cases('<testcase name="t"/>') });
    const outside = checkout({ 'junit.xml': cases('<testcase name="elsewhere"/>') });
    truncateSync(join(folder, 'a/junit.xml'), 1_000_000_000);
    symlinkSync(outside, join(folder, 'c'));
    symlinkSync(join(outside, 'junit.xml'), join(folder, 'junit.xml'));
    const { tests, lines } = await collectReports(folder, wanted);
    expect(tests?.outcomes).toEqual([['s > t', 'p']]);
    expect(lines).toEqual([
      'reports: 1 test in 2 reports, 0.0 s',
      expect.stringMatching(/^reports: a\/junit\.xml is larger than 32 MiB/),
    ]);
  });

  test('so many failures are told in detail, and names are kept as far as there is room', async () => {
    const many = Array.from({ length: 9_000 }, (_, number) => {
      const failure = number % 2 === 0 ? `<failure message="${'m'.repeat(1_000)}"/>` : '';
      return `<testcase name="${'ö'.repeat(300)}${number}" time="${number}">${failure}</testcase>`;
    });
    const short = many.map((one) => one.replaceAll('ö', ''));
    const { lines: _, ...long } = await reported(cases(...many));
    expect(Buffer.byteLength(JSON.stringify(long))).toBeLessThanOrEqual(512 * 1_024);
    const { passed, failed, failures, slowest, outcomes, lines } = await reported(cases(...short));
    expect([passed, failed]).toEqual([4_500, 4_500]);
    expect([failures?.length, outcomes?.length]).toEqual([100, 5_000]);
    expect(slowest?.map(({ durationMs }) => durationMs / 1_000)).toEqual(
      Array.from({ length: 10 }, (_, index) => 8_999 - index),
    );
    expect(lines.at(-1)).toBe('  and 4490 more');
  });
});

test('reports are looked for where globs can match, and not among what was installed', async () => {
  const one = cases('<testcase name="t"/>');
  const folder = checkout({
    'target/reports/TEST-a.xml': one,
    'target/reports/deep/TEST-b.xml': one,
    'node_modules/x/junit.xml': one,
    '.git/junit.xml': one,
  });
  const found = async (...junit: string[]) =>
    (await collectReports(folder, { junit, tap: [] })).lines;
  expect(await found('./target/*/TEST-*.xml')).toEqual(['reports: 1 test in 1 report, 0.0 s']);
  expect(await found('**/*.xml')).toEqual(['reports: 2 tests in 2 reports, 0.0 s']);
  expect(await found('node_modules/*/junit.xml')).toHaveLength(1);
  expect(await found('../**/*.xml', '{')).toEqual(['reports: no file matches ../**/*.xml, {']);
  expect(await found()).toEqual([]);
});

test('a test that is reported twice, once failed, has failed', async () => {
  const failed = '<testcase name="t"><failure message="no"/></testcase>';
  const { outcomes, lines } = await reported(cases(failed, '<testcase name="t"/>'));
  expect(outcomes).toEqual([['s > t', 'f']]);
  expect(lines).toEqual(['reports: 2 tests in 1 report, 0.0 s, 1 failed:', '  s > t: no']);
});
