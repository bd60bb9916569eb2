import { readFileSync } from 'node:fs';
import { beforeAll, expect, test } from '@jest/globals';
import { parse } from 'yaml';
import { createTableDefinition, timeToLive } from '../../shared/store/dynamodb/table.ts';
import { type Deployment, deployment, resourcesOf, root } from '../fixtures/deployment/deployment.ts';

let deployed: Deployment;
beforeAll(async () => {
  deployed = await deployment();
}, 60_000);

test('deploys the table keys that the store expects', () => {
  expect(deployed.resources.Table?.Properties).toMatchObject({
    ...createTableDefinition('account-onboarding-example'),
    TimeToLiveSpecification: timeToLive,
  });
});

test('deploys one table with point-in-time recovery that is retained when the stack is deleted', () => {
  expect(resourcesOf(deployed, 'AWS::DynamoDB::Table')).toHaveLength(1);
  expect(deployed.resources.Table).toMatchObject({
    DeletionPolicy: 'Retain',
    UpdateReplacePolicy: 'Retain',
    Properties: {
      PointInTimeRecoverySpecification: { PointInTimeRecoveryEnabled: true },
      SSESpecification: { SSEEnabled: true },
      DeletionProtectionEnabled: true,
    },
  });
});

test("adopts an existing table with the properties of the hub's table", () => {
  const text = readFileSync(`${root}templates/adopt-table.yml`, 'utf8').replaceAll('INSTALLATION', 'example');
  const { Parameters, Resources } = parse(text);
  expect(Resources).toEqual({ Table: deployed.resources.Table });
  // The update by which the hub is deployed gives no parameters.
  expect(Parameters).toBeUndefined();
});
