import { type Statement, toArray, toPrincipalMap } from './document.ts';
import { splitArn } from './engine/arns.ts';
import { toCanonicalAccount } from './normalize.ts';
import {
  analyzeRestriction,
  type OrganizationRestriction,
  type RestrictedParty,
} from './organization-conditions.ts';

/** A managed statement that must not be written, because it would admit too many principals. */
export interface Exposure {
  readonly sid?: string;
  readonly why: string;
}

/** The accounts and the organization that managed statements may admit. */
export interface Allowed {
  readonly accountIds: Pick<ReadonlySet<string>, 'has'>;
  readonly organizationId: string;
}

/**
 * Managed statements that would be open to the public, or admit an account that is not allowed. Only Allow statements
 * can be. A statement is reported unless it is provably closed:
 *
 * - A fixed AWS principal (account id or ARN) must belong to an allowed account.
 * - A wildcard principal must be restricted by `aws:PrincipalOrgID` (StringEquals, this organization only) or by
 * `aws:PrincipalOrgPaths` (ForAnyValue:StringEquals or StringLike, every path below this organization). Accounts in
 * `aws:PrincipalAccount` and `aws:PrincipalArn` must be allowed as well.
 * - A service principal must be restricted by `aws:SourceAccount`, `aws:SourceArn` (account segment fixed),
 * `aws:SourceOrgID`, `aws:SourceOrgPaths` or `kms:EncryptionContext:aws:cloudtrail:arn`. Accounts in these keys must be
 * allowed.
 * - Federated and canonical users are always reported, and NotPrincipal too.
 * - A statement without a principal (identity policy) is judged by the accounts of its resources. A resource that
 * matches several accounts (`*`, NotResource, a bucket) must be restricted by `aws:ResourceAccount`,
 * `aws:ResourceOrgID` or `aws:ResourceOrgPaths`.
 *
 * A condition counts only with a positive operator, and without IfExists and ForAllValues, which a request without the
 * key satisfies. Each of its values must be allowed.
 */
export const findExposures = (statements: readonly Statement[], allowed: Allowed): readonly Exposure[] =>
  statements
    .filter(({ Effect }) => Effect === 'Allow')
    .flatMap((statement) =>
      [...new Set(reasons(statement, allowed))].map((why) => ({
        ...(statement.Sid === undefined ? {} : { sid: statement.Sid }),
        why,
      })),
    );

function reasons(statement: Statement, allowed: Allowed): readonly string[] {
  const { Principal, NotPrincipal } = statement;
  if (NotPrincipal !== undefined) return ['NotPrincipal allows every principal that it does not name'];
  if (Principal === undefined) return resourceReasons(statement, allowed);
  return Object.entries(toPrincipalMap(Principal)).flatMap(([type, names]) =>
    toArray(names).flatMap((name) => principalReasons(type, name, statement, allowed)),
  );
}

function principalReasons(
  type: string,
  name: string,
  statement: Statement,
  allowed: Allowed,
): readonly string[] {
  if (name === '*') return heldReasons('principal', 'the principal is open to everybody', statement, allowed);
  if (type === 'AWS') return accountReasons(name, accountOfPrincipal(name), allowed);
  if (type !== 'Service')
    return [`${type} principal "${name}" cannot be restricted to the organization's accounts`];
  return heldReasons('source', `service ${name} may act for any account`, statement, allowed);
}

function resourceReasons(statement: Statement, allowed: Allowed): readonly string[] {
  const held = (what: string) => heldReasons('resource', `${what} may be of any account`, statement, allowed);
  if (statement.Resource === undefined) return held('the resource');
  return toArray(statement.Resource).flatMap((resource) => {
    const account = splitArn(resource)[4];
    return isFixed(account) ? accountReasons(resource, account, allowed) : held(`resource "${resource}"`);
  });
}

function heldReasons(
  by: RestrictedParty,
  open: string,
  statement: Statement,
  allowed: Allowed,
): readonly string[] {
  const held: OrganizationRestriction = analyzeRestriction(by, statement.Condition ?? {}, allowed);
  const outside = held.outside.map((account) => `a condition names account ${account}, which is not allowed`);
  return held.closed
    ? outside
    : [`${open}: no condition restricts it to the organization or its accounts`, ...outside];
}

function accountReasons(name: string, account: string | undefined, allowed: Allowed): readonly string[] {
  if (account === undefined) return [`"${name}" does not name an account`];
  return allowed.accountIds.has(account) ? [] : [`"${name}" is of account ${account}, which is not allowed`];
}

function accountOfPrincipal(name: string): string | undefined {
  const account = splitArn(name)[4] ?? toCanonicalAccount(name);
  return isFixed(account) ? account : undefined;
}

const isFixed = (account: string | undefined): account is string => /^\d{12}$/.test(account ?? '');
