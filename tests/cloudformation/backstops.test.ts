import { expect, test } from '@jest/globals';
import { renderSpokeTemplate } from '../../shared/cloudformation/template.ts';
import { parseConfiguration } from '../../shared/configuration/load.ts';
import { authorize } from '../../shared/iam/authorize.ts';
import type { PolicyDocument } from '../../shared/iam/document.ts';
import { absent, type ContextValues } from '../../shared/iam/request.ts';
import { log, management, shared, smallText } from '../fixtures/small-configuration.ts';
import { spokeRoleOf } from '../fixtures/spoke-stack.ts';

const targets = [
  {
    account: 'shared',
    secret: 'app/database',
    environments: ['def1234'],
    application: 'abc1234',
    profile: 'jkl1234',
  },
];

const configuration = parseConfiguration(
  `${smallText()}secretDeployment: ${JSON.stringify({ targets })}\n`,
  'the test',
);

/** A team has given the role everything. */
const everything: PolicyDocument = {
  Version: '2012-10-17',
  Statement: [{ Effect: 'Allow', Action: '*', Resource: '*' }],
};

interface Attempt {
  readonly accountId: string;
  readonly action: string;
  readonly resource: string;
  readonly context: ContextValues;
  /** Beside the policies of the template. */
  readonly more?: PolicyDocument;
}

function decide({ accountId, action, resource, context, more }: Attempt): string {
  const hub = { accountId: management, region: 'us-east-1' };
  const { template } = renderSpokeTemplate({ configuration, accountId, hub });
  const { arn, permissions } = spokeRoleOf(template, { accountId, region: 'eu-west-1' });
  const documents = more === undefined ? [permissions] : [permissions, more];
  const { outcome } = authorize({
    request: {
      principal: { type: 'role', arn, session: 'run' },
      action,
      resource,
      resourceAccount: resource.split(':')[4] ?? '',
      region: resource.split(':')[3] ?? '',
      context,
    },
    policies: [
      ...documents.map((document) => ({
        kind: 'identity' as const,
        name: 'an identity-based policy',
        document,
      })),
      { kind: 'key', name: 'the key policy', document: accountRoot(resource.split(':')[4] ?? '') },
    ],
  });
  return outcome;
}

const accountRoot = (accountId: string): PolicyDocument => ({
  Version: '2012-10-17',
  Statement: [{ Effect: 'Allow', Principal: { AWS: [accountId, shared] }, Action: 'kms:*', Resource: '*' }],
});

const secretPolicy = (BlockPublicPolicy: ContextValues[string], more?: PolicyDocument) =>
  decide({
    accountId: shared,
    action: 'secretsmanager:PutResourcePolicy',
    resource: `arn:aws:secretsmanager:eu-west-1:${shared}:secret:deploy/token-AbC123`,
    context: { 'secretsmanager:BlockPublicPolicy': BlockPublicPolicy },
    ...(more === undefined ? {} : { more }),
  });

test("allows a secret's policy only when the request blocks public policies", () => {
  expect(secretPolicy('true')).toBe('allowed');
  expect(secretPolicy('false', everything)).toBe('denied');
  expect(secretPolicy(absent, everything)).toBe('denied');
});

const keyPolicy = (bypass: string, more?: PolicyDocument) =>
  decide({
    accountId: log,
    action: 'kms:PutKeyPolicy',
    resource: `arn:aws:kms:eu-west-1:${log}:key/1234abcd-12ab-34cd-56ef-1234567890ab`,
    context: { 'kms:BypassPolicyLockoutSafetyCheck': bypass },
    ...(more === undefined ? {} : { more }),
  });

test('denies a key policy when the request bypasses the lockout safety check', () => {
  expect(keyPolicy('false')).toBe('allowed');
  expect(keyPolicy('true', everything)).toBe('denied');
});

const dataKey = (accountId: string, region: string) =>
  decide({
    accountId: shared,
    action: 'kms:GenerateDataKey',
    resource: `arn:aws:kms:${region}:${accountId}:key/1234abcd-12ab-34cd-56ef-1234567890ab`,
    context: {
      'kms:EncryptionContext:aws:appconfig:deployment:arn': `arn:aws:appconfig:eu-west-1:${shared}:application/abc1234/environment/def1234/deployment/1`,
    },
  });

test('allows data keys only of central accounts and the regions of deployed secrets', () => {
  expect(dataKey(shared, 'eu-west-1')).toBe('allowed');
  expect(dataKey(log, 'eu-west-1')).toBe('allowed');
  expect(dataKey(shared, 'us-west-2')).toBe('denied');
  expect(dataKey('999999999999', 'eu-west-1')).toBe('denied');
});
