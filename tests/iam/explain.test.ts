import { describe, expect, it } from '@jest/globals';
import type { AppliedPolicy, PolicyKind } from '../../shared/iam/applied-policy.ts';
import type { Statement } from '../../shared/iam/document.ts';
import { type ExplanationInput, explain } from '../../shared/iam/explain.ts';
import type { AccessRequest } from '../../shared/iam/request.ts';

const keyArn = 'arn:aws:kms:eu-west-1:444455556666:key/1234abcd-12ab-34cd-56ef-1234567890ab';
const role = { type: 'role', arn: 'arn:aws:iam::111122223333:role/app/Web' } as const;
const request: AccessRequest = { principal: role, action: 'kms:Decrypt', resource: keyArn };

const policy = (kind: PolicyKind, statement: Partial<Statement>, name: string = kind): AppliedPolicy => ({
  kind,
  name,
  document: {
    Version: '2012-10-17',
    Statement: [{ Effect: 'Allow', Action: 'kms:Decrypt', Resource: '*', ...statement }],
  },
});
const identity = policy('identity', { Sid: 'Decrypt' });
const key = policy('key', { Principal: { AWS: '111122223333' } });

const explainWith = (more: Partial<ExplanationInput>) =>
  explain({ request, policies: [identity, key], ...more });

describe('each policy', () => {
  it('names the statement that allows when both sides allow', () => {
    const { outcome, policies } = explainWith({});
    expect(outcome).toBe('allowed');
    expect(policies).toEqual([
      { kind: 'identity', name: 'identity', says: 'allows', statement: 'statement Decrypt' },
      { kind: 'key', name: 'key', says: 'allows', statement: 'statement 1' },
    ]);
  });

  it('names the statement that denies when a control policy denies', () => {
    const scp = policy('scp', { Sid: 'NoKeys', Effect: 'Deny' });
    const { outcome, explicit, policies } = explainWith({ policies: [identity, key, scp] });
    expect({ outcome, explicit }).toEqual({ outcome: 'denied', explicit: true });
    expect(policies).toContainEqual({
      kind: 'scp',
      name: 'scp',
      says: 'denies',
      statement: 'statement NoKeys',
    });
  });

  it('ignores control policies when the caller is in the management account', () => {
    const scp = policy('scp', { Effect: 'Deny' });
    const organization = { managementAccount: '111122223333', organizationOf: () => 'unknown' as const };
    const { outcome, policies } = explainWith({ policies: [identity, key, scp], organization });
    expect(outcome).toBe('allowed');
    expect(policies).toContainEqual({ kind: 'scp', name: 'scp', says: 'does-not-bind' });
  });

  it('names the condition keys when a statement cannot be judged', () => {
    const narrowed = policy('key', {
      Principal: { AWS: '111122223333' },
      Condition: { StringEquals: { 'kms:ViaService': 's3.eu-west-1.amazonaws.com' } },
    });
    const { outcome, policies } = explainWith({ policies: [identity, narrowed] });
    expect(outcome).toBe('unknown');
    expect(policies).toContainEqual({
      kind: 'key',
      name: 'key',
      says: 'unknown',
      unknowns: ['kms:ViaService'],
    });
  });

  it('names no statement when none concerns the request', () => {
    const { outcome, policies } = explainWith({
      policies: [identity, policy('key', { Principal: { AWS: '777777777777' } })],
    });
    expect(outcome).toBe('denied');
    expect(policies).toContainEqual({ kind: 'key', name: 'key', says: 'nothing' });
  });
});

describe('grants of a key', () => {
  const grant = { name: 'volume', granteePrincipal: role.arn, operations: ['Decrypt'] };

  it('names the KMS grant that allows when no policy allows', () => {
    const others = {
      name: 'other',
      granteePrincipal: 'arn:aws:iam::777777777777:root',
      operations: ['Decrypt'],
    };
    const { outcome, policies } = explainWith({ policies: [], keyGrants: [others, grant] });
    expect(outcome).toBe('allowed');
    expect(policies).toEqual([{ kind: 'key-grant', name: 'grant volume', says: 'allows' }]);
  });

  it('returns unknown when nothing allows the request and the KMS grants were not read', () => {
    const { outcome, reasons } = explainWith({ policies: [], unreadKeyGrants: 'AccessDenied' });
    expect(outcome).toBe('unknown');
    expect(reasons[0]).toBe('the grants of the key were not read: AccessDenied');
  });

  it('returns denied when no KMS grant could allow the request, even if the grants were not read', () => {
    const scp = policy('scp', { Action: 's3:*' });
    expect(explainWith({ policies: [scp], unreadKeyGrants: 'AccessDenied' }).outcome).toBe('denied');
  });

  it('returns allowed when a policy allows the request, even if the KMS grants were not read', () => {
    expect(explainWith({ unreadKeyGrants: 'AccessDenied' }).outcome).toBe('allowed');
  });
});
