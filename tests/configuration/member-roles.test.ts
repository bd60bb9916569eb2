import { readFileSync } from 'node:fs';
import { describe, expect, it } from '@jest/globals';
import { ConfigurationError } from '../../shared/configuration/errors.ts';
import { parseConfiguration } from '../../shared/configuration/load.ts';
import { createMemberRolePolicies } from '../../shared/configuration/member-role-policies.ts';
import { findConfigurationWarnings } from '../../shared/configuration/warnings.ts';
import { trustedServiceNames } from '../../shared/grants/member-roles/trusted-services.ts';
import type { Finding } from '../../shared/platform/errors.ts';
import { configurationWith, readSecret } from '../fixtures/plan-fixture.ts';

const location = { accountId: '555566667777', dnsSuffix: 'amazonaws.com' };
const exampleText = readFileSync('tests/fixtures/configurations/member-roles.yml', 'utf8');

const application = (more: object = {}): object => ({
  name: 'app/Web',
  kind: 'application',
  trusts: { service: 'ec2' },
  for: { ous: ['Workloads'] },
  ...more,
});
const people = (more: object = {}): object => ({
  name: 'people/ReadOnly',
  kind: 'people',
  for: { ous: ['Workloads'] },
  ...more,
});
const reads = (more: object = {}): object =>
  readSecret({ memberRoles: ['Web'], for: { ous: ['Workloads'] }, ...more });
const assumes = (more: object = {}): object => ({
  name: 'people',
  kind: 'assume-role-permission',
  account: 'security',
  groups: ['Admins'],
  memberRole: 'ReadOnly',
  for: { ous: ['Workloads'] },
  ...more,
});

/** What is wrong with it; nothing where it is valid. */
function findingsOf(grants: readonly object[], memberRoles: readonly object[], more: object = {}) {
  try {
    configurationWith(grants, { memberRoles, ...more });
    return [];
  } catch (error) {
    if (error instanceof ConfigurationError) return error.findings.map(({ path }: Finding) => path);
    throw error;
  }
}

const warningsOf = (grants: readonly object[], memberRoles: readonly object[]) =>
  findConfigurationWarnings(configurationWith(grants, { memberRoles })).map(({ path, message }) => [
    path.join('.'),
    message,
  ]);

describe('a grant that names a member role', () => {
  it.each([
    ['the same OU', ['Workloads'], { ous: ['Workloads'] }],
    ['an OU below', ['Workloads'], { ous: ['Workloads/Production'] }],
    ['OUs below by a pattern', ['Workloads'], { ous: ['Workloads/*'] }],
    ['tags within the OU', ['Workloads'], { ous: ['Workloads'], tags: { team: 'web' } }],
    ['an OU by its id, which the path may mean', ['Workloads'], { ous: ['ou-ab12-cd34ef56'] }],
    ['accounts, whose OUs are not known offline', ['Workloads'], { accounts: ['555566667777'] }],
  ])('accepts a grant that names a member role when the role is in %s', (_, ous, selector) => {
    expect(findingsOf([reads({ for: selector })], [application({ for: { ous } })])).toEqual([]);
  });

  it.each([
    ['another OU', { ous: ['Workloads', 'Sandbox'] }],
    ['the OU above', { ous: ['Workloads', 'Work'] }],
    ['all accounts', { all: true }],
  ])('refuses a grant that names a member role when it selects %s', (_, selector) => {
    expect(findingsOf([reads({ for: selector })], [application()])).toEqual(['grants[0].memberRoles[0]']);
  });

  it('refuses a member role when it is in an OU that the grant does not select', () => {
    const role = application({ for: { ous: ['Workloads', 'Suspended'] } });
    expect(findingsOf([reads()], [role])).toEqual(['memberRoles[0].for.ous[1]']);
    const excepting = reads({ for: { all: true, except: [{ ous: ['Suspended'] }] } });
    expect(findingsOf([excepting], [role])).toEqual(['memberRoles[0].for.ous[1]']);
  });

  it("reports only the mistake of the grant when the grant's central account is missing", () => {
    const grants = [
      { ...reads(), account: 'configuration' },
      { ...assumes(), account: 'configuration' },
    ];
    expect(findingsOf(grants, [application(), people()])).toEqual(['grants[0].account', 'grants[1].account']);
  });

  it('refuses a member role when a central account has a project role of that name', () => {
    const centralAccounts = {
      log: { id: '222233334444', region: 'eu-west-1' },
      security: { id: '333344445555', region: 'us-east-1' },
      shared: { id: '444455556666', region: 'eu-west-1', role: 'tools/web' },
    };
    expect(findingsOf([reads()], [application()], { centralAccounts })).toEqual(['memberRoles[0].name']);
  });

  it('accepts a member role when two grants together cover its OUs', () => {
    const role = application({ for: { ous: ['Workloads', 'Sandbox'] } });
    const grants = [reads(), reads({ name: 'other', secrets: ['other'], for: { ous: ['Sandbox'] } })];
    expect(findingsOf(grants, [role])).toEqual([]);
  });
});

describe('the policies of a member role', () => {
  const configuration = parseConfiguration(exampleText, 'tests/fixtures/configurations/member-roles.yml');
  const policiesOf = (name: string) => {
    const role = configuration.memberRoles?.find((each) => each.name === name);
    if (role === undefined) throw new Error(`There is no ${name}`);
    return createMemberRolePolicies(role, configuration, location);
  };

  it('allows an application exactly the actions of its grants', () => {
    const { inline, managedPolicies, permissionsBoundary } = policiesOf('app/Web');
    const key = (id: string) =>
      `arn:aws:kms:eu-west-1:444444444444:key/${id}abcd-12ab-34cd-56ef-1234567890ab`;

    expect(inline['granted-access']?.Statement.map(({ Action, Resource }) => [Action, Resource])).toEqual([
      ['sts:AssumeRole', ['arn:aws:iam::123456789012:role/readers/WebConfigurationReader']],
      [
        ['ecr:BatchCheckLayerAvailability', 'ecr:BatchGetImage', 'ecr:GetDownloadUrlForLayer'],
        ['arn:aws:ecr:eu-west-1:444444444444:repository/web/*'],
      ],
      ['ecr:GetAuthorizationToken', ['*']],
      ['s3:ListBucket', ['arn:aws:s3:::example-org-revisions']],
      [['s3:GetObject', 's3:GetObjectVersion'], ['arn:aws:s3:::example-org-revisions/*']],
      [['kms:Decrypt', 'kms:DescribeKey'], [key('1234')]],
      [
        ['secretsmanager:DescribeSecret', 'secretsmanager:GetSecretValue'],
        ['arn:aws:secretsmanager:eu-west-1:444444444444:secret:web/database-??????'],
      ],
      [['kms:Decrypt', 'kms:DescribeKey'], [key('2345')]],
    ]);
    expect(inline.statements?.Statement).toEqual([
      {
        Effect: 'Allow',
        Action: ['dynamodb:GetItem', 'dynamodb:Query'],
        Resource: 'arn:aws:dynamodb:*:555566667777:table/web-*',
      },
    ]);
    expect(managedPolicies).toEqual(['arn:aws:iam::aws:policy/AmazonSSMManagedInstanceCore']);
    expect(permissionsBoundary).toBe('arn:aws:iam::555566667777:policy/Boundary');
  });

  it('writes no inline policy when a member role has no grants and no statements', () => {
    expect(policiesOf('people/ReadOnly').inline).toEqual({});
  });

  it('refuses a member role when its inline policies are too long', () => {
    const names = Array.from({ length: 200 }, (_, index) => `a/very/long/name/of/a/secret/${index}`);
    expect(findingsOf([reads({ secrets: names })], [application()])).toEqual(['memberRoles[0].name']);
  });

  it('refuses a member role when its trust policy is too long', () => {
    const roles = Array.from({ length: 40 }, (_, index) => `a/path/of/pipelines/Pipeline${index}`);
    const deployer = {
      name: 'Deployer',
      kind: 'deployer',
      for: { all: true },
      trusts: { account: 'shared', roles },
    };
    expect(findingsOf([readSecret()], [deployer])).toEqual(['memberRoles[0].trusts']);
    expect(findingsOf([readSecret()], [deployer], { limits: { roleTrustPolicyCharacters: 8_192 } })).toEqual(
      [],
    );
  });
});

describe('docs/member-roles.md', () => {
  it('names in docs/member-roles.md each service that may assume a member role', () => {
    const page = readFileSync('docs/member-roles.md', 'utf8');
    expect(trustedServiceNames.filter((service) => !page.includes(`\`${service}\``))).toEqual([]);
  });
});

describe('warnings of member roles', () => {
  it('returns no warning for the example of member roles', () => {
    expect(findConfigurationWarnings(parseConfiguration(exampleText, 'the example'))).toEqual([]);
  });

  it('warns of the management account when a grant selects it, because no StackSet reaches it', () => {
    const all = { for: { all: true } };
    expect(warningsOf([assumes(all)], [people(all)])).toEqual([
      ['grants.0.memberRole', expect.stringContaining('is not in the management account 111122223333')],
    ]);
    const except = { all: true, except: [{ accounts: ['111122223333'] }] };
    expect(warningsOf([assumes({ for: except })], [people(all)])).toEqual([]);
  });

  it.each([
    ['the role itself', { roles: ['app/Website'] }, 'which memberRoles describes'],
    ['another path', { roles: ['Website'] }, 'memberRoles has app/Website'],
    ['a typing error', { roles: ['app/Wesbite'] }, 'memberRoles has app/Website'],
  ])('warns when a grant lists a role that memberRoles describes: %s', (_, roles, says) => {
    const grant = readSecret({ ...roles, for: { ous: ['Workloads'] } });
    expect(warningsOf([grant], [application({ name: 'app/Website' })])).toEqual([
      ['grants.0', expect.stringContaining(says)],
    ]);
  });

  it.each([[['app/Worker']], [['app/*']], [['deploy/Runner', 'Web']]])(
    'returns no warning when a grant names roles that memberRoles does not describe: %j',
    (roles) => {
      const grant = readSecret({ roles, for: { ous: ['Workloads'] } });
      expect(warningsOf([grant], [application({ name: 'app/Website' })])).toEqual([]);
    },
  );

  it('warns when a grant lists the role to assume instead of its member role', () => {
    const grant = assumes({ name: 'free', memberRole: undefined, role: 'people/ReadOnyl' });
    expect(warningsOf([assumes(), grant], [people()])).toEqual([
      [
        'grants.1',
        expect.stringContaining('names the role people/ReadOnyl, and memberRoles has people/ReadOnly'),
      ],
    ]);
  });

  it('warns of a member role that no grant lets anyone assume', () => {
    expect(warningsOf([readSecret()], [people()])).toEqual([
      ['memberRoles.0.name', expect.stringContaining('is the memberRole of no grant')],
    ]);
  });

  it('warns of a member role for people when it requires no MFA and no external id', () => {
    expect(warningsOf([assumes()], [people({ trusts: { mfa: false } })])).toEqual([
      ['memberRoles.0.trusts', expect.stringContaining('without MFA and without an external id')],
    ]);
  });

  it("warns of an OU when a central account refuses the application's actions there", () => {
    const role = application({ for: { ous: ['Workloads', 'Sandbox'] } });
    const other = reads({ name: 'other', secrets: ['other'], for: { ous: ['Sandbox'] } });
    expect(warningsOf([reads(), other], [role])).toEqual([
      ['memberRoles.0.for.ous.0', expect.stringContaining('other (Sandbox)')],
      ['memberRoles.0.for.ous.1', expect.stringContaining('token (Workloads)')],
    ]);
  });

  it('warns when a member role is in all accounts and its grants select only some OUs', () => {
    expect(warningsOf([assumes()], [people({ for: { all: true } })])).toEqual([
      ['memberRoles.0.for', expect.stringContaining('select only Workloads')],
    ]);
  });
});
