import { describe, expect, it } from '@jest/globals';
import { getGrantKind, grantKinds } from '../../../shared/grants/kinds.ts';
import { fillPlaceholders } from '../../../shared/grants/member-roles/permission-fields.ts';
import { getMemberRole, listRoleNames } from '../../../shared/grants/member-roles/references.ts';
import { memberRoleSchema } from '../../../shared/grants/member-roles/schema.ts';
import { createTrustPolicy } from '../../../shared/grants/member-roles/trust-policy.ts';
import { central, context, members } from '../../fixtures/grants/grant-env.ts';
import { casesOf, entryOf } from '../../fixtures/grants/kind-cases.ts';
import { account } from '../../fixtures/member-account.ts';

const [member] = members;
const location = { accountId: member, dnsSuffix: 'amazonaws.com' };
const role = (more: object) => memberRoleSchema.parse({ name: 'team/Role', for: { all: true }, ...more });
const trust = (more: object, where = location) => createTrustPolicy(role(more), context, where).Statement;

describe('a reference to a member role', () => {
  it('finds a member role by its name, with or without its path', () => {
    expect(getMemberRole('app/Web', context)).toBe(getMemberRole('Web', context));
  });

  it('returns names with paths when an entry names member roles and other roles', () => {
    expect(
      listRoleNames({ memberRoles: ['Web', 'deploy/Deployer'], roles: ['ci/*', 'app/Web'] }, context),
    ).toEqual(['ci/*', 'app/Web', 'deploy/Deployer']);
  });

  it('returns no role names when a grant names none, so that it is for all principals of the account', () => {
    expect(listRoleNames({}, context)).toBeUndefined();
  });
});

describe('the trust policy of a member role', () => {
  it('requires MFA when people are trusted', () => {
    expect(trust({ kind: 'people', trusts: { account: 'security' } })).toEqual([
      {
        Effect: 'Allow',
        Principal: { AWS: `arn:aws:iam::${central}:root` },
        Action: 'sts:AssumeRole',
        Condition: {
          StringEquals: { 'aws:PrincipalOrgID': 'o-example1234' },
          Bool: { 'aws:MultiFactorAuthPresent': 'true' },
        },
      },
    ]);
  });

  it('requires the external id when people have one and no MFA', () => {
    expect(trust({ kind: 'people', trusts: { mfa: false, externalId: 'ab-1' } })[0]?.Condition).toEqual({
      StringEquals: { 'aws:PrincipalOrgID': 'o-example1234', 'sts:ExternalId': 'ab-1' },
    });
  });

  it('names the roles in a condition when a deployer trusts roles of a member account', () => {
    const trusts = { account: members[1], roles: ['ci/Pipeline', 'ci/Job*'] };
    expect(trust({ kind: 'deployer', trusts })).toMatchObject([
      {
        Principal: { AWS: `arn:aws:iam::${members[1]}:root` },
        Condition: {
          ArnLike: {
            'aws:PrincipalArn': [
              `arn:aws:iam::${members[1]}:role/ci/Pipeline`,
              `arn:aws:iam::${members[1]}:role/ci/Job*`,
            ],
          },
        },
      },
    ]);
  });

  it('names the roles in a condition when an application trusts roles of a member account', () => {
    const trusts = { account: members[1], roles: ['app/Orders'], externalId: 'ab-1' };
    expect(trust({ kind: 'application', trusts })).toEqual([
      {
        Effect: 'Allow',
        Principal: { AWS: `arn:aws:iam::${members[1]}:root` },
        Action: 'sts:AssumeRole',
        Condition: {
          StringEquals: { 'aws:PrincipalOrgID': 'o-example1234', 'sts:ExternalId': 'ab-1' },
          ArnLike: { 'aws:PrincipalArn': [`arn:aws:iam::${members[1]}:role/app/Orders`] },
        },
      },
    ]);
  });

  it.each([
    ['ec2', 'amazonaws.com', 'ec2.amazonaws.com'],
    ['ec2', 'amazonaws.com.cn', 'ec2.amazonaws.com.cn'],
    ['lambda', 'amazonaws.com.cn', 'lambda.amazonaws.com'],
    ['tasks.apprunner.amazonaws.com', 'amazonaws.com', 'tasks.apprunner.amazonaws.com'],
    ['ec2.amazonaws.com.cn', 'amazonaws.com.cn', 'ec2.amazonaws.com.cn'],
  ])('names the principal of %s when the suffix is %s: %s', (service, dnsSuffix, principal) => {
    expect(trust({ kind: 'application', trusts: { service } }, { ...location, dnsSuffix })).toEqual([
      { Effect: 'Allow', Principal: { Service: principal }, Action: ['sts:AssumeRole'] },
    ]);
  });

  it('limits a trusted service to the account when AWS documents that the service sends its account', () => {
    expect(trust({ kind: 'application', trusts: { service: 'ecs-tasks' } })[0]?.Condition).toEqual({
      StringEquals: { 'aws:SourceAccount': member },
    });
  });
});

describe('the member half of a grant', () => {
  const statementsOf = (kind: string, fields: object) =>
    getGrantKind(kind).listMemberStatements?.(entryOf(getGrantKind(kind), fields), context);
  const key = '1234abcd-12ab-34cd-56ef-1234567890ab';
  const keyArn = `arn:aws:kms:eu-west-1:${central}:key/${key}`;
  const decrypt = { Effect: 'Allow', Action: ['kms:Decrypt', 'kms:DescribeKey'] };

  it.each([
    [
      'assumes the central role',
      'role-trust-policy',
      { role: 'readers/Reader' },
      [
        {
          Effect: 'Allow',
          Action: 'sts:AssumeRole',
          Resource: [`arn:aws:iam::${central}:role/readers/Reader`],
        },
      ],
    ],
    [
      'pulls images of names and patterns',
      'ecr-repository-policy',
      { repositories: ['base/node', 'web/*'], preset: 'pull' },
      [
        {
          Effect: 'Allow',
          Action: ['ecr:BatchCheckLayerAvailability', 'ecr:BatchGetImage', 'ecr:GetDownloadUrlForLayer'],
          Resource: [
            `arn:aws:ecr:eu-west-1:${central}:repository/base/node`,
            `arn:aws:ecr:eu-west-1:${central}:repository/web/*`,
          ],
        },
        { Effect: 'Allow', Action: 'ecr:GetAuthorizationToken', Resource: '*' },
      ],
    ],
    [
      'reads secrets in each region',
      'secret-resource-policy',
      { secrets: ['web/db'], preset: 'read', regions: ['eu-west-1', 'us-east-1'] },
      [
        {
          Effect: 'Allow',
          Action: ['secretsmanager:DescribeSecret', 'secretsmanager:GetSecretValue'],
          Resource: [
            `arn:aws:secretsmanager:eu-west-1:${central}:secret:web/db-??????`,
            `arn:aws:secretsmanager:us-east-1:${central}:secret:web/db-??????`,
          ],
        },
      ],
    ],
    [
      'reads deployment revisions',
      's3-bucket-policy',
      { bucket: 'example-revisions', preset: 'revisions-read' },
      [
        { Effect: 'Allow', Action: 's3:ListBucket', Resource: 'arn:aws:s3:::example-revisions' },
        {
          Effect: 'Allow',
          Action: ['s3:GetObject', 's3:GetObjectVersion'],
          Resource: 'arn:aws:s3:::example-revisions/*',
        },
      ],
    ],
    ['decrypts', 'kms-key-policy', { key, preset: 'decrypt' }, [{ ...decrypt, Resource: keyArn }]],
    [
      'decrypts through Secrets Manager',
      'kms-key-policy',
      { key, preset: 'decrypt-secrets' },
      [
        {
          ...decrypt,
          Resource: keyArn,
          Condition: { StringEquals: { 'kms:ViaService': 'secretsmanager.eu-west-1.amazonaws.com' } },
        },
      ],
    ],
    ['has nothing when a service acts', 'kms-key-policy', { key, preset: 'config-encrypt' }, []],
    ['has nothing when a service writes', 's3-bucket-policy', { bucket: 'logs', preset: 'config-write' }, []],
  ])('returns the member half of a grant that %s', (_, kind, fields, expected) => {
    expect(statementsOf(kind, fields)).toEqual(expected);
  });

  it.each(
    grantKinds.flatMap((kind) =>
      Object.entries(casesOf(kind).presets)
        .filter(([, fields]) => 'memberRoles' in fields)
        .map(([preset, fields]) => [kind.name, preset, fields] as const),
    ),
  )('renders the member half of %s when the preset is "%s"', (kind, _, fields) => {
    expect(statementsOf(kind, fields)).not.toEqual([]);
  });
});

describe('an access of a member role', () => {
  it('lists one access for each role path when an entry names several roles', () => {
    const kind = getGrantKind('secret-resource-policy');
    const entry = entryOf(kind, { secrets: ['db'], preset: 'read', memberRoles: ['Web', 'Deployer'] });
    const ref = { kind: kind.name, accountId: central, region: 'eu-west-1', id: 'db' };
    const accesses = kind.listAccesses(entry, account(member), ref, context);

    expect(accesses.map(({ who, member }) => [who, member?.role])).toEqual([
      [`Role app/Web of account ${member} (${member})`, 'app/Web'],
      [`Role deploy/Deployer of account ${member} (${member})`, 'deploy/Deployer'],
    ]);
  });

  it('names the role with the path that the account trusts when a grant names it without a path', () => {
    const kind = getGrantKind('assume-role-permission');
    const entry = entryOf(kind, { roles: ['Deployer'], memberRole: 'deploy/Deployer' });
    const ref = { kind: kind.name, accountId: central, region: 'us-east-1', id: 'role/Deployer' };
    const [access] = kind.listAccesses(entry, account(member), ref, context);

    expect(access?.request.principal).toEqual({
      type: 'role',
      arn: `arn:aws:iam::${central}:role/ci/Deployer`,
    });
  });

  it('assumes the role with the external id when the member role requires one', () => {
    const kind = getGrantKind('assume-role-permission');
    const entry = entryOf(kind, { groups: ['Readers'], memberRole: 'Audited' });
    const ref = { kind: kind.name, accountId: central, region: 'us-east-1', id: 'group/Readers' };
    const [access] = kind.listAccesses(entry, account(member), ref, context);

    expect(access?.what).toBe(`assume people/Audited in account ${member} (${member})`);
    expect(access?.member).toEqual({ role: 'people/Audited', part: 'is-assumed' });
    expect(JSON.stringify(access?.request)).toContain('"sts:ExternalId":"ab-1"');
  });
});

describe('fields of a member role', () => {
  it('refuses an instance profile when a service other than EC2 assumes the role', () => {
    const withProfile = (service: string) =>
      memberRoleSchema.safeParse({
        kind: 'application',
        name: 'Web',
        for: { all: true },
        trusts: { service },
        instanceProfile: 'Web',
      });
    expect(withProfile('ec2').success).toBe(true);
    expect(withProfile('lambda').error?.issues).toMatchObject([
      { path: ['instanceProfile'], message: 'must be absent: only EC2 uses an instance profile' },
    ]);
  });

  it.each([
    ['nothing', {}, ['service']],
    [
      'a service and an account',
      { service: 'ec2', account: members[1], roles: ['app/A'] },
      ['account', 'roles'],
    ],
    ['an account without roles', { account: members[1] }, ['roles']],
    ['roles without an account', { roles: ['app/A'] }, ['service']],
    ['an account id of eleven digits', { account: '12345678901', roles: ['app/A'] }, ['account']],
  ])('refuses the trust of an application when it names %s', (_, trusts, fields) => {
    const parsed = memberRoleSchema.safeParse({ kind: 'application', name: 'A', for: { all: true }, trusts });
    expect(parsed.error?.issues.map(({ path }) => path)).toEqual(fields.map((field) => ['trusts', field]));
  });

  it('replaces placeholders and leaves policy variables of AWS unchanged', () => {
    const values = { accountId: member, partition: 'aws-cn', organizationId: 'o-1' };
    expect(
      fillPlaceholders({ Resource: ['arn:{partition}:s3:::b/{accountId}/${aws:userid}'] }, values),
    ).toEqual({ Resource: [`arn:aws-cn:s3:::b/${member}/\${aws:userid}`] });
  });
});
