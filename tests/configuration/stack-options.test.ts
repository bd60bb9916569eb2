import { describe, expect, test } from '@jest/globals';
import { renderSpokeTemplate } from '../../shared/cloudformation/template.ts';
import { ConfigurationError } from '../../shared/configuration/errors.ts';
import { findDeployOptionMistake } from '../../shared/configuration/hub-options.ts';
import { parseConfiguration } from '../../shared/configuration/load.ts';
import { createMemberRolePolicies } from '../../shared/configuration/member-role-policies.ts';
import type { Configuration } from '../../shared/configuration/schema.ts';

const base = `
version: 1
installation: example
organization: { id: o-exampleorg1, managementAccount: "111111111111" }
centralAccounts:
  log: { id: "222222222222", region: eu-west-1 }
grants:
  - { name: logs, kind: s3-bucket-policy, account: log, bucket: logs, preset: cloudtrail-write, for: { all: true } }
`;

const parse = (more: string) => parseConfiguration(`${base}${more}\n`, 'onboarding.yml');

function mistakeOf(more: string): string {
  try {
    parse(more);
  } catch (error) {
    if (error instanceof ConfigurationError) return error.message;
    throw error;
  }
  return '';
}

const tags = (count: number, name: string) =>
  JSON.stringify(Object.fromEntries(Array.from({ length: count }, (_, index) => [`${name}${index}`, 'x'])));

const keyOf = (id: string) => `arn:aws:kms:us-east-1:111111111111:key/${id}`;

const grantWithPattern = `
  - { name: images, kind: ecr-repository-policy, account: log, repositories: ["base/*"], preset: pull, for: { all: true } }
`;

const hub = { accountId: '111111111111', region: 'us-east-1' };

describe('the key of stacks', () => {
  const single = `${grantWithPattern}stacks: { key: "${keyOf('1234abcd-12ab-34cd-56ef-1234567890ab')}" }`;
  const replicated = `${grantWithPattern}stacks: { key: "${keyOf('mrk-1234abcd12ab34cd56ef1234567890ab')}" }`;

  test('refuses a hub in another region when the key is not a multi-Region key', () => {
    const region = 'eu-west-1';

    expect(findDeployOptionMistake(parse(single), { region })).toBe(
      'stacks.key: must be a multi-Region key with a replica in eu-west-1, since a stack there needs it. This key is in us-east-1 only',
    );
    expect(findDeployOptionMistake(parse(single), {})).toBeUndefined();
    expect(findDeployOptionMistake(parse(replicated), { region })).toBeUndefined();
  });

  test('refuses to write a template when its queues are in another region than the key', () => {
    const render = (configuration: Configuration) =>
      renderSpokeTemplate({ configuration, accountId: '222222222222', hub });

    expect(() => render(parse(single))).toThrow(
      /stacks\.key: must be a multi-Region key with a replica in eu-west-1/,
    );
    expect(render(parse(replicated)).regions).toEqual(['eu-west-1']);
  });

  test('writes the template of another region when it has no queue', () => {
    const configuration = parse(single.replace(grantWithPattern, '\n'));

    expect(renderSpokeTemplate({ configuration, accountId: '222222222222', hub }).regions).toEqual([
      'eu-west-1',
    ]);
  });
});

describe('stacks', () => {
  test.each([
    ['{ logRetentionDays: 366 }', /stacks\.logRetentionDays.*365, 400/s],
    [
      '{ permissionsBoundary: "arn:aws:iam::111111111111:policy/Boundary" }',
      /stacks\.permissionsBoundary.*the name of a managed policy that each account has/s,
    ],
    ['{ tags: { "aws:owner": x } }', /stacks\.tags.*do not begin with aws:/s],
    ['{ tags: { Owner: x, owner: y } }', /stacks\.tags.*IAM ignores case/s],
    [`{ tags: ${tags(49, 'Key')} }`, /stacks\.tags.*at most 48/s],
  ])('refuses %s', (stacks, message) => {
    expect(mistakeOf(`stacks: ${stacks}`)).toMatch(message);
  });

  test('refuses tags when a member role would have more than IAM takes', () => {
    const role = `{ name: app/Web, kind: application, trusts: { service: ec2 }, tags: ${tags(40, 'Own')}, for: { all: true } }`;

    expect(mistakeOf(`stacks: { tags: ${tags(9, 'Key')} }\nmemberRoles: [${role}]`)).toMatch(
      /memberRoles\[0\]\.tags.*at most 48 tags together with `stacks\.tags`\. They are 49/s,
    );
    expect(mistakeOf(`stacks: { tags: ${tags(8, 'Key')} }\nmemberRoles: [${role}]`)).toBe('');
  });

  test('expects the boundary of all stacks on a member role when the role names none', () => {
    const roles = ['', 'permissionsBoundary: "arn:aws:iam::{accountId}:policy/Own", '].map(
      (own, index) =>
        `{ name: app/R${index}, kind: application, trusts: { service: ec2 }, ${own}for: { all: true } }`,
    );
    const configuration = parse(
      `stacks: { permissionsBoundary: security/Boundary }\nmemberRoles: [${roles.join(', ')}]`,
    );
    const boundaries = configuration.memberRoles?.map(
      (role) =>
        createMemberRolePolicies(role, configuration, {
          accountId: '555566667777',
          dnsSuffix: 'amazonaws.com',
        }).permissionsBoundary,
    );

    expect(boundaries).toEqual([
      'arn:aws:iam::555566667777:policy/security/Boundary',
      'arn:aws:iam::555566667777:policy/Own',
    ]);
  });
});
