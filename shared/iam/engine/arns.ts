import { matchesTokens, type Token } from './wildcards.ts';

/** The six segments of an ARN: `arn`, partition, service, region, account, resource. Fewer if the text is no ARN. */
export function splitArn(arn: string): readonly string[] {
  const segments = arn.split(':');
  if (segments[0] !== 'arn' || segments.length < 6) return [];
  return [...segments.slice(0, 5), segments.slice(5).join(':')];
}

/**
 * Whether an ARN matches a pattern, by the rules of ARN operators: segment by segment, each with its own wildcards.
 * Only the last segment may contain colons. `undefined` if the pattern or the text is no ARN. Source: "IAM JSON policy
 * elements: Condition operators", ARN condition operators.
 */
export function matchesArn(pattern: readonly Token[], arn: string): boolean | undefined {
  const wanted = splitTokens(pattern);
  const given = splitArn(arn);
  if (wanted.length !== 6 || given.length !== 6) return undefined;
  return wanted.every((segment, index) => matchesTokens(segment, given[index] ?? ''));
}

function splitTokens(pattern: readonly Token[]): readonly (readonly Token[])[] {
  const colons = pattern.flatMap((token, index) => (token === ':' ? [index] : [])).slice(0, 5);
  const starts = [0, ...colons.map((colon) => colon + 1)];
  return starts.map((start, index) => pattern.slice(start, colons[index] ?? pattern.length));
}

/** The account id in an ARN. `undefined` if the ARN has none. */
export function getArnAccount(arn: string): string | undefined {
  return /^arn:[^:]*:[^:]*:[^:]*:(\d{12}):/.exec(arn)?.[1];
}

/** The name of a role or user: the part of its ARN after the last slash. */
export const getArnName = (arn: string): string => arn.slice(arn.lastIndexOf('/') + 1);
