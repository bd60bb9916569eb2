import { expect, it } from '@jest/globals';
import { listControlPolicyTargets } from '../../shared/iam/control-policies.ts';
import type { AccessRequest, RequestPrincipal } from '../../shared/iam/request.ts';

const member = '555566667777';
const central = '444444444444';
const managementAccount = '111111111111';

const account: RequestPrincipal = { type: 'account', accountId: member };
const scp = { kind: 'scp', accountId: member };
const rcp = { kind: 'rcp', accountId: central };

const secret = `arn:aws:secretsmanager:eu-west-1:${central}:secret:token`;
const image = `arn:aws:ec2:eu-west-1:${central}:image/ami-1`;
const request = (principal: RequestPrincipal, action: string, resource: string): AccessRequest => ({
  principal,
  action,
  resource,
});

const cases: readonly [string, AccessRequest, readonly object[]][] = [
  ['an account asks', request(account, 'secretsmanager:GetSecretValue', secret), [scp, rcp]],
  [
    'a service asks',
    request(
      { type: 'service', service: 'cloudtrail.amazonaws.com' },
      'secretsmanager:GetSecretValue',
      secret,
    ),
    [rcp],
  ],
  [
    'the owner is named beside the ARN',
    { ...request(account, 's3:GetObject', 'arn:aws:s3:::logs/a'), resourceAccount: central },
    [scp, rcp],
  ],
  [
    'a service-linked role asks',
    request(
      { type: 'role', arn: `arn:aws:iam::${member}:role/aws-service-role/a/b` },
      'secretsmanager:GetSecretValue',
      secret,
    ),
    [],
  ],
  [
    'the management account asks',
    request({ type: 'account', accountId: managementAccount }, 'secretsmanager:GetSecretValue', secret),
    [rcp],
  ],
  ['RCPs do not support the service', request(account, 'ec2:RunInstances', image), [scp]],
];

it.each(cases)('lists the accounts whose policies bind the request when %s', (_, asked, expected) => {
  expect(listControlPolicyTargets(asked, { managementAccount })).toEqual(expected);
});
