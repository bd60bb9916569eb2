import { beforeAll, describe, expect, test } from '@jest/globals';
import { parsePolicy } from '../../shared/iam/document.ts';
import { parseTemplate, type StackTemplate } from '../../simulator/cloudformation/template.ts';
import { findDenialOnBehalf } from '../../simulator/on-behalf/authorize-call.ts';
import { deliverEvent } from '../../simulator/on-behalf/event-bridge.ts';
import {
  type ApplicationEnv,
  addVersion,
  createApplicationEnv,
  good,
  place,
  read,
  reader,
  start,
} from '../fixtures/application-env.ts';
import { deployStack } from '../fixtures/deployment/deploy-stack.ts';
import { listUnused, noteUses, type RoleUses } from '../fixtures/deployment/role-uses.ts';
import { deploy } from '../fixtures/secret-env.ts';
import { onboard } from '../fixtures/test-env.ts';

const keyId = '1234abcd-12ab-34cd-56ef-1234567890ab';

/** An application whose profiles have a key of their own and whose environments watch an alarm. */
const createKeyedEnv = (): Promise<ApplicationEnv> =>
  createApplicationEnv((application) => ({
    ...application,
    profiles: application.profiles.map((profile) => ({ ...profile, key: keyId })),
  }));

/** AppConfig watches the alarms. @returns why not. Source: AppConfig user guide, "Configuring permissions for automatic rollback" */
function describeAlarms({ organization, simulated, roles }: ApplicationEnv, service: string) {
  const sourceArn = `arn:aws:appconfig:${place.region}:${place.accountId}:application/${simulated.id}`;
  const actor = { service, sourceArn, roleArn: roles.AlarmRole };
  return findDenialOnBehalf(organization.world, actor, {
    action: 'cloudwatch:DescribeAlarms',
    resource: '*',
  });
}

describe("the roles of an application's template", () => {
  let env: ApplicationEnv;
  let uses: RoleUses;

  beforeAll(async () => {
    env = await createKeyedEnv();
    const { organization } = env;
    uses = noteUses(organization);
    const kmsKeyArn = organization.addKey({ ...place, id: keyId });
    const secretId = organization.addSecret({ ...place, name: 'shop/database', value: '{}', kmsKeyArn });
    organization.addAccount({ id: reader, name: 'shop', parentId: 'ou-exam-workload1' });
    await onboard(env, { accountId: reader });
    expect((await deploy(env, { secretId })).status).toBe('SUCCEEDED');
    expect((await start(env, await addVersion(env, good))).status).toBe('SUCCEEDED');
    expect(await read(env)).toMatchObject({ currency: 'EUR' });
    describeAlarms(env, 'appconfig.amazonaws.com');
  }, 60_000);

  test('lets AppConfig, and no other service, read the alarms of the application', () => {
    expect(describeAlarms(env, 'appconfig.amazonaws.com')).toBeUndefined();
    expect(describeAlarms(env, 'events.amazonaws.com')).toContain('sts:AssumeRole');
  });

  test('gives the roles of an application no action that no deployment and no reader needs', () => {
    const unused = Object.entries(env.roles).map(([id, arn]) => {
      const { permissions = '' } = env.organization.world.roles.get(arn) ?? {};
      return [id, listUnused(parsePolicy(permissions, arn), uses.get(arn))];
    });

    expect(Object.fromEntries(unused)).toEqual({
      AlarmRole: [],
      ReaderRole: [],
      RetrievalRoleDatabase: [],
    });
  });
});

/** Without the roles, which the environment has deployed. */
const withoutRoles = (template: StackTemplate): StackTemplate => ({
  ...template,
  Resources: Object.fromEntries(
    Object.entries(template.Resources).filter(([, { Type }]) => Type !== 'AWS::IAM::Role'),
  ),
});

/** CloudTrail's event of a use of the key by a user (KMS developer guide, "Decrypt"). */
const keyUse = {
  source: 'aws.kms',
  'detail-type': 'AWS API Call via CloudTrail',
  detail: {
    eventSource: 'kms.amazonaws.com',
    eventName: 'Decrypt',
    readOnly: true,
    userIdentity: { type: 'IAMUser' },
    requestParameters: {
      encryptionContext: {
        'aws:appconfig:deployment:arn': `arn:aws:appconfig:${place.region}:${place.accountId}:application/Application/environment/e/deployment/1`,
      },
    },
  },
};

test('keeps an unexpected use of a key in the queue that admits the rule', async () => {
  const { organization, template } = await createKeyedEnv();
  const stack = { ...place, partition: 'aws', stackName: 'shop' };
  deployStack(organization.world, withoutRoles(parseTemplate(template)), stack);
  const { queues, deployed } = organization.world;

  const delivered = deliverEvent(organization.world, place, keyUse);
  for (const arn of deployed.policies.keys())
    if (arn.includes('UnexpectedKeyUses')) deployed.policies.delete(arn);
  const refused = deliverEvent(organization.world, place, keyUse);

  expect(delivered).toMatchObject([{ status: 'delivered' }]);
  expect(refused).toMatchObject([{ status: 'lost', reason: expect.stringContaining('sqs:SendMessage') }]);
  expect([...queues].find(([url]) => url.includes('UnexpectedKeyUses'))?.[1]).toHaveLength(1);
});
