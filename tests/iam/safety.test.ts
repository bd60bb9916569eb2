import { describe, expect, it } from '@jest/globals';
import type { Statement } from '../../shared/iam/document.ts';
import { findExposures } from '../../shared/iam/safety.ts';
import { casesOf } from '../fixtures/iam/cases.ts';

interface Cases {
  readonly allowed: { readonly accountIds: readonly string[]; readonly organizationId: string };
  readonly cases: readonly {
    readonly name: string;
    readonly statements: readonly Statement[];
    /** Part of each reason that is expected, in order. */
    readonly why: readonly string[];
  }[];
}

const { allowed, cases } = casesOf<Cases>('safety');
const accountIds = new Set(allowed.accountIds);

describe('exposures', () => {
  it.each(cases)('finds the expected exposure in the case "$name"', ({ statements, why }) => {
    const exposures = findExposures(statements, { ...allowed, accountIds });
    expect(exposures.map((exposure) => exposure.why)).toEqual(
      why.map((text) => expect.stringContaining(text)),
    );
  });

  it('names the statement that exposes a resource to others', () => {
    const open: Statement = { Sid: 'Open', Effect: 'Allow', Principal: '*', Action: 's3:*' };
    expect(findExposures([open], { ...allowed, accountIds }).map(({ sid }) => sid)).toEqual(['Open']);
  });

  it('finds an exposure when a condition compares the organization with an empty id', () => {
    const Condition = { StringEquals: { 'aws:PrincipalOrgID': '' } };
    const open: Statement = { Effect: 'Allow', Principal: '*', Action: 's3:*', Condition };
    expect(findExposures([open], { accountIds, organizationId: '' })).toHaveLength(1);
  });
});
