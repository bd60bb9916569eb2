import { beforeAll, describe, expect, test } from '@jest/globals';
import { planHubRules } from '../../shared/cloudformation/hub-rules.ts';
import { parseConfiguration } from '../../shared/configuration/load.ts';
import { type Deployment, deployment, resourcesOf } from '../fixtures/deployment/deployment.ts';
import { sourceOf } from '../fixtures/source/imports.ts';

const least = 'tests/deployment/least.yml';
const everyRule = 'tests/deployment/every-rule.yml';

const rulesOf = (deployed: Deployment) => resourcesOf(deployed, 'AWS::Events::Rule').map(([id]) => id);

describe('a hub without patterns and secrets', () => {
  let deployed: Deployment;
  beforeAll(async () => {
    deployed = await deployment(least);
  }, 60_000);

  test('creates no rule on resource calls, on secrets and on the timer when nothing needs them', () => {
    expect(rulesOf(deployed).sort()).toEqual([
      'AccountCallRule',
      'AccountEventRule',
      'FailedExecutionRule',
      'SweepRule',
    ]);
  });

  test('creates no role for a rule that does not exist', () => {
    const roles = resourcesOf(deployed, 'AWS::IAM::Role').map(([id]) => id);
    expect(roles).toContain('StartOnboardingRole');
    expect(roles).not.toContain('StartDeploymentExecutionRole');
    expect(JSON.stringify(deployed.resources.StartOnboardingRole)).not.toContain('resource-calls');
  });

  test('refers to no rule that is not created', () => {
    const template = JSON.stringify(deployed.resources);
    for (const rule of ['ResourceCallRule', 'SecretLabelRule', 'UnfinishedDeploymentsRule'])
      expect(template).not.toContain(rule);
  });
});

describe('a hub with patterns and secrets', () => {
  test('creates every rule when the configuration has patterns and secrets', async () => {
    const inFile = [...sourceOf('infrastructure/rules.yml').matchAll(/^ {2}(\w+Rule):$/gm)].map(
      ([, id]) => id,
    );
    expect(rulesOf(await deployment(everyRule)).sort()).toEqual(inFile.sort());
  }, 60_000);

  test('matches only the API calls that the pattern kinds need', async () => {
    const { resources } = await deployment(everyRule);
    const { EventPattern } = resources.ResourceCallRule?.Properties ?? {};
    expect(EventPattern).toMatchObject({ source: ['aws.ecr', 'aws.kms'] });
    expect(JSON.stringify(EventPattern)).toContain('CreateRepository');
    expect(JSON.stringify(EventPattern)).not.toContain('CreateTags');
  }, 60_000);
});

test('keeps the timer, and no rule on secrets, when applications have no secret', () => {
  const application =
    'applications: [{ name: shop, account: shared, environments: [{ name: production }], profiles: [{ name: flags }] }]\n';
  const { unneeded } = planHubRules(parseConfiguration(`${sourceOf(least)}\n${application}`, 'the test'));
  expect(unneeded).toContain('SecretLabelRule');
  expect(unneeded).not.toContain('UnfinishedDeploymentsRule');
});
