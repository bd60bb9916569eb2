import type { Configuration } from '../../../shared/configuration/schema.ts';
import { validateConfiguration } from '../../../shared/configuration/validate.ts';
import { central, home } from '../central-accounts.ts';
import type { Draw } from '../random.ts';

const boundary = { permissionsBoundary: 'arn:aws:iam::{accountId}:policy/Boundary' };

/** Roles, each with the parts that a draw may add. */
const roles = {
  'people/ReadOnly': { kind: 'people', instead: [{}, { maxSessionSeconds: 7_200 }] },
  'people/Partner': {
    kind: 'people',
    trusts: { account: 'security', mfa: false, externalId: 'partner-1' },
    instead: [{}],
  },
  'deploy/Deployer': {
    kind: 'deployer',
    trusts: { account: 'shared', roles: ['Pipeline'] },
    instead: [{}],
  },
  'app/Web': { kind: 'application', trusts: { service: 'ec2' }, instead: [{}, boundary] },
  'app/Worker': { kind: 'application', trusts: { service: 'lambda' }, instead: [{}, boundary] },
} as const;

type RoleName = keyof typeof roles;

const applications: readonly RoleName[] = ['app/Web', 'app/Worker'];

const secretGrant = {
  kind: 'secret-resource-policy',
  account: 'shared',
  secrets: ['web/database'],
  preset: 'read',
} as const;

/** The key of the secret, without which nobody can read it. */
const secretKeyGrant = {
  kind: 'kms-key-policy',
  account: 'shared',
  key: '7890abcd-12ab-34cd-56ef-1234567890ab',
  preset: 'decrypt-secrets',
} as const;

/** Grants that name a role. Other grants are for applications. */
const grants: readonly (Readonly<Record<string, unknown>> & { readonly memberRole?: RoleName })[] = [
  { kind: 'assume-role-permission', account: 'security', groups: ['Readers'], memberRole: 'people/ReadOnly' },
  { kind: 'assume-role-permission', account: 'security', roles: ['Partners'], memberRole: 'people/Partner' },
  { kind: 'assume-role-permission', account: 'shared', roles: ['Pipeline'], memberRole: 'deploy/Deployer' },
  secretGrant,
  {
    kind: 'kms-key-policy',
    account: 'shared',
    key: '1234abcd-12ab-34cd-56ef-1234567890ab',
    preset: 'decrypt',
  },
  {
    kind: 'ecr-repository-policy',
    account: 'shared',
    repositories: ['base/node', 'base/python'],
    preset: 'pull',
  },
  { kind: 's3-bucket-policy', account: 'shared', bucket: 'example-revisions', preset: 'revisions-read' },
  { kind: 'role-trust-policy', account: 'shared', role: 'readers/Reader', externalId: 'reader-1' },
];

export const memberOus = ['Workloads', 'Workloads/Production', 'Sandbox'] as const;

/** Some grants that name member roles, and exactly these roles, in the OUs of their grants. */
export function drawMemberRoles(draw: Draw): Configuration {
  const drawn = draw.some(grants, 0.5);
  const entries = (drawn.length === 0 ? [draw.pick(grants)] : drawn).flatMap((grant, index) => {
    const ous = draw.pick([['Workloads'], ['Workloads/Production'], ['Sandbox'], ['Workloads', 'Sandbox']]);
    const named = grant.memberRole ?? draw.pick(applications);
    const reference = grant.memberRole === undefined ? { memberRoles: [named] } : { memberRole: named };
    const toEntry = (each: typeof grant, name: string) => ({
      entry: { ...each, ...reference, name, for: { ous } },
      named,
      ous,
    });
    const own = toEntry(grant, `grant-${index}`);
    return grant === secretGrant ? [own, toEntry(secretKeyGrant, `grant-${index}-key`)] : [own];
  });
  const names = [...new Set(entries.map(({ named }) => named))];
  return validateConfiguration(
    {
      version: 1,
      installation: 'sim',
      organization: { id: 'o-exampleorg1', managementAccount: '111111111111' },
      centralAccounts: {
        log: { id: central.log, region: home },
        security: { id: central.security, region: 'us-east-1' },
        shared: { id: central.shared, region: home },
      },
      memberRoles: names.map((name) => {
        const { instead, ...role } = roles[name];
        const ous = entries.filter(({ named }) => named === name).flatMap((each) => each.ous);
        return { name, ...role, ...draw.pick(instead), for: { ous: [...new Set(ous)] } };
      }),
      grants: entries.map(({ entry }) => entry),
    },
    'the simulation',
  );
}
