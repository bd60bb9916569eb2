import { describe, expect, it } from '@jest/globals';
import { findAccountIds } from '../../shared/iam/accounts.ts';
import type { Statement } from '../../shared/iam/document.ts';

const named = (rest: Partial<Statement>) => [
  ...findAccountIds({ Effect: 'Allow', Action: 's3:GetObject', ...rest }),
];

describe('accountIdsIn', () => {
  it('finds account ids in principals, resources and conditions', () => {
    const ids = named({
      Principal: { AWS: ['111122223333', 'arn:aws:iam::444455556666:root'] },
      Resource: 'arn:aws:s3:::logs/AWSLogs/777788889999/*',
      Condition: { StringEquals: { 'aws:SourceAccount': ['123456789012', 210987654321] } },
    });
    expect(ids).toEqual(['111122223333', '444455556666', '777788889999', '123456789012', '210987654321']);
  });

  it('finds account ids in negated elements', () => {
    expect(named({ NotPrincipal: { AWS: '111122223333' }, NotResource: ['444455556666'] })).toHaveLength(2);
  });

  it('counts an account id once when it appears twice', () => {
    const Principal = { AWS: ['111122223333', 'arn:aws:iam::111122223333:root'] };
    expect(named({ Principal })).toEqual(['111122223333']);
  });

  it('does not read an account id from a part of a name or of a key id', () => {
    const Resource = [
      'arn:aws:s3:::logs-111122223333/AWSLogs/*',
      'arn:aws:kms:eu-west-1:444455556666:key/1234abcd-12ab-34cd-56ef-123456789012',
    ];
    expect(named({ Resource })).toEqual(['444455556666']);
  });

  it('does not read account ids from longer numbers and words', () => {
    expect(
      named({ Principal: '*', Resource: ['x/1111222233334', 'x/abc111122223333', 'x/11112222333'] }),
    ).toEqual([]);
  });
});
