import { readFileSync } from 'node:fs';
import { parse } from 'yaml';

/** By the token of each function's ARN, from `serverless.yml`, in seconds. */
export const functionTimeouts: ReadonlyMap<string, number> = (() => {
  const file = readFileSync(new URL('../../serverless.yml', import.meta.url), 'utf8');
  const { functions } = parse(file, { logLevel: 'error', customTags: [] }) as {
    readonly functions: Readonly<Record<string, { readonly timeout: number }>>;
  };
  return new Map(Object.entries(functions).map(([name, { timeout }]) => [tokenOf(name), timeout]));
})();

/** `update-log-account` → `UpdateLogAccountFunctionArn` */
function tokenOf(name: string): string {
  const words = name.split('-').map((word) => `${word[0]?.toUpperCase()}${word.slice(1)}`);
  return `${words.join('')}FunctionArn`;
}
