import { writeFileSync } from 'node:fs';
import { measureOrganization } from './cost/measure.ts';
import { renderCostPage } from './cost/page.ts';

/**
 * Counts the calls of a run that adds one account to an organization of 10 and of 10,000 accounts, and writes docs/cost.md.
 * `--calls` prints each AWS call of the first run, and each call of the table in its order.
 */
const measured = [await measureOrganization(10), await measureOrganization(10_000)];
const page = renderCostPage(measured);
writeFileSync(new URL('../docs/cost.md', import.meta.url), page);
console.log(page);
if (process.argv.includes('--calls')) {
  for (const { functionToken, name } of measured[0]?.added.table ?? [])
    console.log(`${functionToken}: ${name}`);
  for (const [name, calls] of Map.groupBy(
    measured[0]?.added.aws ?? [],
    ({ part, name }) => `${part}: ${name}`,
  ))
    console.log(`${calls.length} ${name}`);
}
