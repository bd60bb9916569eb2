import { GetObjectCommand, S3Client } from '@aws-sdk/client-s3';
import { AssumeRoleCommand, type AssumeRoleCommandInput, STSClient } from '@aws-sdk/client-sts';
import { beforeEach, describe, expect, it } from '@jest/globals';
import type { AwsCredentialIdentity } from '@smithy/types';
import type { Conditions } from '../../shared/iam/document.ts';
import { withPlugins } from '../../shared/platform/aws/plugins.ts';
import { createAccessKey } from '../../simulator/sessions.ts';
import {
  createSimulatorEnv,
  everything,
  log,
  member,
  policy,
  refusal,
  region,
  type SimulatorEnv,
  security,
} from '../fixtures/simulator-env.ts';

const RoleArn = `arn:aws:iam::${member}:role/Developer`;
const next = `arn:aws:iam::${log}:role/Next`;
const team = (Value: string) => ({ Tags: [{ Key: 'team', Value }] });
const both = ['sts:AssumeRole', 'sts:TagSession'];
const denied = { name: 'AccessDenied' };
const invalid = { name: 'ValidationError' };

let env: SimulatorEnv;
let key: AwsCredentialIdentity;

beforeEach(() => {
  env = createSimulatorEnv();
  const jane = { accountId: security, name: 'jane', tags: { team: 'users' } };
  key = createAccessKey(
    env.organization.world,
    env.organization.addUser({ ...jane, permissions: everything }),
  );
  env.organization.addBucket({ accountId: member, name: 'example-teams' });
  const { objects } = env.organization.world.buckets.get('example-teams') ?? {};
  for (const name of ['orders/plan', 'shop/plan']) objects?.set(name, 'plan');
});

/** A role that reads what its tag `team` names. */
function addRole(accountId: string, name: string, Action: string | string[], Condition?: Conditions): void {
  const Principal = { AWS: accountId === member ? security : member };
  env.organization.addRole({
    accountId,
    name,
    tags: { Team: 'shop' },
    trust: policy({ Effect: 'Allow', Principal, Action, ...(Condition === undefined ? {} : { Condition }) }),
    permissions: policy(
      {
        Effect: 'Allow',
        Action: 's3:GetObject',
        Resource: 'arn:aws:s3:::example-teams/${aws:PrincipalTag/team}/*',
      },
      { Effect: 'Allow', Action: 'sts:*', Resource: '*' },
    ),
  });
}

async function open(more: Partial<AssumeRoleCommandInput> = {}, credentials = key) {
  const sts = withPlugins(new STSClient({ region, credentials }), [env.organization.plugin()]);
  const command = new AssumeRoleCommand({ RoleArn, RoleSessionName: 'jane', ...more });
  const { Credentials } = await sts.send(command);
  return {
    accessKeyId: Credentials?.AccessKeyId ?? '',
    secretAccessKey: Credentials?.SecretAccessKey ?? '',
    sessionToken: Credentials?.SessionToken ?? '',
  };
}

const read = (credentials: AwsCredentialIdentity, Key: string) =>
  withPlugins(new S3Client({ region, credentials }), [env.organization.plugin()]).send(
    new GetObjectCommand({ Bucket: 'example-teams', Key }),
  );

describe('session tags', () => {
  it('requires sts:TagSession in the trust policy when a session passes tags', async () => {
    addRole(member, 'Developer', 'sts:AssumeRole');
    await open();
    expect(await refusal(open(team('orders')))).toMatchObject(denied);
    addRole(member, 'Developer', both);
    await open(team('orders'));
  });

  it('accepts session tags that the trust policy allows, and refuses others', async () => {
    addRole(member, 'Developer', both, {
      StringEquals: { 'aws:RequestTag/team': ['orders', 'shop'] },
      'ForAllValues:StringEquals': { 'aws:TagKeys': ['team'], 'sts:TransitiveTagKeys': ['team'] },
    });
    await open({ ...team('orders'), TransitiveTagKeys: ['team'] });
    expect(await refusal(open(team('other')))).toMatchObject(denied);
    const more = [...team('orders').Tags, { Key: 'stage', Value: 'test' }];
    expect(await refusal(open({ Tags: more }))).toMatchObject(denied);
  });

  it('prefers session tags to role tags in aws:PrincipalTag', async () => {
    addRole(member, 'Developer', both);
    const untagged = await open();
    const tagged = await open(team('orders'));
    await read(untagged, 'shop/plan');
    await read(tagged, 'orders/plan');
    expect(await refusal(read(untagged, 'orders/plan'))).toMatchObject(denied);
    expect(await refusal(read(tagged, 'shop/plan'))).toMatchObject(denied);
  });

  it("compares session tags with the caller's tags when the trust policy requires it", async () => {
    addRole(member, 'Developer', both, {
      StringEquals: { 'aws:RequestTag/team': '${aws:PrincipalTag/team}' },
    });
    await open(team('users'));
    expect(await refusal(open(team('orders')))).toMatchObject(denied);
  });

  it('refuses session tags with a repeated key, too many tags, or an unknown transitive key', async () => {
    addRole(member, 'Developer', both);
    const Tags = [
      { Key: 'team', Value: 'a' },
      { Key: 'Team', Value: 'b' },
    ];
    const many = Array.from({ length: 51 }, (_, index) => ({ Key: `k${index}`, Value: 'v' }));
    expect(await refusal(open({ Tags }))).toMatchObject(invalid);
    expect(await refusal(open({ Tags: many }))).toMatchObject(invalid);
    expect(await refusal(open({ TransitiveTagKeys: ['team'] }))).toMatchObject(invalid);
  });
});

describe('a tag of a chain of roles', () => {
  beforeEach(() => {
    addRole(member, 'Developer', both);
    addRole(log, 'Next', both, { StringEquals: { 'aws:PrincipalTag/team': 'orders' } });
  });

  it('keeps a transitive session tag in the next session, where it cannot be replaced', async () => {
    const first = await open({ ...team('orders'), TransitiveTagKeys: ['team'] });
    const second = await open({ RoleArn: next }, first);
    expect(await refusal(open({ RoleArn: next, ...team('shop') }, first))).toMatchObject(invalid);
    const session = env.organization.world.sessions.get(second.accessKeyId)?.caller.session;
    expect(session).toMatchObject({ tags: { team: 'orders' }, transitiveTagKeys: ['team'] });
  });

  it('ends a session tag with the session when it is not transitive', async () => {
    const first = await open(team('orders'));
    const second = await open({ RoleArn: next }, first);
    const session = env.organization.world.sessions.get(second.accessKeyId)?.caller.session;
    expect(session?.tags).toBeUndefined();
  });

  it('requires sts:TagSession of the next role when a session tag is transitive', async () => {
    addRole(log, 'Next', 'sts:AssumeRole');
    const first = await open({ ...team('orders'), TransitiveTagKeys: ['team'] });
    expect(await refusal(open({ RoleArn: next }, first))).toMatchObject(denied);
    await open({ RoleArn: next }, await open(team('orders')));
  });
});
