import { beforeAll, expect, test } from '@jest/globals';
import { createTableDefinition, timeToLive } from '../../shared/store/dynamodb/table.ts';
import { type Deployment, deployment, resourcesOf } from '../fixtures/deployment/deployment.ts';

let deployed: Deployment;
beforeAll(async () => {
  deployed = await deployment();
}, 60_000);

test('deploys the table that the store expects', () => {
  expect(deployed.resources.Table?.Properties).toMatchObject({
    ...createTableDefinition('account-onboarding-example'),
    TimeToLiveSpecification: timeToLive,
  });
});

test('deploys one table, which can be restored and outlives the stack', () => {
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
