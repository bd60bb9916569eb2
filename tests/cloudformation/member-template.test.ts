import { readFileSync } from 'node:fs';
import { describe, expect, it } from '@jest/globals';
import { renderMemberTemplate } from '../../shared/cloudformation/member-template.ts';
import { parseConfiguration } from '../../shared/configuration/load.ts';
import { getMemberReaderRole, listMemberStackSets } from '../../shared/configuration/member-stack-sets.ts';
import type { Configuration } from '../../shared/configuration/schema.ts';
import { createResolver, parseTemplate } from '../../simulator/cloudformation/template.ts';
import { configurationWith, readSecret } from '../fixtures/plan-fixture.ts';

const hubAccountId = '111111111111';
const example = parseConfiguration(
  readFileSync('tests/fixtures/configurations/member-roles.yml', 'utf8'),
  'the example',
);

interface Properties {
  readonly [name: string]: unknown;
  readonly Policies?: readonly { readonly PolicyName: string; readonly PolicyDocument: object }[];
}

/** The properties of a template's resources as an account gets them. */
function resourcesIn(template: object, accountId = '555566667777', partition = 'aws') {
  const parsed = parseTemplate(JSON.stringify(template));
  const resolve = createResolver(parsed, {
    accountId,
    partition,
    region: 'us-east-1',
    ref: (id) => id,
    attribute: (id) => id,
  });
  const resolved = Object.entries(parsed.Resources).map(([id, { Properties }]) => [id, resolve(Properties)]);
  return Object.fromEntries(resolved) as Readonly<Record<string, Properties>>;
}

function render(
  configuration: Configuration,
  roleName: string,
  more: { operators?: readonly string[] } = {},
) {
  const stackSet = listMemberStackSets(configuration).find(({ roles }) =>
    roles.some(({ name }) => name === roleName),
  );
  if (stackSet === undefined) throw new Error(`There is no ${roleName}`);
  return renderMemberTemplate({ configuration, stackSet, hubAccountId, ...more });
}

const role = (name: string, more: object = {}): object => ({
  name,
  kind: 'people',
  for: { all: true },
  ...more,
});
const withRoles = (memberRoles: readonly object[]) => configurationWith([readSecret()], { memberRoles });

describe('stack sets of member roles', () => {
  it('renders one StackSet for each distinct set of OUs', () => {
    const configuration = withRoles([
      role('A', { for: { ous: ['Workloads', 'Sandbox'] } }),
      role('B'),
      role('C', { for: { ous: ['Sandbox', 'Workloads'] } }),
      role('D', { for: { ous: ['Sandbox'] } }),
    ]);
    const sets = listMemberStackSets(configuration);

    expect(sets.map(({ ous, roles }) => [ous, roles.map(({ name }) => name)])).toEqual([
      [
        ['Sandbox', 'Workloads'],
        ['A', 'C'],
      ],
      [undefined, ['B']],
      [['Sandbox'], ['D']],
    ]);
    expect(sets[1]?.name).toBe('account-onboarding-test-members-all');
    expect(new Set(sets.map(({ name }) => name)).size).toBe(3);
  });

  it("names StackSets within IAM's limit when the installation id is long", () => {
    const { memberRoles } = withRoles([role('A', { for: { ous: ['Workloads'] } })]);
    const [set] = listMemberStackSets({ installation: 'a'.repeat(16), memberRoles });
    expect(set?.name.length).toBeLessThanOrEqual(64);
  });
});

describe('the template of member roles', () => {
  const web = resourcesIn(render(example, 'app/Web'));

  it('renders a member role with its path, policies, boundary, session duration and tags', () => {
    expect(web.AppWebRole).toMatchObject({
      RoleName: 'Web',
      Path: '/app/',
      ManagedPolicyArns: ['arn:aws:iam::aws:policy/AmazonSSMManagedInstanceCore'],
      PermissionsBoundary: 'arn:aws:iam::555566667777:policy/Boundary',
      MaxSessionDuration: 3_600,
      Tags: [
        { Key: 'team', Value: 'web' },
        { Key: 'managed-by', Value: 'account-onboarding' },
        { Key: 'account-onboarding:installation', Value: 'example' },
      ],
    });
    expect(web.AppWebRole?.Policies?.map(({ PolicyName }) => PolicyName)).toEqual([
      'granted-access',
      'statements',
    ]);
  });

  it('renders an instance profile when EC2 assumes the role, and none for people', () => {
    expect(web.AppWebInstanceProfile).toEqual({
      InstanceProfileName: 'Web',
      Path: '/app/',
      Roles: ['AppWebRole'],
    });
    expect(Object.keys(resourcesIn(render(example, 'people/ReadOnly')))).toEqual([
      'PeopleReadOnlyRole',
      'MemberRoleReader',
    ]);
  });

  it('renders one template for all accounts, with pseudo parameters for what differs', () => {
    const text = JSON.stringify(render(example, 'app/Web'));
    expect(text).not.toMatch(/arn:aws:/);
    const inChina = resourcesIn(render(example, 'app/Web'), '666677778888', 'aws-cn');
    expect(inChina.AppWebRole).toMatchObject({
      PermissionsBoundary: 'arn:aws-cn:iam::666677778888:policy/Boundary',
      AssumeRolePolicyDocument: { Statement: [{ Principal: { Service: 'ec2.amazonaws.com.cn' } }] },
    });
  });

  it('keeps IAM policy variables next to pseudo parameters', () => {
    const statements = [
      { Action: 's3:GetObject', Resource: 'arn:aws:s3:::example/{accountId}/${aws:PrincipalTag/team}/*' },
      {
        Action: 's3:GetObject',
        Resource: '*',
        Condition: { StringEquals: { 'aws:userid': '${aws:userid}' } },
      },
    ];
    const { ARole } = resourcesIn(render(withRoles([role('A', { statements })]), 'A'));
    expect(ARole?.Policies?.[0]?.PolicyDocument).toMatchObject({
      Statement: [
        { Resource: 'arn:aws:s3:::example/555566667777/${aws:PrincipalTag/team}/*' },
        { Condition: { StringEquals: { 'aws:userid': '${aws:userid}' } } },
      ],
    });
  });

  it('gives each role a different logical id when role names are similar', () => {
    const template = render(withRoles([role('a-b'), role('A.B'), role('x/AB')]), 'a-b');
    expect(Object.keys(resourcesIn(template))).toEqual(['ABRole', 'AB2Role', 'XABRole', 'MemberRoleReader']);
  });
});

describe('the role that reads member roles', () => {
  const reader = (name: string, more = {}) => resourcesIn(render(example, name, more)).MemberRoleReader;

  it('lets the reader role read exactly the roles, policies and instance profiles of its template', () => {
    const own = (arn: string) => `arn:aws:iam::555566667777:${arn}`;
    expect(reader('app/Web')?.Policies?.[0]?.PolicyDocument).toMatchObject({
      Statement: [
        {
          Action: [
            'iam:GetRole',
            'iam:ListRolePolicies',
            'iam:GetRolePolicy',
            'iam:ListAttachedRolePolicies',
          ],
          Resource: [own('role/Web'), own('role/app/Web')],
        },
        {
          Action: ['iam:GetPolicy', 'iam:GetPolicyVersion'],
          Resource: [own('policy/Boundary'), 'arn:aws:iam::aws:policy/AmazonSSMManagedInstanceCore'],
        },
        {
          Action: ['iam:GetInstanceProfile'],
          Resource: [own('instance-profile/Web'), own('instance-profile/app/Web')],
        },
      ],
    });
  });

  it('trusts only the functions that read member roles and the named operators in the reader role', () => {
    const operator = 'arn:aws:iam::444444444444:role/operators/Auditor';
    expect(reader('app/Web', { operators: [operator] })?.AssumeRolePolicyDocument).toMatchObject({
      Statement: [
        {
          Principal: { AWS: ['arn:aws:iam::111111111111:root', 'arn:aws:iam::444444444444:root'] },
          Condition: {
            StringEquals: { 'aws:PrincipalOrgID': 'o-exampleorg1' },
            ArnEquals: {
              'aws:PrincipalArn': [
                'arn:aws:iam::111111111111:role/account-onboarding/account-onboarding-example-verify-access',
                'arn:aws:iam::111111111111:role/account-onboarding/account-onboarding-example-check-member-roles',
                operator,
              ],
            },
          },
        },
      ],
    });
  });

  it('names the reader role as the configuration says, with one name for each StackSet of an account', () => {
    const names = (example.memberRoles ?? []).map((each) => getMemberReaderRole(each, example));
    const made = (example.memberRoles ?? []).map(({ name }) => {
      const { Path, RoleName } = reader(name) ?? {};
      return `${Path}${RoleName}`.slice(1);
    });
    expect(made).toEqual(names);
    expect(new Set(names).size).toBe(3);
  });
});
