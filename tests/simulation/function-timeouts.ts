import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { parse } from 'yaml';
import * as z from 'zod';

const declared = z.record(z.string(), z.object({ timeout: z.number() }));

/** In the list, a variable stands for the update functions of the central accounts. It is text here. */
const serverless = z.object({ functions: z.array(z.union([declared, z.string()])) });

const ofOthers = ((): ReadonlyMap<string, number> => {
  const file = readFileSync(new URL('../../serverless.yml', import.meta.url), 'utf8');
  const { functions } = serverless.parse(parse(file, { logLevel: 'error', customTags: [] }));
  const entries = functions.flatMap((part) => (typeof part === 'string' ? [] : Object.entries(part)));
  return new Map(entries.map(([name, { timeout }]) => [tokenOf(name), timeout]));
})();

const updateTimeout = z
  .number()
  .parse(createRequire(import.meta.url)('../../infrastructure/configured-values.cjs').updateTimeout);

/** By the token of a function's ARN, in seconds, from `serverless.yml`. */
export const getFunctionTimeout = (token: string): number | undefined =>
  ofOthers.get(token) ?? (/^Update\w+AccountFunctionArn$/.test(token) ? updateTimeout : undefined);

/** `plan-changes` → `PlanChangesFunctionArn` */
function tokenOf(name: string): string {
  const words = name.split('-').map((word) => `${word[0]?.toUpperCase()}${word.slice(1)}`);
  return `${words.join('')}FunctionArn`;
}
