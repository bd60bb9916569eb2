import { describe, expect, it } from '@jest/globals';
import { restrictToOrganization } from '../../shared/grants/principals.ts';
import { context } from '../fixtures/grants/grant-env.ts';

const membersOf = (match: 'organization' | 'ou', selector: object) => ({
  entry: { name: 'images', kind: 'ecr-repository-policy', account: 'shared', for: selector } as never,
  match,
  accounts: [],
  context,
});

const organization = { StringEquals: { 'aws:PrincipalOrgID': context.organizationId } };

describe('heldBy', () => {
  it('limits a statement to the organization when the match is organization', () => {
    expect(
      restrictToOrganization('Principal', membersOf('organization', { ous: ['ou-abcd-11111111'] })),
    ).toEqual(organization);
  });

  it('limits a statement to the OUs when the match is ou', () => {
    expect(
      restrictToOrganization('Principal', membersOf('ou', { ous: ['ou-abcd-11111111', 'ou-abcd-22222222'] })),
    ).toEqual({
      ...organization,
      'ForAnyValue:StringLike': {
        'aws:PrincipalOrgPaths': [
          `${context.organizationId}/*/ou-abcd-11111111/*`,
          `${context.organizationId}/*/ou-abcd-22222222/*`,
        ],
      },
    });
  });

  it('admits no account when the match is ou and the grant names no OU', () => {
    expect(restrictToOrganization('Principal', membersOf('ou', { all: true }))).toEqual({
      ...organization,
      'ForAnyValue:StringLike': { 'aws:PrincipalOrgPaths': [] },
    });
  });
});
