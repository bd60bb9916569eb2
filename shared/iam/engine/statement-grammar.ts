import { kindRules, type PolicyKind } from '../applied-policy.ts';
import type { Statement } from '../document.ts';

/**
 * An element of a statement that this kind of policy must not have. `undefined` if there is none. AWS rejects such a
 * document, so the effect of the statement is unknown. Sources: "Grammar of the IAM JSON policy language"; "RCP
 * syntax"; for trust policies "AWS JSON policy elements: NotPrincipal".
 */
export function findMisplacedElement(statement: Statement, kind: PolicyKind): string | undefined {
  const rules = kindRules[kind];
  return (
    misplaced(rules.principal, 'Principal', statement) ??
    misplaced(rules.resource, 'Resource', statement) ??
    (kind === 'rcp' ? misplacedInRcp(statement) : undefined) ??
    (kind === 'trust' && statement.NotPrincipal !== undefined ? 'NotPrincipal' : undefined) ??
    wrongPrincipal(statement)
  );
}

function misplaced(
  wanted: boolean,
  name: 'Principal' | 'Resource',
  statement: Statement,
): string | undefined {
  const negated = name === 'Principal' ? 'NotPrincipal' : 'NotResource';
  const presentElement = [name, negated].find((element) => Object.hasOwn(statement, element));
  if (wanted) return presentElement === undefined ? name : undefined;
  return presentElement;
}

function misplacedInRcp({ Principal, NotPrincipal, NotAction }: Statement): string | undefined {
  if (NotPrincipal !== undefined) return 'NotPrincipal';
  if (NotAction !== undefined) return 'NotAction';
  return Principal === '*' ? undefined : 'Principal';
}

/**
 * Finds a wildcard inside a principal's name, which AWS does not allow: "You cannot use a wildcard to match part of a
 * principal name or ARN" ("AWS JSON policy elements: Principal").
 */
function wrongPrincipal({ Principal, NotPrincipal }: Statement): string | undefined {
  if (Principal !== undefined && hasPartialWildcard(Principal)) return 'Principal';
  return NotPrincipal !== undefined && hasPartialWildcard(NotPrincipal) ? 'NotPrincipal' : undefined;
}

const hasPartialWildcard = (principal: NonNullable<Statement['Principal']>): boolean =>
  principal !== '*' &&
  Object.values(principal)
    .flat()
    .some((name) => name.length > 1 && /[*?]/.test(name));
