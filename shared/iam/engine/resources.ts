import type { KindRules } from '../applied-policy.ts';
import { type OneOrMany, type Statement, toArray } from '../document.ts';
import type { RequestContext } from './context-entry.ts';
import { createTemplate } from './templates.ts';
import { createUnknown, negateVerdict, someVerdict, toVerdict, type Verdict } from './verdict.ts';
import { createMatcher, toResourceTokens, toTextTokens } from './wildcards.ts';

/**
 * Tests whether a statement's `Resource` or `NotResource` matches a resource. A statement without both elements matches
 * every resource.
 */
export type ResourceTest = (resource: string, context: RequestContext) => Verdict;

export function createResourceTest(
  { Resource, NotResource }: Statement,
  withVariables: boolean,
  rules: KindRules,
): ResourceTest {
  const toTests = (patterns: OneOrMany<string>) =>
    toArray(patterns).map((text) => createPatternTest(text, withVariables, rules));
  if (Resource !== undefined) {
    const tests = toTests(Resource);
    return (resource, context) => someVerdict(tests, (test) => test(resource, context));
  }
  if (NotResource === undefined) return () => 'yes';
  const tests = toTests(NotResource);
  return (resource, context) => negateVerdict(someVerdict(tests, (test) => test(resource, context)));
}

/**
 * Makes a function that tests one pattern. If a variable in the pattern has no value, the pattern matches no resource.
 */
function createPatternTest(written: string, withVariables: boolean, rules: KindRules): ResourceTest {
  if (written === '*') return () => 'yes';
  const text = completeArn(written, withVariables, rules);
  if (text === undefined) return createDoubt(written, withVariables);
  const template = createTemplate(text, withVariables, toResourceTokens);
  return (resource, context) => {
    const resolved = template.resolve(context);
    if (resolved === undefined) return 'no';
    return 'unknown' in resolved ? resolved : toVerdict(resolved.matches(resource));
  };
}

/**
 * The pattern with all six segments of an ARN. `undefined` if AWS does not document its meaning:
 *
 * - The pattern is no ARN, or is incomplete in a kind of policy whose ARNs AWS does not complete.
 * - It has a wildcard for the service ("IAM JSON policy elements: Resource" forbids it).
 * - It has a variable before the fifth colon ("IAM policy elements: Variables and tags" allows variables only after
 * it).
 */
function completeArn(
  written: string,
  withVariables: boolean,
  { completesArns }: KindRules,
): string | undefined {
  // A colon inside a variable does not begin a new segment, so variables are replaced first.
  const parts = (withVariables ? written.replaceAll(/\$\{[^}]*\}/g, variableMark) : written).split(':');
  if (parts[0] !== 'arn' || parts.length < 3 || /[*?]/.test(parts[2] ?? '')) return undefined;
  if (parts.slice(0, 5).some((part) => part.includes(variableMark))) return undefined;
  const missing = 6 - parts.length;
  if (missing <= 0) return written;
  return completesArns ? `${written}${':*'.repeat(missing)}` : undefined;
}

const variableMark = '\0';

const doubt = createUnknown('element', 'Resource');

/**
 * The test for a pattern whose meaning AWS does not document. The result is `unknown` if one plausible meaning would
 * match the resource, otherwise `no`. Plausible meanings: the pattern as it is, the pattern with the missing segments,
 * wildcards that match colons, variables with any value.
 */
function createDoubt(written: string, withVariables: boolean): ResourceTest {
  if (!/^arn(:|$)/.test(written)) return () => doubt;
  const text = withVariables ? written.replaceAll(/\$\{[^}]*\}/g, '*') : written;
  const missing = Math.max(0, 6 - text.split(':').length);
  const readings = [text, `${text}${':*'.repeat(missing)}`].map((each) => createMatcher(toTextTokens(each)));
  return (resource) => (resource === '*' || readings.some((each) => each.matches(resource)) ? doubt : 'no');
}
