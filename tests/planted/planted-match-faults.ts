import { type PlantedFault, plain } from './planted-fault.ts';

/** Match. */
export const matchFaults: readonly PlantedFault[] = [
  {
    ...plain.match,
    name: 'organization-of-anybody',
    title: 'a condition on OUs does not look at the paths',
    replace: "if (match !== 'ou') return organization;",
    by: "if (match !== 'ou' || match === 'ou') return organization;",
  },
  {
    ...plain.match,
    name: 'ou-without-subtree',
    title: 'a condition on an OU is without the OUs below it',
    replace: '`${organizationId}/*/${ou}/*`',
    by: '`${organizationId}/*/${ou}/`',
  },
  {
    ...plain.match,
    name: 'first-ou-only',
    title: 'of several OUs in a condition only the first counts',
    replace: 'const paths = (entry.for.ous ?? []).map(',
    by: 'const paths = (entry.for.ous ?? []).slice(0, 1).map(',
  },
  {
    ...plain.match,
    name: 'held-forever-listed',
    title: 'a grant that a condition should hold lists its accounts',
    replace: "? (entry.match ?? 'accounts')",
    by: "? (entry.match === undefined ? 'accounts' : 'accounts')",
  },
  {
    ...plain.match,
    name: 'packed-open',
    title: 'ids in a condition are left out when a grant is packed',
    replace: "held(restrictToOrganization('Principal', request), ids)",
    by: "held(restrictToOrganization('Principal', request))",
  },
  {
    ...plain.match,
    name: 'wrong-organization-key',
    title: 'a condition asks whose the resource is in place of who asks',
    replace:
      "const everybody = { part, statement: held(restrictToOrganization('Principal', request), others) };",
    by: "const everybody = { part, statement: held(restrictToOrganization('Resource', request), others) };",
  },
  {
    ...plain.match,
    name: 'service-for-members',
    title: 'a service may act for any member of the organization',
    replace: "? { StringEquals: { 'aws:SourceAccount': listAccountIds(members.accounts) } }",
    by: "? restrictToOrganization('Source', members)",
  },
  {
    ...plain.match,
    name: 'own-account-by-wildcard',
    title: 'the account of the resource is let in by the wildcard too',
    replace: 'own.length === 0 ? undefined :',
    by: 'own.length >= 0 ? undefined :',
  },
  {
    ...plain.match,
    area: 'rendering',
    name: 'first-role-only',
    title: 'of several roles that may use a grant only the first counts',
    replace: "'aws:PrincipalArn': roles.map((role) =>",
    by: "'aws:PrincipalArn': roles.slice(0, 1).map((role) =>",
  },
];
