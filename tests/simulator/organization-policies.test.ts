import { GetRoleCommand, IAMClient } from '@aws-sdk/client-iam';
import {
  AttachPolicyCommand,
  CreatePolicyCommand,
  DeletePolicyCommand,
  DescribePolicyCommand,
  DetachPolicyCommand,
  EnablePolicyTypeCommand,
  ListPoliciesForTargetCommand,
  ListTargetsForPolicyCommand,
  OrganizationsClient,
} from '@aws-sdk/client-organizations';
import { ListObjectsV2Command, S3Client } from '@aws-sdk/client-s3';
import { beforeEach, describe, expect, it } from '@jest/globals';
import type { Statement } from '../../shared/iam/document.ts';
import { withPlugins } from '../../shared/platform/aws/plugins.ts';
import {
  createSimulatorEnv,
  everything,
  hub,
  log,
  management,
  member,
  policy,
  refusal,
  region,
  type SimulatorEnv,
  shared,
  text,
} from '../fixtures/simulator-env.ts';

const workloads = 'ou-abcd-workloads';
const Filter = 'SERVICE_CONTROL_POLICY' as const;
const denyS3: Statement = { Effect: 'Deny', Action: 's3:*', Resource: '*' };

let env: SimulatorEnv;
let organizations: OrganizationsClient;

const clientOf = (accountId: string): OrganizationsClient => {
  const credentials = credentialsIn(accountId);
  return withPlugins(new OrganizationsClient({ region, credentials }), [env.organization.plugin()]);
};

function credentialsIn(accountId: string, name = 'administrator', path = '/') {
  env.organization.addRole({ accountId, name, path, trust: policy(), permissions: everything });
  return env.organization.credentialsOf(accountId, name);
}

beforeEach(async () => {
  env = createSimulatorEnv();
  organizations = clientOf(management);
  for (const PolicyType of ['SERVICE_CONTROL_POLICY', 'RESOURCE_CONTROL_POLICY'] as const)
    await organizations.send(new EnablePolicyTypeCommand({ RootId: 'r-abcd', PolicyType }));
});

async function create(Content: string, Type: 'SERVICE_CONTROL_POLICY' | 'RESOURCE_CONTROL_POLICY' = Filter) {
  const input = { Name: `policy-${Content.length}-${Type}`, Description: '', Content, Type };
  const { Policy } = await organizations.send(new CreatePolicyCommand(input));
  return Policy?.PolicySummary?.Id ?? '';
}

const attach = (PolicyId: string, TargetId: string) =>
  organizations.send(new AttachPolicyCommand({ PolicyId, TargetId }));

const detach = (PolicyId: string, TargetId: string) =>
  organizations.send(new DetachPolicyCommand({ PolicyId, TargetId }));

/** Lists a bucket of the same account. */
function list(accountId: string, name?: string, path?: string) {
  const bucket = `example-${accountId}`;
  env.organization.addBucket({ accountId, name: bucket });
  const credentials = credentialsIn(accountId, name, path);
  const client = withPlugins(new S3Client({ region, credentials }), [env.organization.plugin()]);
  return client.send(new ListObjectsV2Command({ Bucket: bucket }));
}

describe('a service control policy', () => {
  it('allows everything at every level when no other SCP is attached', async () => {
    await list(member);
  });

  it.each([
    ['the root', 'r-abcd'],
    ['an OU', workloads],
    ['the account', member],
  ])("denies the SCP's actions when the SCP is attached to %s", async (_name, target) => {
    await attach(await create(text(denyS3)), target);
    expect(await refusal(list(member))).toMatchObject({
      name: 'AccessDenied',
      message: expect.stringContaining('service control policy'),
    });
  });

  it('applies an SCP only to its accounts, and not to the management account or service-linked roles', async () => {
    await attach(await create(text(denyS3)), workloads);
    await list(log);
    await attach(await create(text({ ...denyS3, Sid: 'All' })), 'r-abcd');
    await list(management);
    await list(log, 'linked', '/aws-service-role/example.amazonaws.com/');
    expect(await refusal(list(log))).toMatchObject({ name: 'AccessDenied' });
  });

  it('denies what no SCP of a level allows', async () => {
    await attach(await create(text({ Effect: 'Allow', Action: 'iam:*', Resource: '*' })), workloads);
    await detach('p-FullAWSAccess', workloads);
    expect(await refusal(list(member))).toMatchObject({ name: 'AccessDenied' });
    const credentials = credentialsIn(member);
    const iam = withPlugins(new IAMClient({ region, credentials }), [env.organization.plugin()]);
    await iam.send(new GetRoleCommand({ RoleName: 'administrator' }));
  });

  it('applies the SCPs of the new OU when an account moves', async () => {
    await attach(await create(text(denyS3)), workloads);
    env.organization.moveAccount(member, 'r-abcd');
    await list(member);
  });
});

describe('a resource control policy', () => {
  const denyOthers: Statement = {
    Effect: 'Deny',
    Principal: '*',
    Action: 's3:*',
    Resource: '*',
    Condition: { StringNotEquals: { 'aws:PrincipalAccount': log } },
  };

  it("applies an RCP to the account's resources for any caller", async () => {
    await attach(await create(text(denyOthers), 'RESOURCE_CONTROL_POLICY'), workloads);
    expect(await refusal(list(member))).toMatchObject({
      name: 'AccessDenied',
      message: expect.stringContaining('resource control policy'),
    });
    await list(log);
  });

  it('ignores an RCP for a service that does not support RCPs', async () => {
    const deny = { ...denyOthers, Action: '*' };
    await attach(await create(text(deny), 'RESOURCE_CONTROL_POLICY'), workloads);
    const credentials = credentialsIn(member);
    const iam = withPlugins(new IAMClient({ region, credentials }), [env.organization.plugin()]);
    await iam.send(new GetRoleCommand({ RoleName: 'administrator' }));
  });
});

describe('policies', () => {
  const listFor = async (client: OrganizationsClient, TargetId = workloads) =>
    (await client.send(new ListPoliciesForTargetCommand({ TargetId, Filter }))).Policies?.map(
      ({ Name }) => Name,
    );

  it('lists organization policies by target, and targets by policy', async () => {
    const id = await create(text(denyS3));
    await attach(id, workloads);
    expect(await listFor(organizations)).toEqual(['FullAWSAccess', expect.stringContaining('policy-')]);
    expect(await listFor(organizations, member)).toEqual(['FullAWSAccess']);
    const { Targets } = await organizations.send(new ListTargetsForPolicyCommand({ PolicyId: id }));
    expect(Targets).toEqual([{ TargetId: workloads, Name: 'Workloads', Type: 'ORGANIZATIONAL_UNIT' }]);
    const { Policy } = await organizations.send(new DescribePolicyCommand({ PolicyId: id }));
    expect(Policy?.Content).toBe(text(denyS3));
  });

  it('deletes an organization policy only when no target has it', async () => {
    const id = await create(text(denyS3));
    await attach(id, workloads);
    const remove = () => organizations.send(new DeletePolicyCommand({ PolicyId: id }));
    expect(await refusal(remove())).toMatchObject({ name: 'PolicyInUseException' });
    expect(await refusal(attach(id, workloads))).toMatchObject({
      name: 'DuplicatePolicyAttachmentException',
    });
    await detach(id, workloads);
    await remove();
    expect(await refusal(attach(id, workloads))).toMatchObject({ name: 'PolicyNotFoundException' });
  });

  it('lets a delegated administrator read organization policies and change none', async () => {
    const delegated = clientOf(hub);
    expect(await listFor(delegated)).toEqual(['FullAWSAccess']);
    const change = delegated.send(
      new DetachPolicyCommand({ PolicyId: 'p-FullAWSAccess', TargetId: workloads }),
    );
    expect(await refusal(change)).toMatchObject({ name: 'AccessDeniedException' });
  });

  it('lets an account of the delegation policy read organization policies, and no other member', async () => {
    expect(await refusal(listFor(clientOf(shared)))).toMatchObject({ name: 'AccessDeniedException' });
    env.organization.world.organizationPolicies.delegationPolicy = text({
      Effect: 'Allow',
      Principal: { AWS: `arn:aws:iam::${shared}:root` },
      Action: ['organizations:ListPoliciesForTarget', 'organizations:DescribePolicy'],
      Resource: '*',
    });
    expect(await listFor(clientOf(shared))).toEqual(['FullAWSAccess']);
    expect(await refusal(listFor(clientOf(log)))).toMatchObject({ name: 'AccessDeniedException' });
  });
});
