import { readFileSync } from 'node:fs';
import { type CloudFormationClient, UpdateStackSetCommand } from '@aws-sdk/client-cloudformation';
import { GetRoleCommand, IAMClient } from '@aws-sdk/client-iam';
import { AssumeRoleCommand, STSClient } from '@aws-sdk/client-sts';
import { beforeEach, describe, expect, it } from '@jest/globals';
import type { AwsCredentialIdentity } from '@smithy/types';
import { renderMemberTemplate } from '../../shared/cloudformation/member-template.ts';
import { getMemberReaderRole, listMemberStackSets } from '../../shared/configuration/member-stack-sets.ts';
import { withPlugins } from '../../shared/platform/aws/plugins.ts';
import { configurationWith, readSecret } from '../fixtures/plan-fixture.ts';
import {
  createSimulatorEnv,
  everything,
  hub,
  management,
  member,
  policy,
  region,
  type SimulatorEnv,
  security,
  shared,
} from '../fixtures/simulator-env.ts';
import {
  createStackInstances,
  createStackSet,
  createStacksClient,
  listInstances,
} from '../fixtures/stack-sets.ts';

const workloads = 'ou-abcd-workloads';
const outside = '999900001111';
const inWorkloads = { for: { ous: [workloads] } };

const configurationOf = (externalId: string) =>
  configurationWith([readSecret()], {
    organization: { id: 'o-example1234', managementAccount: management },
    centralAccounts: {
      log: { id: '444455556666', region },
      security: { id: security, region },
      shared: { id: shared, region },
    },
    memberRoles: [
      {
        name: 'people/ReadOnly',
        kind: 'people',
        trusts: { account: 'security', mfa: false, externalId },
        managedPolicies: ['arn:aws:iam::aws:policy/ReadOnlyAccess'],
        ...inWorkloads,
      },
      { name: 'people/Admin', kind: 'people', ...inWorkloads },
      { name: 'app/Web', kind: 'application', trusts: { service: 'ec2' }, ...inWorkloads },
      {
        name: 'deploy/Deployer',
        kind: 'deployer',
        trusts: { account: 'shared', roles: ['ci/Pipeline'] },
        ...inWorkloads,
      },
    ],
  });
const configuration = configurationOf('ab-1');
const [role] = configuration.memberRoles ?? [];
const [stackSet] = listMemberStackSets(configuration);
if (role === undefined || stackSet === undefined) throw new Error('There is no member role');
const stackSetName = stackSet.name;
const template = renderMemberTemplate({ configuration, stackSet, hubAccountId: hub });
const readerRole = getMemberReaderRole(role, configuration);

let env: SimulatorEnv;
let stacks: CloudFormationClient;

/** The roles as a StackSet brings them, some minutes later. */
beforeEach(async () => {
  env = createSimulatorEnv();
  env.organization.addAccount({ id: outside, name: 'outside', parentId: 'r-abcd' });
  stacks = createStacksClient(env.organization);
  await createStackSet(stacks, { StackSetName: stackSetName, TemplateBody: JSON.stringify(template) });
  await createStackInstances(stacks, { OrganizationalUnitIds: [workloads] }, stackSetName);
  await passMinutes(3);
});

/** Lets stacks finish that are due. */
async function passMinutes(minutes: number): Promise<void> {
  env.clock.advance(minutes * 60_000);
  await listInstances(stacks, stackSetName);
}

const rolesOf = (accountId: string) =>
  [...env.organization.world.roles.values()]
    .filter(
      (each) => each.accountId === accountId && /^\/(people|app|deploy|account-onboarding)\//.test(each.path),
    )
    .map(({ path, name }) => `${path}${name}`.slice(1));

/** A role that may do anything, as far as its own policies go. */
function caller(accountId: string, name: string, path = '/'): AwsCredentialIdentity {
  env.organization.addRole({ accountId, name, path, trust: policy(), permissions: everything });
  return env.organization.credentialsOf(accountId, name);
}

const assume = (credentials: AwsCredentialIdentity, name: string, more: { ExternalId?: string } = {}) =>
  withPlugins(new STSClient({ region, credentials }), [env.organization.plugin()]).send(
    new AssumeRoleCommand({
      RoleArn: `arn:aws:iam::${member}:role/${name}`,
      RoleSessionName: 'session',
      ...more,
    }),
  );

/** A call of STS, and what AWS answers to it. The answers are written by hand. */
interface AssumeProbe {
  readonly name: string;
  /** A role with its path. */
  readonly who: string;
  readonly account: string;
  readonly role: string;
  readonly externalId?: string;
  readonly answers: Readonly<Record<'before' | 'onboarded' | 'moved', 'allowed' | 'denied'>>;
}

const probes: readonly AssumeProbe[] = JSON.parse(
  readFileSync(new URL('../cases/probes/member-roles/assume.json', import.meta.url), 'utf8'),
);

const answerOf = (call: Promise<unknown>): Promise<string> =>
  call.then(
    () => 'allowed',
    (error: Error) => (/AccessDenied/.test(error.name) ? 'denied' : error.name),
  );

const refused = expect.objectContaining({ name: expect.stringMatching(/AccessDenied/) });

describe('member roles that a StackSet has brought', () => {
  it('creates member roles in the accounts of their OUs and in no other accounts', () => {
    expect(rolesOf(member)).toEqual([
      'people/ReadOnly',
      'people/Admin',
      'app/Web',
      'deploy/Deployer',
      readerRole,
    ]);
    expect([outside, management, shared].flatMap(rolesOf)).toEqual([]);
  });

  it('creates member roles some minutes after an account arrives', async () => {
    const later = env.organization.createAccount({ name: 'later' });
    env.organization.moveAccount(later, workloads);
    expect(rolesOf(later)).toEqual([]);
    await passMinutes(3);
    expect(rolesOf(later)).toHaveLength(5);
  });

  it.each(probes)('answers the request as the table of probes states when $name', async (probe) => {
    const { who, account, role: name, externalId, answers } = probe;
    const [, path = '', last = ''] = /^(.*\/)?([^/]+)$/.exec(who) ?? [];
    const credentials = caller(account, last, `/${path}`);
    const ask = () =>
      answerOf(assume(credentials, name, externalId === undefined ? {} : { ExternalId: externalId }));
    const onboarded = await ask();
    env.organization.moveAccount(member, 'r-abcd');
    await passMinutes(3);
    const gone = await ask();
    env.organization.moveAccount(member, workloads);
    const before = await ask();

    expect({ before, onboarded, moved: gone }).toEqual(answers);
  });
});

it("requires another external id when the StackSet's script updates it", async () => {
  const changed = configurationOf('ab-2');
  const [updated = stackSet] = listMemberStackSets(changed);
  const TemplateBody = JSON.stringify(
    renderMemberTemplate({ configuration: changed, stackSet: updated, hubAccountId: hub }),
  );
  await stacks.send(
    new UpdateStackSetCommand({
      StackSetName: stackSetName,
      TemplateBody,
      PermissionModel: 'SERVICE_MANAGED',
      AutoDeployment: { Enabled: true, RetainStacksOnAccountRemoval: false },
      Capabilities: ['CAPABILITY_NAMED_IAM'],
    }),
  );
  const person = caller(security, 'Person');
  await expect(assume(person, 'people/ReadOnly', { ExternalId: 'ab-2' })).rejects.toEqual(refused);

  await passMinutes(3);

  await expect(assume(person, 'people/ReadOnly', { ExternalId: 'ab-2' })).resolves.toBeDefined();
  await expect(assume(person, 'people/ReadOnly', { ExternalId: 'ab-1' })).rejects.toEqual(refused);
});

describe('the role that reads member roles', () => {
  const verifier = () => caller(hub, 'account-onboarding-test-verify-access', '/account-onboarding/');
  const read = async (RoleName: string) => {
    const { Credentials } = await assume(verifier(), readerRole);
    const credentials = {
      accessKeyId: Credentials?.AccessKeyId ?? '',
      secretAccessKey: Credentials?.SecretAccessKey ?? '',
      sessionToken: Credentials?.SessionToken ?? '',
    };
    const iam = withPlugins(new IAMClient({ region, credentials }), [env.organization.plugin()]);
    return iam.send(new GetRoleCommand({ RoleName }));
  };

  it('reads only the roles of its template as the reader role', async () => {
    env.organization.addRole({ accountId: member, name: 'Foreign', trust: policy() });
    expect((await read('Web')).Role?.Path).toBe('/app/');
    await expect(read('Foreign')).rejects.toEqual(refused);
  });

  it('denies the reader role to every other function of the hub', async () => {
    const other = caller(hub, 'account-onboarding-test-plan-changes', '/account-onboarding/');
    await expect(assume(other, readerRole)).rejects.toEqual(refused);
  });
});
