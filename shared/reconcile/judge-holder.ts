import type { AppliedKeyGrant } from '../iam/applied-access.ts';
import { type AppliedPolicy, kindRules } from '../iam/applied-policy.ts';
import type { Statement } from '../iam/document.ts';
import { evaluatePolicies } from '../iam/evaluate.ts';
import { explain } from '../iam/explain.ts';
import type { Holder } from '../iam/holders.ts';
import type { AccessRequest, OrganizationFacts, RequestPrincipal } from '../iam/request.ts';

/**
 * Whether a principal may do an action on the resource. `named`: the question has no action, and a statement names the
 * principal. `unlisted`: the statement admits principals that it does not list, such as an organization, so each must
 * be asked about by itself.
 */
export interface HolderStatus {
  readonly status: 'named' | 'allowed' | 'denied' | 'unknown' | 'unlisted';
  /** Why the action is denied or unknown. */
  readonly reason?: string;
}

type Asked = Omit<AccessRequest, 'principal'>;

interface Judging {
  readonly asked: Asked;
  readonly policies: readonly AppliedPolicy[];
  readonly facts: OrganizationFacts;
}

/** Whether a statement covers an action on a resource, whatever its principals and conditions say. */
export function isAbout(statement: Statement, policy: AppliedPolicy, asked: Asked): boolean {
  const { Condition: _, Principal: _principal, NotPrincipal: _notPrincipal, ...rest } = statement;
  const open = kindRules[policy.kind].principal ? { ...rest, Principal: '*' as const } : rest;
  const document = { ...policy.document, Statement: [open] };
  const request = { ...asked, principal: someRole };
  return evaluatePolicies([{ ...policy, document }], request).decision !== 'none';
}

const someRole: RequestPrincipal = { type: 'role', arn: 'arn:aws:iam::000000000000:role/any' };

/** What the resource's policies answer for one principal. */
export function judgeHolder(holder: Holder, { asked, policies, facts }: Judging): HolderStatus {
  const principal = toPrincipal(holder, asked.resource);
  if (principal === undefined) return { status: 'unlisted' };
  const { decision, sid, unknowns } = evaluatePolicies(policies, { ...asked, principal }, facts);
  switch (decision) {
    case 'allow':
      return { status: 'allowed' };
    case 'deny':
      return { status: 'denied', reason: `statement ${sid ?? 'without Sid'} denies it` };
    case 'none':
      return { status: 'denied', reason: 'the conditions of the statement do not hold' };
    case 'unknown':
      return {
        status: 'unknown',
        reason: `it depends on ${[...new Set(unknowns.map(({ name }) => name))].join(', ')}`,
      };
  }
}

/** The answer of a KMS grant. `undefined` if the grant does not cover the action. */
export function judgeKeyGrant(
  holder: Holder,
  grant: AppliedKeyGrant,
  { asked, policies, facts }: Judging,
): HolderStatus | undefined {
  const operations = grant.operations.map((operation) => `kms:${operation}`.toLowerCase());
  if (!operations.includes(asked.action.toLowerCase())) return undefined;
  const principal = toPrincipal(holder, asked.resource);
  if (principal === undefined) return { status: 'unlisted' };
  const { outcome, explicit, reasons } = explain({
    request: { ...asked, principal },
    policies,
    keyGrants: [grant],
    organization: facts,
  });
  if (outcome === 'allowed') return { status: 'allowed' };
  return outcome === 'denied' && !explicit
    ? { status: 'unknown', reason: 'the policies of the grantee decide, too' }
    : { status: outcome, reason: reasons.join('; ') };
}

/**
 * The principal as the sender of a request. A `*` in the name of a role is taken literally. `undefined` if the holder
 * is a group of principals, such as an organization.
 */
function toPrincipal(
  { accountId, role, user, service, organization }: Holder,
  resource: string,
): RequestPrincipal | undefined {
  if (organization !== undefined) return undefined;
  if (service !== undefined)
    return { type: 'service', service, ...(accountId === undefined ? {} : { sourceAccount: accountId }) };
  if (accountId === undefined) return undefined;
  const iam = `arn:${resource.split(':')[1] ?? 'aws'}:iam::${accountId}`;
  if (role !== undefined) return { type: 'role', arn: `${iam}:role/${role.replaceAll('*', 'Any')}` };
  if (user !== undefined) return { type: 'user', arn: `${iam}:user/${user}` };
  return { type: 'account', accountId };
}
