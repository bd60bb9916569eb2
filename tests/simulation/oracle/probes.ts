import type { Case, Subject } from './reader.ts';
import type { Request } from './requests.ts';

/** The organization's keys for an account ("AWS global condition context keys"). */
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
export const byRole = (grantCase: Case, call: Call, role = roleOf(grantCase)): Request => ({
  who: { accountId: grantCase.subject.id },
  action: call.action,
  resource: call.resource,
  keys: {
    'aws:PrincipalArn': `arn:aws:iam::${grantCase.subject.id}:role/${role}`,
    'aws:PrincipalAccount': grantCase.subject.id,
    ...organizationKeys('Principal', grantCase),
    ...call.keys,
  },
});

const rolesOf = ({ entry }: Case): readonly string[] | undefined =>
  'roles' in entry ? (entry.roles as readonly string[] | undefined) : undefined;

const roleOf = (grantCase: Case): string => (rolesOf(grantCase)?.[0] ?? 'Whatever').replaceAll('*', 'x');

/** For a grant for some roles: a request that another role must not be able to make. */
export const byOtherRole = (grantCase: Case, call: Call): readonly Request[] =>
  rolesOf(grantCase) === undefined ? [] : [byRole(grantCase, call, 'NoneOfThem')];

/** A call of a service for the account. */
export const byService = (
  grantCase: Case,
  service: string,
  call: Call & { readonly source: string },
): Request => ({
  who: { service },
  action: call.action,
  resource: call.resource,
  keys: {
    'aws:SourceAccount': grantCase.subject.id,
    'aws:SourceArn': sourceOf(grantCase.subject, call.source),
    ...organizationKeys('Source', grantCase),
    ...call.keys,
  },
});

/** `cloudtrail` and `trail/any`: `arn:aws:cloudtrail:eu-west-1:555566667777:trail/any`. */
export const sourceOf = ({ id }: Subject, source: string): string => {
  const [service = '', ...rest] = source.split(':');
  return `arn:aws:${service}:eu-west-1:${id}:${rest.join(':')}`;
};

export const trailService = 'cloudtrail.amazonaws.com';

/** The management account of every simulated organization. */
const managementAccount = '111111111111';

/** The ARN of the trail of an entry. An account outside the organization has at most a trail of its own. */
export function organizationTrailOf({ entry, subject }: Case): string {
  const { name, region } = entry.trail as { readonly name: string; readonly region: string };
  const owner = subject.parentIds === undefined ? subject.id : managementAccount;
  return `arn:aws:cloudtrail:${region}:${owner}:trail/${name}`;
}

/** A call of CloudTrail for the organization's trail, about the logs of an account ("aws:SourceArn", CloudTrail user guide). */
export const byOrganizationTrail = (grantCase: Case, call: Call): Request => {
  const arn = organizationTrailOf(grantCase);
  return {
    who: { service: trailService },
    action: call.action,
    resource: call.resource,
    keys: {
      'aws:SourceArn': arn,
      'aws:SourceAccount': arn.split(':')[4] ?? '',
      ...organizationKeys('Source', grantCase),
      ...call.keys,
    },
  };
};

/** An equal call without an account: as an anonymous confused deputy would make it. */
export const forNobody = (request: Request): Request => ({
  ...request,
  keys: Object.fromEntries(Object.entries(request.keys).filter(([key]) => !/^aws:source/i.test(key))),
});
