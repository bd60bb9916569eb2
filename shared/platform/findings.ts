import type * as z from 'zod';
import type { Finding } from './errors.ts';

type Issue = z.core.$ZodIssue;

/**
 * Converts issues of zod to findings with paths such as `detail.requestParameters.accountId`. Each path appears once.
 */
export function toFindings(issues: readonly Issue[]): readonly Finding[] {
  const byPath = new Map<string, Finding>();
  for (const finding of issues.flatMap(findings)) {
    if (!byPath.has(finding.path)) byPath.set(finding.path, finding);
  }
  return [...byPath.values()];
}

const findings = (issue: Issue): readonly Finding[] =>
  issue.code === 'unrecognized_keys'
    ? issue.keys.map((key) => ({ path: pathText([...issue.path, key]), message: issue.message }))
    : [{ path: pathText(issue.path), message: issue.message }];

const pathText = (path: readonly PropertyKey[]): string =>
  path.map((part, index) => segment(part, index === 0)).join('');

function segment(part: PropertyKey, first: boolean): string {
  if (typeof part === 'number') return `[${part}]`;
  const name = String(part);
  if (!/^[A-Za-z_$][\w$]*$/.test(name)) return `[${JSON.stringify(name)}]`;
  return first ? name : `.${name}`;
}
