import { updatePermissions } from '../../../simulator/iam-makers.ts';
import type { SimulatedOrganization } from '../../../simulator/organization.ts';
import type { SimulatedRole } from '../../../simulator/simulated-resources.ts';
import type { Draw } from '../random.ts';

interface Place {
  readonly organization: SimulatedOrganization;
  readonly draw: Draw;
  readonly role: SimulatedRole;
}

/** Changes of a member role or of central resources by people. */
type Damage = (place: Place) => void;

const policy = (...Statement: readonly object[]): string =>
  JSON.stringify({ Version: '2012-10-17', Statement });

const services = ['s3', 'kms', 'ecr', 'secretsmanager', 'sts'] as const;

const withStatements = (
  text: string,
  keep: (statement: { Action?: unknown; Sid?: string }) => boolean,
): string => {
  const document = JSON.parse(text);
  return JSON.stringify({ ...document, Statement: [document.Statement].flat().filter(keep) });
};

function changeInline(role: SimulatedRole, change: (text: string) => string): void {
  for (const [name, text] of role.inlinePolicies) role.inlinePolicies.set(name, change(text));
  updatePermissions(role);
}

const changeReaders = ({ organization: { world }, role }: Place, change: (reader: SimulatedRole) => void) => {
  for (const each of [...world.roles.values()])
    if (each.accountId === role.accountId && each.path === '/account-onboarding/') change(each);
};

export const damages: Readonly<Record<string, Damage>> = {
  'trust of another account': ({ role }) => {
    const Principal = { AWS: 'arn:aws:iam::999988887777:root' };
    role.trust = policy({ Effect: 'Allow', Principal, Action: 'sts:AssumeRole' });
  },
  'trust of nobody': ({ role }) => {
    role.trust = policy();
  },
  'trust that is denied': ({ role }) => {
    const document = JSON.parse(role.trust);
    const denial = { Sid: 'Frozen', Effect: 'Deny', Principal: '*', Action: 'sts:AssumeRole' };
    role.trust = JSON.stringify({ ...document, Statement: [...document.Statement, denial] });
  },
  'role deleted': ({ organization: { world }, role }) => void world.roles.delete(role.arn),
  'role under another path': ({ organization, role, draw }) => {
    const { accountId, name } = role;
    organization.world.roles.delete(role.arn);
    organization.addRole({
      accountId,
      name,
      path: draw.pick(['/', '/theirs/']),
      trust: JSON.parse(role.trust),
    });
  },
  'policies deleted': ({ role }) => {
    role.inlinePolicies.clear();
    updatePermissions(role);
  },
  'a service out of the policy': ({ role, draw }) => {
    const service = draw.pick(services);
    changeInline(role, (text) =>
      withStatements(text, ({ Action }) => ![Action].flat().some((each) => String(each).startsWith(service))),
    );
  },
  'a service that is denied': ({ role, draw }) => {
    const Action = `${draw.pick(services)}:*`;
    role.inlinePolicies.set('frozen', policy({ Sid: 'Frozen', Effect: 'Deny', Action, Resource: '*' }));
    updatePermissions(role);
  },
  'a boundary of one service': ({ organization, role, draw }) => {
    const Action = `${draw.pick(services)}:*`;
    const document = JSON.parse(policy({ Effect: 'Allow', Action, Resource: '*' }));
    const name = `Boundary-of-${role.name}`;
    role.boundaryArn = organization.addManagedPolicy({ accountId: role.accountId, name, document });
    // The reader may read it as well.
    changeReaders({ organization, role, draw }, (reader) => {
      const Resource = role.boundaryArn;
      reader.inlinePolicies.set(
        `boundary-of-${role.name}`,
        policy({ Effect: 'Allow', Action: 'iam:GetPolicy*', Resource }),
      );
      updatePermissions(reader);
    });
  },
  'instance profile deleted': ({ organization: { world }, role }) => {
    for (const [arn, { accountId, name }] of world.instanceProfiles)
      if (accountId === role.accountId && name === role.name) world.instanceProfiles.delete(arn);
  },
  'instance profile without its role': ({ organization: { world }, role }) => {
    for (const profile of world.instanceProfiles.values())
      if (profile.roleArn === role.arn) profile.roleArn = undefined;
  },
  'reader deleted': (location) =>
    changeReaders(location, (reader) => void location.organization.world.roles.delete(reader.arn)),
  'statements out of a central policy': ({ organization: { world }, draw }) => {
    const resources = [world.buckets, world.keys, world.repositories, world.secrets];
    const written = resources
      .flatMap((map) => [...map.values()])
      .filter(({ policy }) => policy !== undefined);
    if (written.length === 0) return;
    const statement = draw.pick(written);
    statement.policy = withStatements(
      statement.policy ?? '',
      ({ Sid = '' }) => !Sid.startsWith('AccountOnboardingsim'),
    );
  },
  'policies off a principal': ({ organization: { world }, draw }) => {
    const holders = [...world.groups.values(), ...world.roles.values()].filter(
      ({ attached, path }) => attached.size > 0 && path === '/',
    );
    if (holders.length > 0) draw.pick(holders).attached.clear();
  },
};
