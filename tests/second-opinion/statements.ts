import { type Answer, every, not, some, whether } from './answer.ts';
import { conditionsMet, type Reader } from './conditions.ts';
import { type Form, principalMatches } from './principals.ts';
import { type AppliedPolicy, type Case, type Kind, listOf, type Many, type Statement } from './shapes.ts';
import { expand, matches, type Token, withinSegments } from './text.ts';

/** Policies that name nobody: they are attached to their caller. */
const withoutPrincipal: readonly Kind[] = ['identity', 'boundary', 'session', 'scp'];

/** "Specify an incomplete ARN in an identity-based policy": a boundary is one, a session policy supports none. */
const completed: readonly Kind[] = ['identity', 'boundary'];

/** Whether some statement with this effect is about the request. */
export function policySays(
  effect: 'Allow' | 'Deny',
  policy: AppliedPolicy,
  input: Case,
  form: Form | 'any' = 'any',
): Answer {
  const statements = listOf(policy.document.Statement).filter(({ Effect }) => Effect === effect);
  return some(statements.map((statement) => statementApplies(statement, policy, input, form)));
}

function statementApplies(
  statement: Statement,
  { kind, document }: AppliedPolicy,
  input: Case,
  form: Form | 'any',
): Answer {
  const reader = { input, variables: document.Version === '2012-10-17' };
  return every([
    callerIsMeant(statement, kind, input, form),
    actionIsMeant(statement, kind, input.request.action),
    resourceIsMeant(statement, kind, reader),
    conditionsMet(statement.Condition, reader),
  ]);
}

function callerIsMeant(statement: Statement, kind: Kind, input: Case, form: Form | 'any'): Answer {
  const named = statement.Principal !== undefined || statement.NotPrincipal !== undefined;
  if (withoutPrincipal.includes(kind)) return named ? 'unknown' : 'yes';
  // "You cannot use the NotPrincipal element in an IAM role trust policy"; SCPs and RCPs do not support it.
  if (statement.NotPrincipal !== undefined && (kind === 'trust' || kind === 'rcp')) return 'unknown';
  const hasBoundary = input.policies.some((policy) => policy.kind === 'boundary');
  const { principal: caller, canonicalUser } = input.request;
  const meant = principalMatches(statement, { caller, hasBoundary, canonicalUser }, form);
  return kind === 'endpoint' && meant === 'yes' && isForGateway(statement, input) ? 'unknown' : meant;
}

/** "For gateway endpoints, the Principal element must be set to *" (VPC endpoint policies): those of S3 and DynamoDB. */
function isForGateway({ Principal }: Statement, { request }: Case): boolean {
  const isOpen = Principal === '*' || (Principal !== undefined && listOf(Principal.AWS ?? []).includes('*'));
  return !isOpen && ['s3', 'dynamodb'].includes(request.action.toLowerCase().split(':')[0] ?? '');
}

/** RCPs know no `NotAction` (RCP syntax). */
function actionIsMeant({ Action, NotAction }: Statement, kind: Kind, action: string): Answer {
  const listed = (patterns: Many<string>): Answer =>
    some(listOf(patterns).map((pattern) => actionMatches(pattern, action)));
  if (Action !== undefined) return NotAction === undefined ? listed(Action) : 'unknown';
  if (NotAction === undefined) return 'unknown';
  return every([kind === 'rcp' ? 'unknown' : 'yes', not(listed(NotAction))]);
}

/** "The prefix and the action name are case insensitive." */
function actionMatches(pattern: string, action: string): Answer {
  const tokens = [...pattern.toLowerCase()].map((char) => {
    if (char === '*') return { wildcard: 'any' as const, crosses: true };
    return char === '?' ? { wildcard: 'one' as const, crosses: true } : { char };
  });
  return whether(matches(tokens, action.toLowerCase()));
}

function resourceIsMeant({ Resource, NotResource }: Statement, kind: Kind, reader: Reader): Answer {
  const listed = (patterns: Many<string>): Answer =>
    some(listOf(patterns).map((pattern) => resourceMatches(pattern, kind, reader)));
  // A trust policy has no Resource: its role is the resource.
  if (kind === 'trust') return Resource === undefined && NotResource === undefined ? 'yes' : 'unknown';
  if (Resource !== undefined) return NotResource === undefined ? listed(Resource) : 'unknown';
  if (NotResource !== undefined) return not(listed(NotResource));
  return kind === 'repository' ? 'yes' : 'unknown';
}

function resourceMatches(pattern: string, kind: Kind, reader: Reader): Answer {
  if (pattern === '*') return 'yes';
  const colons = pattern.split(':').length - 1;
  const isOpen = colons < 5 && !completed.includes(kind);
  if (isOpen || hasServiceWildcard(pattern)) return someReading(pattern, reader.input.request.resource);
  const arn = pattern + ':*'.repeat(Math.max(0, 5 - colons));
  if (hasEarlyVariable(arn, reader))
    return someReading(pattern.replaceAll(/\$\{[^}]*\}/g, '*'), reader.input.request.resource);
  const tokens = expand(arn, 'wildcards', reader.variables, reader.input);
  if (tokens === 'unknown') return 'unknown';
  // "The resource that includes a policy variable with no value will not match any resource."
  if (tokens === 'no value') return 'no';
  return whether(matches(withinSegments(tokens), reader.input.request.resource));
}

/** "You can't use a wildcard in the service segment" (Resource): what such an ARN means is not said. */
const hasServiceWildcard = (pattern: string): boolean => /[*?]/.test(pattern.split(':')[2] ?? '');

/** What is not documented may be read as it stands, or completed. In no reading it means more than all wildcards can match. */
function someReading(pattern: string, resource: string): Answer {
  const colons = pattern.split(':').length - 1;
  const readings = [pattern, pattern + ':*'.repeat(Math.max(0, 5 - colons))];
  return readings.some((each) => matches(crossing(each), resource)) ? 'unknown' : 'no';
}

const crossing = (pattern: string): readonly Token[] =>
  [...pattern].map((char) => {
    if (char === '*') return { wildcard: 'any', crosses: true };
    return char === '?' ? { wildcard: 'one', crosses: true } : { char };
  });

/** "You can't use a variable to replace parts of the ARN before the fifth colon." */
const hasEarlyVariable = (arn: string, { variables }: Reader): boolean =>
  variables && arn.split(':').slice(0, 5).join(':').includes('${');
