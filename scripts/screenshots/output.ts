/**
 * Owns what the suites of the screenshots print: colours, folds, a progress bar, and a failure.
 */

const esc = '\u001b[';
const green = (text: string) => `${esc}32m${text}${esc}0m`;
const red = (text: string) => `${esc}31m${text}${esc}0m`;
const dim = (text: string) => `${esc}2m${text}${esc}0m`;
const bold = (text: string) => `${esc}1m${text}${esc}0m`;

const suites = ['cart', 'catalogue', 'checkout', 'coupons', 'mail', 'refunds', 'sessions', 'stock'];

/** All that a job of that name prints. */
export function outputOf(name: string, isRed: boolean): string {
  if (name === 'lint')
    return `$ biome ci .\n${dim('Checked 412 files in 1.9 s.')} No fixes needed.\n`;
  return `${installed()}${tested(isRed)}`;
}

/** What it prints at first. */
export function installed(): string {
  const bars = [12, 47, 80, 100].map((percent) => `\rfetching packages ${percent} %`).join('');
  const packages = Array.from({ length: 24 }, (_, index) =>
    dim(`  + package-${index + 1}@1.${index}.0`),
  );
  return [
    '::group::npm ci',
    bars,
    ...packages,
    'added 312 packages in 6 s',
    '::endgroup::',
    `$ ${bold('vitest run')}`,
    '',
  ].join('\n');
}

function tested(isRed: boolean): string {
  const lines = suites.map((suite, index) => {
    const isFailing = isRed && suite === 'checkout';
    const sign = isFailing ? red('❯') : green('✓');
    return ` ${sign} test/${suite}.test.ts ${dim(`(${19 + index} tests)`)} ${410 + index * 37} ms`;
  });
  const failure = [
    red('   × checkout › a coupon that has expired is refused 31 ms'),
    '',
    red('AssertionError: expected 402 to be 409'),
    '',
    ' ❯ test/checkout.test.ts:87:31',
    '     85|   const answer = await shop.pay(cart, { coupon: expired });',
    '     86|   expect(answer.body).toMatchObject({ error: "coupon-expired" });',
    `     87|   ${red('expect(answer.status).toBe(409);')}`,
    '       |                         ^',
    '     88| });',
    '',
    '  - Expected: 409',
    '  + Received: 402',
    '',
  ];
  const summary = isRed
    ? ` Tests  ${red('1 failed')} | ${green('211 passed')} | 3 skipped (215)`
    : ` Tests  ${green('212 passed')} | 3 skipped (215)`;
  return [...lines, '', ...(isRed ? failure : []), summary, ''].join('\n');
}
