import type { Case, Subject } from './reader.ts';
import type { Request } from './requests.ts';

/** The organization's keys about an account ("AWS global condition context keys"). */
export const organizationKeys = (
  whose: 'Principal' | 'Source' | 'Resource',
  { subject, organizationId }: Pick<Case, 'subject' | 'organizationId'>,
): Request['keys'] =>
  subject.parentIds === undefined
    ? { [`aws:${whose}OrgID`]: 'o-somebodyelse' }
    : {
        [`aws:${whose}OrgID`]: organizationId,
        [`aws:${whose}OrgPaths`]: [`${[organizationId, ...subject.parentIds].join('/')}/`],
      };

export type Call = Pick<Request, 'action' | 'resource'> & { readonly keys?: Request['keys'] };

/** A call of a role of the account. Default role: any. */
export const byRole = (of: Case, call: Call, role = roleOf(of)): Request => ({
  who: { accountId: of.subject.id },
  action: call.action,
  resource: call.resource,
  keys: {
    'aws:PrincipalArn': `arn:aws:iam::${of.subject.id}:role/${role}`,
    'aws:PrincipalAccount': of.subject.id,
    ...organizationKeys('Principal', of),
    ...call.keys,
  },
});

const rolesOf = ({ entry }: Case): readonly string[] | undefined =>
  'roles' in entry ? (entry.roles as readonly string[] | undefined) : undefined;

const roleOf = (of: Case): string => (rolesOf(of)?.[0] ?? 'Whatever').replaceAll('*', 'x');

/** Of a grant for some roles: what another role must not do. */
export const byOtherRole = (of: Case, call: Call): readonly Request[] =>
  rolesOf(of) === undefined ? [] : [byRole(of, call, 'NoneOfThem')];

/** A call of a service for the account. */
export const byService = (of: Case, service: string, call: Call & { readonly source: string }): Request => ({
  who: { service },
  action: call.action,
  resource: call.resource,
  keys: {
    'aws:SourceAccount': of.subject.id,
    'aws:SourceArn': sourceOf(of.subject, call.source),
    ...organizationKeys('Source', of),
    ...call.keys,
  },
});

/** `cloudtrail` and `trail/any`: `arn:aws:cloudtrail:eu-west-1:555566667777:trail/any`. */
export const sourceOf = ({ id }: Subject, source: string): string => {
  const [service = '', ...rest] = source.split(':');
  return `arn:aws:${service}:eu-west-1:${id}:${rest.join(':')}`;
};

/** The same call about nobody: as an anonymous confused deputy would make it. */
export const forNobody = (request: Request): Request => ({
  ...request,
  keys: Object.fromEntries(Object.entries(request.keys).filter(([key]) => !/^aws:source/i.test(key))),
});
