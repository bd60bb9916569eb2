import { readFileSync } from 'node:fs';
import { join } from 'node:path';

/** The cases of one file under tests/cases/iam. Their shape is each test's own business. */
export const casesOf = <Cases>(name: string): Cases =>
  JSON.parse(readFileSync(join(import.meta.dirname, '..', 'cases', 'iam', `${name}.json`), 'utf8'));
