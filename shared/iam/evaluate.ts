import { evaluateConditions } from './conditions.ts';
import { currentVersion, type OneOrMany, type PolicyDocument, type Statement, toArray } from './document.ts';
import {
  matchesAction,
  matchesPattern,
  type Pattern,
  parsePattern,
  type RequestContext,
  type Variables,
} from './patterns.ts';
import { matchesNotPrincipal, matchesPrincipal, type RequestPrincipal } from './principals.ts';
import { everyTernary, negateTernary, someTernary, type Ternary, toTernary } from './ternary.ts';

/** One request, as AWS would put it to a policy. `context` holds every condition key; nothing is derived. */
export interface AccessRequest {
  readonly principal: RequestPrincipal;
  readonly action: string;
  readonly resource: string;
  readonly context: RequestContext;
}

export interface Evaluation {
  /** `none`: no statement applies, so this document neither allows nor denies. */
  readonly decision: 'allow' | 'deny' | 'none';
  /** The statement that decided, and its Sid. */
  readonly sid?: string;
  readonly statement?: Statement;
}

/**
 * What one document says to one request; an explicit deny wins. This is one policy only: across accounts the
 * caller's own policies must allow too.
 *
 * Fails closed: what cannot be judged (an operator that we do not know, a negated element whose variable has no
 * value, …) never makes an Allow apply, and never keeps a Deny from applying. A positive element whose variable
 * has no value matches nothing, as in AWS.
 *
 * An absent Principal matches anybody (identity policies have none), an absent Resource everything (repository
 * and trust policies have none). Source: "Policy evaluation logic".
 */
export function evaluatePolicy(document: PolicyDocument | undefined, request: AccessRequest): Evaluation {
  if (document === undefined) return { decision: 'none' };
  const withVariables = document.Version === currentVersion;
  const applying = (effect: Statement['Effect']) =>
    document.Statement.find((each) => each.Effect === effect && applies(each, request, withVariables));
  return decided('deny', applying('Deny')) ?? decided('allow', applying('Allow')) ?? { decision: 'none' };
}

function decided(decision: 'allow' | 'deny', statement: Statement | undefined): Evaluation | undefined {
  if (statement === undefined) return undefined;
  return { decision, statement, ...(statement.Sid === undefined ? {} : { sid: statement.Sid }) };
}

function applies(statement: Statement, request: AccessRequest, withVariables: boolean): boolean {
  if (!isAbout(statement, request.action)) return false;
  const outcome = everyTernary(elementsMatch(statement, request, withVariables));
  return outcome === 'yes' || (outcome === 'unknown' && statement.Effect === 'Deny');
}

function* elementsMatch(
  statement: Statement,
  request: AccessRequest,
  withVariables: boolean,
): Generator<Ternary> {
  yield principalMatches(statement, request);
  const variables = {
    enabled: withVariables,
    // Few statements ask for it.
    get context() {
      return request.context;
    },
  };
  yield resourceMatches(statement, request.resource, variables);
  yield evaluateConditions(statement.Condition, variables);
}

function principalMatches({ Effect, Principal, NotPrincipal }: Statement, request: AccessRequest): Ternary {
  if (Principal !== undefined) return matchesPrincipal(Principal, request.principal);
  return NotPrincipal === undefined ? 'yes' : matchesNotPrincipal(NotPrincipal, request.principal, Effect);
}

/** Whether the statement can apply to a request for the action at all. */
export function isAbout({ Action, NotAction }: Statement, action: string): boolean {
  const oneOf = (patterns: OneOrMany<string>) =>
    toArray(patterns).some((text) => matchesAction(text, action));
  if (Action !== undefined) return oneOf(Action);
  return NotAction !== undefined && !oneOf(NotAction);
}

/** `*` runs across colons ("IAM JSON policy elements: Resource"); letter case counts. */
function resourceMatches(
  { Resource, NotResource }: Statement,
  resource: string,
  variables: Variables,
): Ternary {
  const oneOf = (patterns: OneOrMany<string>) =>
    anyMatches(patterns, variables, (pattern) => matchesPattern(pattern, resource));
  if (Resource !== undefined) return oneOf(Resource) === 'yes' ? 'yes' : 'no';
  return NotResource === undefined ? 'yes' : negateTernary(oneOf(NotResource));
}

const anyMatches = (
  patterns: OneOrMany<string>,
  variables: Variables,
  matches: (pattern: Pattern) => boolean,
): Ternary =>
  someTernary(
    toArray(patterns)
      .values()
      .map((text) => {
        const pattern = parsePattern(text, variables);
        return pattern === undefined ? 'unknown' : toTernary(matches(pattern));
      }),
  );
