import { describe, expect, it } from '@jest/globals';
import { createRequestContext } from '../../../shared/iam/engine/request-context.ts';
import {
  type AccessRequest,
  absent,
  type OrganizationFacts,
  type RequestPrincipal,
  unknown,
} from '../../../shared/iam/request.ts';

const role: RequestPrincipal = { type: 'role', arn: 'arn:aws:iam::111122223333:role/teams/Reader' };
const user: RequestPrincipal = { type: 'user', arn: 'arn:aws:iam::111122223333:user/teams/ann' };
const root: RequestPrincipal = { type: 'root', accountId: '111122223333' };
const account: RequestPrincipal = { type: 'account', accountId: '111122223333' };
const service: RequestPrincipal = { type: 'service', service: 'config.amazonaws.com' };
const trail: RequestPrincipal = {
  type: 'service',
  service: 'cloudtrail.amazonaws.com',
  sourceAccount: '111122223333',
  sourceArn: 'arn:aws:cloudtrail:eu-central-1:111122223333:trail/main',
};
const anonymous: RequestPrincipal = { type: 'anonymous' };
const oidc: RequestPrincipal = { type: 'federated', provider: 'accounts.google.com' };
const saml: RequestPrincipal = {
  type: 'federated',
  provider: 'arn:aws:iam::111122223333:saml-provider/example',
};

const organization: OrganizationFacts = {
  organizationOf: (id) =>
    id === '111122223333' ? { id: 'o-exampleorgid', path: 'o-exampleorgid/r-ab12/' } : 'none',
};

/** The OU of no account is known. */
const unplaced: OrganizationFacts = { organizationOf: () => ({ id: 'o-exampleorgid' }) };

const request = (principal: RequestPrincipal, more: Partial<AccessRequest> = {}): AccessRequest => ({
  principal,
  action: 's3:GetObject',
  resource: 'arn:aws:s3:::example-logs/a',
  resourceAccount: '444455556666',
  ...more,
});

const get = (key: string, principal: RequestPrincipal, more: Partial<AccessRequest> = {}) =>
  createRequestContext(request(principal, more), organization).get(key.toLowerCase());

describe('createRequestContext', () => {
  it('knows the organization but not the OU path when the OU of the account is unknown', () => {
    const context = createRequestContext(request(role), unplaced);

    expect(context.get('aws:principalorgid')).toEqual(['o-exampleorgid']);
    expect(context.get('aws:principalorgpaths')).toBe('unknown');
  });

  it.each([
    ['aws:PrincipalArn', role, ['arn:aws:iam::111122223333:role/teams/Reader']],
    ['aws:PrincipalArn', root, ['arn:aws:iam::111122223333:root']],
    ['aws:PrincipalTag/team', role, 'unknown'],
    ['aws:PrincipalTag/team', { ...role, tags: { Team: 'orders' } }, ['orders']],
    ['aws:PrincipalTag/team', { ...user, tags: { stage: 'test' } }, 'absent'],
    ['aws:PrincipalArn', account, 'some'],
    ['aws:PrincipalArn', service, 'unknown'],
    ['aws:PrincipalArn', anonymous, 'absent'],
    ['aws:PrincipalAccount', user, ['111122223333']],
    ['aws:PrincipalAccount', anonymous, ['anonymous']],
    ['aws:PrincipalAccount', service, 'unknown'],
    ['aws:PrincipalOrgID', role, ['o-exampleorgid']],
    ['aws:PrincipalOrgPaths', role, ['o-exampleorgid/r-ab12/']],
    ['aws:PrincipalOrgID', service, 'absent'],
    ['aws:PrincipalOrgID', anonymous, 'absent'],
    ['aws:PrincipalType', role, ['AssumedRole']],
    ['aws:PrincipalType', user, ['User']],
    ['aws:PrincipalType', root, ['Account']],
    ['aws:PrincipalType', anonymous, ['Anonymous']],
    ['aws:PrincipalType', service, 'some'],
    ['aws:PrincipalIsAWSService', role, ['false']],
    ['aws:PrincipalIsAWSService', service, ['true']],
    ['aws:PrincipalIsAWSService', anonymous, 'absent'],
    ['aws:PrincipalServiceName', service, ['config.amazonaws.com']],
    ['aws:PrincipalServiceName', role, 'absent'],
    ['aws:PrincipalTag/team', role, 'unknown'],
    ['aws:PrincipalTag/team', root, 'absent'],
    ['aws:userid', root, ['111122223333']],
    ['aws:userid', anonymous, ['anonymous']],
    ['aws:userid', role, 'some'],
    ['aws:username', user, ['ann']],
    ['aws:username', role, 'absent'],
    ['aws:FederatedProvider', oidc, ['accounts.google.com']],
    ['aws:FederatedProvider', saml, 'absent'],
    ['aws:TokenIssueTime', role, 'some'],
    ['aws:TokenIssueTime', service, 'absent'],
    ['aws:MultiFactorAuthPresent', role, 'unknown'],
    ['aws:MultiFactorAuthPresent', saml, 'absent'],
    ['aws:SourceIdentity', role, 'unknown'],
    ['aws:SourceIdentity', user, 'absent'],
    ['aws:SourceIp', role, 'unknown'],
    ['aws:ResourceAccount', role, ['444455556666']],
    ['aws:ResourceOrgID', role, 'absent'],
    ['aws:ViaAWSService', role, ['false']],
    ['aws:CalledVia', role, 'absent'],
    ['aws:CurrentTime', role, 'some'],
    ['aws:RequestedRegion', role, 'some'],
    ['aws:SecureTransport', role, ['true']],
    ['aws:SourceArn', role, 'absent'],
    ['aws:SourceArn', service, 'unknown'],
    ['aws:SourceArn', trail, ['arn:aws:cloudtrail:eu-central-1:111122223333:trail/main']],
    ['aws:SourceAccount', trail, ['111122223333']],
    ['aws:SourceOrgID', trail, ['o-exampleorgid']],
    ['aws:SourceOrgID', role, 'absent'],
    ['example:anything', role, 'unknown'],
  ])('derives %s of %j as %j when nothing is given', (key, principal, expected) => {
    expect(get(key, principal)).toEqual(expected);
  });

  it('prefers a given value to a value that it could derive', () => {
    const context = { 'AWS:PrincipalOrgID': absent, 'aws:username': unknown, 'aws:SourceArn': ['a', 'b'] };
    expect(get('aws:PrincipalOrgID', role, { context })).toBe('absent');
    expect(get('aws:username', user, { context })).toBe('unknown');
    expect(get('aws:SourceArn', role, { context })).toEqual(['a', 'b']);
  });

  it('treats a condition key as absent when its list of values is empty', () => {
    expect(get('aws:SourceArn', service, { context: { 'aws:SourceArn': [] } })).toBe('absent');
  });

  it('derives the service that calls for the principal from the given chain of calls', () => {
    const context = { 'aws:CalledVia': ['cloudformation.amazonaws.com', 'dynamodb.amazonaws.com'] };
    expect(get('aws:ViaAWSService', role, { context })).toEqual(['true']);
    expect(get('aws:CalledViaFirst', role, { context })).toEqual(['cloudformation.amazonaws.com']);
    expect(get('aws:CalledViaLast', role, { context })).toEqual(['dynamodb.amazonaws.com']);
    expect(
      get('aws:ViaAWSService', role, { context: { 'kms:ViaService': 's3.eu-central-1.amazonaws.com' } }),
    ).toBe('some');
  });

  it.each([
    [{ region: 'eu-west-1' }, ['eu-west-1']],
    [{ resource: 'arn:aws:sqs:eu-central-1:444455556666:jobs' }, ['eu-central-1']],
    [{ action: 'iam:GetRole', resource: 'arn:aws:iam::444455556666:role/Reader' }, ['us-east-1']],
    [{ action: 'iam:GetRole', resource: 'arn:aws-cn:iam::444455556666:role/Reader' }, 'some'],
  ])('derives aws:RequestedRegion when the request is %j', (more, expected) => {
    expect(get('aws:RequestedRegion', role, more)).toEqual(expected);
  });

  it('derives aws:EpochTime when aws:CurrentTime is given', () => {
    const context = { 'aws:CurrentTime': '2026-03-02T00:00:00Z' };
    expect(get('aws:EpochTime', role, { context })).toEqual(['1772409600']);
    expect(get('aws:EpochTime', role, { context: { 'aws:CurrentTime': unknown } })).toBe('some');
  });

  it('derives no account of the resource when the action does not support the condition key', () => {
    expect(get('aws:ResourceAccount', role, { action: 'ec2:CreateVpcEndpoint' })).toBe('unknown');
  });
});
