import type { AppliedKeyGrant } from '../iam/applied-access.ts';
import { type AppliedPolicy, kindRules } from '../iam/applied-policy.ts';
import type { Statement } from '../iam/document.ts';
import { evaluatePolicies } from '../iam/evaluate.ts';
import { explain } from '../iam/explain.ts';
import type { Holder } from '../iam/holders.ts';
import type { AccessRequest, OrganizationFacts, RequestPrincipal } from '../iam/request.ts';

/**
 * Whether a principal may use the resource. `allowed`, `denied` and `unknown` answer for an action. `named`: no action
 * was asked about, and a statement names the principal. `unlisted`: a statement admits principals that it does not
 * list, such as an organization. Each such principal needs a question of its own.
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

/** Whether a statement applies to an action on a resource, if its principals and conditions are ignored. */
export function isAbout(statement: Statement, policy: AppliedPolicy, asked: Asked): boolean {
  const { Condition: _, Principal: _principal, NotPrincipal: _notPrincipal, ...rest } = statement;
  const open = kindRules[policy.kind].principal ? { ...rest, Principal: '*' as const } : rest;
  const document = { ...policy.document, Statement: [open] };
  const request = { ...asked, principal: someRole };
  return evaluatePolicies([{ ...policy, document }], request).decision !== 'none';
}

const someRole: RequestPrincipal = { type: 'role', arn: 'arn:aws:iam::000000000000:role/any' };

/** Whether the resource's policies let one principal do the action. */
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
      return { status: 'denied', reason: 'the conditions of the statement are not satisfied' };
    case 'unknown':
      return {
        status: 'unknown',
        reason: `it depends on ${[...new Set(unknowns.map(({ name }) => name))].join(', ')}`,
      };
  }
}

/** Whether a KMS grant lets its grantee do the action. `undefined` if the grant is for other actions. */
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
 * The sender of a request for this holder. A `*` in a role's name is a literal character here. `undefined` if the
 * holder is a group of principals, such as an organization, which sends no requests.
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
