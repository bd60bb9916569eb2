import { describe, expect, test } from '@jest/globals';
import { getForwarderRoleName } from '../../shared/cloudformation/names.ts';
import { renderSpokeTemplate, type Template } from '../../shared/cloudformation/template.ts';
import type { Configuration } from '../../shared/configuration/schema.ts';
import type { Discovery, GrantKind, ResourcePattern } from '../../shared/grants/contract.ts';
import { getGrantKind } from '../../shared/grants/kinds.ts';
import { evaluatePolicy } from '../../shared/iam/evaluate.ts';
import { measurePolicy } from '../../shared/iam/size.ts';
import { PolicyTooLargeError } from '../../shared/platform/aws/errors.ts';
import { matchesPattern } from '../../simulator/event-pattern.ts';
import { loadCentralAccounts } from '../fixtures/central-accounts.ts';
import { example, log, management, shared, small } from '../fixtures/small-configuration.ts';
import { spokeRoleOf, stackOf } from '../fixtures/spoke-stack.ts';

const hub = { accountId: management, region: 'us-east-1' };

const searching = (patterns: readonly ResourcePattern[], regions: readonly string[]): Discovery<never> => ({
  listSearches: () =>
    regions.flatMap((region) =>
      patterns.map((pattern) => ({ kind: 'ecr-repository-policy', accountId: shared, region, pattern })),
    ),
  actions: ['ecr:DescribeRepositories'],
  events: [{ source: 'aws.ecr', names: ['CreateRepository', 'TagResource'] }],
  find: async () => [],
});

/** The kind of repositories, which finds them by these patterns whatever its entries say, and names none. */
const withPatterns =
  (patterns: readonly ResourcePattern[], regions: readonly string[]) =>
  (name: string): GrantKind => {
    const kind = getGrantKind(name);
    if (name !== 'ecr-repository-policy') return kind;
    return { ...kind, listResources: () => [], discovery: searching(patterns, regions) };
  };

describe('a central account without patterns', () => {
  test('creates the role in the home region only when the account has no patterns', async () => {
    const { template, regions } = renderSpokeTemplate({
      configuration: await example(),
      accountId: log,
      hub,
    });

    expect(regions).toEqual(['eu-west-1']);
    expect(Object.keys(stackOf(template, { accountId: log, region: 'eu-west-1' }))).toEqual([
      'SpokeRole',
      'SpokePolicy1',
    ]);
    expect(stackOf(template, { accountId: log, region: 'us-east-1' })).toEqual({});
  });

  test('renders the same template for any order of grants', async () => {
    const configuration = await example();
    const reversed: Configuration = { ...configuration, grants: configuration.grants.toReversed() };

    expect(renderSpokeTemplate({ configuration: reversed, accountId: shared, hub })).toEqual(
      renderSpokeTemplate({ configuration, accountId: shared, hub }),
    );
  });

  test('renders one role when an account has several names', async () => {
    const configuration = await example();
    const { centralAccounts } = configuration;
    const both: Configuration = {
      ...configuration,
      centralAccounts: { ...centralAccounts, shared: { id: log, region: 'eu-central-1' } },
    };
    const { template } = renderSpokeTemplate({ configuration: both, accountId: log, hub });
    const { trust, permissions } = spokeRoleOf(template, { accountId: log, region: 'eu-west-1' });

    expect(JSON.stringify(trust)).toMatch(/update-log-account.*update-shared-account/);
    expect(JSON.stringify(permissions)).toMatch(/example-org-cloudtrail/);
    expect(JSON.stringify(permissions)).toMatch(/eu-central-1:222222222222:repository\/base\/node/);
  });

  test("names the spoke role as the account configures it, and trusts the account's function", async () => {
    const configuration = await loadCentralAccounts('nine');
    const { template } = renderSpokeTemplate({ configuration, accountId: '333344445555', hub });
    const { arn, trust } = spokeRoleOf(template, { accountId: '333344445555', region: 'eu-west-1' });

    expect(arn).toBe('arn:aws:iam::333344445555:role/crypto/onboarding');
    expect(JSON.stringify(trust).match(/update-[\w-]+/g)).toEqual(['update-crypto-account']);
  });
});

describe('a central account with patterns', () => {
  const configuration = small(['repository']);
  const template = (
    regions: readonly string[],
    request: { readonly accountId?: string } = {},
    patterns: readonly ResourcePattern[] = [{ name: 'base/*' }],
  ) =>
    renderSpokeTemplate({
      configuration,
      accountId: shared,
      hub: { ...hub, ...request },
      kindOf: withPatterns(patterns, regions),
    });
  const resources = (regions: readonly string[], region: string) =>
    stackOf(template(regions).template, { accountId: shared, region });

  test('deploys the home region first, then the regions of the patterns', () => {
    expect(template(['us-east-1', 'eu-central-1']).regions).toEqual([
      'eu-west-1',
      'eu-central-1',
      'us-east-1',
    ]);
  });

  test('renders roles in the home region only, and rules and queues in the pattern regions only', () => {
    const rule = ['ResourceEventRule', 'DeadLetters', 'DeadLettersPolicy', 'DeadLettersAlarm'];
    const roles = ['SpokeRole', 'SpokePolicy1', 'ForwarderRole'];
    const regions = ['eu-central-1', 'us-east-1'];

    expect(Object.keys(resources(regions, 'eu-west-1'))).toEqual(roles);
    expect(Object.keys(resources(regions, 'eu-central-1'))).toEqual(rule);
    expect(Object.keys(resources(['eu-west-1'], 'eu-west-1'))).toEqual([...roles, ...rule]);
    expect(resources(regions, 'ap-south-1')).toEqual({});
  });

  test('splits a condition when it lists more regions than CloudFormation accepts', () => {
    const regions = Array.from({ length: 25 }, (_, at) => `xx-north-${at}`);
    const { Conditions } = template(regions).template as { Conditions: { Forwards: object } };

    for (const region of regions) expect(resources(regions, region)).toHaveProperty('ResourceEventRule');
    expect(resources(regions, 'eu-west-1')).not.toHaveProperty('ResourceEventRule');
    expect(Math.max(...orLengths(Conditions.Forwards))).toBeLessThanOrEqual(10);
  });

  test("forwards the API calls of the grant kinds to the hub's bus, by a role with no other permission", () => {
    const { ResourceEventRule, ForwarderRole } = resources(['eu-west-1'], 'eu-west-1');
    const { EventPattern, Targets } = ResourceEventRule?.Properties ?? {};
    const call = (eventName: string, more: object = {}) => ({
      source: 'aws.ecr',
      'detail-type': 'AWS API Call via CloudTrail',
      detail: { eventName, ...more },
    });

    expect(matchesPattern(EventPattern, call('CreateRepository'))).toBe(true);
    expect(matchesPattern(EventPattern, call('PutImage'))).toBe(false);
    expect(matchesPattern(EventPattern, call('TagResource', { errorCode: 'AccessDenied' }))).toBe(false);
    expect(Targets).toEqual([
      expect.objectContaining({
        Arn: 'arn:aws:events:us-east-1:111111111111:event-bus/default',
        RoleArn: '<ForwarderRole.Arn>',
        DeadLetterConfig: { Arn: '<DeadLetters.Arn>' },
      }),
    ]);
    expect(ForwarderRole?.Properties).toMatchObject({
      RoleName: getForwarderRoleName(configuration),
      Path: '/account-onboarding/',
      Policies: [
        {
          PolicyDocument: {
            Statement: [
              {
                Effect: 'Allow',
                Action: 'events:PutEvents',
                Resource: 'arn:aws:events:us-east-1:111111111111:event-bus/default',
              },
            ],
          },
        },
      ],
    });
  });

  test("uses the home region's role from other regions", () => {
    const { ResourceEventRule } = resources(['us-east-1'], 'us-east-1');

    expect(ResourceEventRule?.Properties.Targets).toMatchObject([
      { RoleArn: `arn:aws:iam::${shared}:role/account-onboarding/account-onboarding-flows-forward-events` },
    ]);
  });

  test('accepts dead letters only from its own rule', () => {
    const { DeadLettersPolicy, ResourceEventRule } = resources(['us-east-1'], 'us-east-1');
    const name = String(ResourceEventRule?.Properties.Name);

    expect(JSON.stringify(DeadLettersPolicy?.Properties.PolicyDocument)).toContain(
      `{"aws:SourceArn":["arn:aws:events:us-east-1:${shared}:rule/${name}"]}`,
    );
  });

  test('forwards nothing to itself when the account is the hub', () => {
    expect(template(['us-east-1', 'eu-west-1'], { accountId: shared }).regions).toEqual(['eu-west-1']);
    expect(template(['us-east-1'], { accountId: shared }).template.Resources).not.toHaveProperty(
      'ForwarderRole',
    );
  });

  const set = 'ecr:SetRepositoryPolicy';
  const named = template(['us-east-1']).template;
  /** @param repository `<region>/<name>` */
  const decision = (template: Template, action: string, repository: string, context = {}) => {
    const { permissions } = spokeRoleOf(template, { accountId: shared, region: 'eu-west-1' });
    const [, region, name] = /^([^/]+)\/(.*)$/.exec(repository) ?? [];
    return evaluatePolicy(
      permissions,
      {
        principal: { type: 'role', arn: `arn:aws:iam::${shared}:role/spoke`, session: 'run' },
        action,
        resource: `arn:aws:ecr:${region}:${shared}:repository/${name}`,
        context,
      },
      'identity',
    ).decision;
  };

  test('allows work on matched resources and searches in their regions only', () => {
    const decide = (region: string) =>
      decision(named, 'ecr:DescribeRepositories', 'us-east-1/any', { 'aws:RequestedRegion': region });

    expect(decision(named, set, 'us-east-1/base/ruby')).toBe('allow');
    expect(decision(named, set, 'us-east-1/team/ruby')).toBe('none');
    expect([decide('us-east-1'), decide('eu-west-1')]).toEqual(['allow', 'none']);
  });

  test('allows work on all resources of a kind in a region when tags select them', () => {
    const tagged = template(['us-east-1'], {}, [{ tags: { Use: ['base', 'test'] } }]).template;

    expect(decision(tagged, set, 'us-east-1/team/ruby')).toBe('allow');
    expect(decision(tagged, set, 'eu-west-1/team/ruby')).toBe('none');
    expect(decision(tagged, 'ecr:DeleteRepository', 'us-east-1/team/ruby')).toBe('none');
  });
});

const orLengths = (condition: object): readonly number[] =>
  'Fn::Or' in condition
    ? [(condition['Fn::Or'] as object[]).length, ...(condition['Fn::Or'] as object[]).flatMap(orLengths)]
    : [0];

describe('many resources', () => {
  const configuration = small(['repository']);

  const naming = (count: number) => {
    const [grant] = configuration.grants;
    const repositories = Array.from({ length: count }, (_, at) => `team-with-a-long-name/image-${at}`);
    const grants = [Object.assign({}, grant, { repositories })];
    return renderSpokeTemplate({ configuration: { ...configuration, grants }, accountId: shared, hub });
  };

  test("spreads many resources over managed policies within IAM's limit", () => {
    const { documents, permissions } = spokeRoleOf(naming(300).template, {
      accountId: shared,
      region: 'eu-west-1',
    });
    const resources = permissions.Statement.flatMap(({ Resource = [] }) => [Resource].flat()).filter((arn) =>
      arn.includes(':ecr:'),
    );

    expect(documents.length).toBeGreaterThan(3);
    expect(new Set(resources).size).toBe(300);
    expect(resources).toHaveLength(300);
    for (const document of documents)
      expect(measurePolicy(document, 'characters')).toBeLessThanOrEqual(6_144);
  });

  test('refuses a template with more managed policies than a role can have', () => {
    expect(() => naming(800)).toThrow(PolicyTooLargeError);
    expect(() => naming(800)).toThrow(
      /would need 1\d managed policies, and limits\.managedPoliciesPerRole is 10/,
    );
  });
});

describe('the digest of a template', () => {
  const render = (grants: Parameters<typeof small>[0], operators: readonly string[] = []) =>
    renderSpokeTemplate({ configuration: small(grants), accountId: shared, hub, operators });

  test('changes when the rights of the role change', () => {
    expect(render(['repository']).digest).not.toBe(render(['repository', 'secret']).digest);
  });

  test('stays when only grants of other accounts or operators change', () => {
    const { digest } = render(['repository']);

    expect(render(['repository', 'bucket']).digest).toBe(digest);
    expect(render(['repository'], ['arn:aws:iam::111111111111:role/Operator']).digest).toBe(digest);
  });

  test('is a tag of the role, which may read itself and no other role', () => {
    const { template, digest } = render(['repository']);
    const { arn, permissions } = spokeRoleOf(template, { accountId: shared, region: 'eu-west-1' });

    expect(JSON.stringify(template)).toContain(`{"Key":"account-onboarding:template","Value":"${digest}"}`);
    expect(permissions.Statement.filter(({ Action }) => [Action].flat().includes('iam:GetRole'))).toEqual([
      { Effect: 'Allow', Action: ['iam:GetRole'], Resource: [arn] },
    ]);
  });
});
