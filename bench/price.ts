import { writeFileSync } from 'node:fs';
import { countFixedParts } from './price/fixed-parts.ts';
import { measureUse } from './price/measure.ts';
import { renderPricePage } from './price/page.ts';

/** Counts what runs and sweeps use in organizations of 100, 1,000 and 10,000 accounts, and writes docs/price.md. */
const measured = [await measureUse(100), await measureUse(1_000), await measureUse(10_000)];
const page = renderPricePage(measured, countFixedParts());
writeFileSync(new URL('../docs/price.md', import.meta.url), page);
console.log(page);
