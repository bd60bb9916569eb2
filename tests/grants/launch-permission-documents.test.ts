import { describe, expect, it } from '@jest/globals';
import { amiLaunchPermission } from '../../shared/grants/ami-launch-permission.ts';

const organization = 'arn:aws:organizations::111122223333:organization/o-exampleorg1';
const ou = 'arn:aws:organizations::111122223333:ou/o-exampleorg1/ou-abcd-11111111';
const launch = { Effect: 'Allow', Action: 'ec2:RunInstances', Resource: '*' };

const statements = (sharedWith: readonly string[], remembered: readonly string[] = []) =>
  amiLaunchPermission.toDocuments({ sharedWith }, remembered)['launch-permissions']?.Statement;

describe('the documents of an image', () => {
  it('returns one statement for all unmanaged accounts of an image', () => {
    expect(statements(['111122223333', '222233334444'])).toEqual([
      { ...launch, Principal: { AWS: ['111122223333', '222233334444'] } },
    ]);
  });

  it('returns a statement with a condition when an image is shared with an organization or an OU', () => {
    expect(statements([organization, ou])).toEqual([
      { ...launch, Principal: '*', Condition: { StringEquals: { 'aws:PrincipalOrgID': 'o-exampleorg1' } } },
      {
        ...launch,
        Principal: '*',
        Condition: {
          StringEquals: { 'aws:PrincipalOrgID': 'o-exampleorg1' },
          'ForAnyValue:StringLike': { 'aws:PrincipalOrgPaths': ['o-exampleorg1/*/ou-abcd-11111111/*'] },
        },
      },
    ]);
  });

  it('names the grant in the statement for the accounts and OUs with which it shares the image', () => {
    const sid = 'AccountOnboardingtestImagesLaunch';
    const documents = statements(
      ['111122223333', '222233334444', ou],
      [`${sid}/111122223333`, `${sid}/${ou}`, `${sid}/${organization}`],
    );
    expect(documents?.map(({ Sid, Principal }) => [Sid, Principal])).toEqual([
      [sid, { AWS: ['111122223333'] }],
      [sid, { AWS: '*' }],
      [undefined, { AWS: ['222233334444'] }],
    ]);
  });

  it('returns a statement without a condition when the image is public', () => {
    expect(statements(['all'])).toEqual([{ ...launch, Principal: '*' }]);
  });

  it.each(['1111222233334', '11112222333', 'x111122223333'])('reads no account id from %s', (id) => {
    expect(statements([id])).toEqual([{ ...launch, Principal: '*' }]);
  });

  it('returns no statement when the image is shared with nobody', () => {
    expect(statements([])).toBeUndefined();
    expect(statements([], ['AccountOnboardingtestImages 111122223333'])).toBeUndefined();
  });
});
