import { readFileSync } from 'node:fs';
import { expect, test } from '@jest/globals';
import { parse } from 'yaml';
import { deploymentActions } from '../../shared/cloudformation/deployment-actions.ts';
import { root } from '../fixtures/deployment/deployment.ts';

interface Endpoint {
  readonly Type: string;
  readonly Condition?: string;
  readonly Properties: {
    readonly PolicyDocument: {
      readonly Statement: readonly {
        readonly Action: readonly string[];
        readonly Condition: { readonly StringEquals: Readonly<Record<string, unknown>> };
      }[];
    };
  };
}

const text = readFileSync(`${root}templates/appconfig-endpoints.yml`, 'utf8');
const { Resources } = parse(text, { logLevel: 'error' }) as {
  readonly Resources: Readonly<Record<string, Endpoint>>;
};
const endpoints = Object.entries(Resources).filter(([, { Type }]) => Type === 'AWS::EC2::VPCEndpoint');

test('each endpoint lets the organization only', () => {
  expect(endpoints).toHaveLength(2);
  for (const [, { Properties }] of endpoints)
    for (const { Condition } of Properties.PolicyDocument.Statement)
      expect(Condition.StringEquals).toHaveProperty('aws:PrincipalOrgID');
});

test('what deploys may do what the code calls, and readers what readers need', () => {
  const actionsOf = (name: string) =>
    Resources[name]?.Properties.PolicyDocument.Statement.flatMap(({ Action }) => Action);
  const own = deploymentActions.filter((action) => action.startsWith('appconfig:'));
  expect(actionsOf('AppConfigEndpoint')?.toSorted()).toEqual(own.toSorted());
  expect(actionsOf('AppConfigDataEndpoint')).toEqual([
    'appconfig:StartConfigurationSession',
    'appconfig:GetLatestConfiguration',
  ]);
});
