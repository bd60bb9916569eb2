import { expect, it } from '@jest/globals';
import fc from 'fast-check';
import type { Conditions, Statement } from '../../shared/iam/document.ts';
import type { Account } from '../../shared/platform/account.ts';
import { adopt, organizationId, ou } from '../fixtures/adoption-env.ts';
import { type DrawnResource, drawnResources, listCases, owner } from '../fixtures/adoption-requests.ts';
import { account } from '../fixtures/member-account.ts';
import { judge } from '../second-opinion/judge.ts';

const ids = ['500000000000', '500000000001', '500000000002', '500000000003'];
const inner = 'ou-abcd-33334444';

/** Members in the root, in an OU and below it. The owner of the resource may be a member, and one account may be closed. */
const organizations: fc.Arbitrary<readonly Account[]> = fc
  .record({ isOwnerMember: fc.boolean(), isClosed: fc.boolean() })
  .map(({ isOwnerMember, isClosed }) => [
    account(ids[0] ?? '', { parentIds: ['r-abcd', ou] }),
    account(ids[1] ?? '', { parentIds: ['r-abcd', ou, inner] }),
    account(ids[2] ?? ''),
    account(ids[3] ?? '', { state: isClosed ? 'SUSPENDED' : 'ACTIVE' }),
    ...(isOwnerMember ? [account(owner)] : []),
  ]);

const some = (values: readonly string[]): fc.Arbitrary<readonly string[]> =>
  fc.subarray([...values], { minLength: 1 });

/** Mostly members, and sometimes the owner of the resource or an account outside the organization. */
const accountIds = fc.oneof(
  { weight: 3, arbitrary: some(ids.slice(0, 3)) },
  { weight: 1, arbitrary: some([...ids, owner, '999999999999']) },
);
const arns = accountIds.chain((list) =>
  fc
    .constantFrom('root', 'role/ci/Build', 'role/Other')
    .map((name) => list.map((id) => `arn:aws:iam::${id}:${name}`)),
);

const principals: fc.Arbitrary<Partial<Statement>> = fc.oneof(
  { weight: 6, arbitrary: arns.map((AWS) => ({ Principal: { AWS } })) },
  { weight: 1, arbitrary: accountIds.map((AWS) => ({ Principal: { AWS } })) },
  { weight: 3, arbitrary: fc.constantFrom({ Principal: '*' as const }, { Principal: { AWS: '*' } }) },
  {
    weight: 2,
    arbitrary: some(['cloudtrail.amazonaws.com', 'lambda.amazonaws.com']).map((Service) => ({
      Principal: { Service },
    })),
  },
  { weight: 1, arbitrary: arns.map((AWS) => ({ NotPrincipal: { AWS } })) },
);

const organization = fc.constantFrom(organizationId, organizationId, 'o-elsewhere01', 'o-*');
const paths = some([
  `${organizationId}/*/${ou}/*`,
  `${organizationId}/r-abcd/${ou}/*`,
  `${organizationId}/r-abcd/${ou}/${inner}/`,
  'o-elsewhere01/*',
]);

const conditions: fc.Arbitrary<Conditions> = fc
  .array(
    fc.oneof(
      fc.tuple(
        fc.constantFrom('StringEquals', 'StringLike', 'StringNotEquals'),
        fc.constantFrom('aws:PrincipalOrgID', 'aws:SourceOrgID'),
        organization,
      ),
      fc.tuple(
        fc.constantFrom('ForAnyValue:StringLike', 'ForAllValues:StringLike'),
        fc.constantFrom('aws:PrincipalOrgPaths', 'aws:SourceOrgPaths'),
        paths,
      ),
      fc.tuple(
        fc.constantFrom('StringEquals', 'StringNotEquals', 'StringEqualsIfExists'),
        fc.constantFrom('aws:PrincipalAccount', 'aws:SourceAccount'),
        accountIds,
      ),
      fc.tuple(fc.constantFrom('ArnLike', 'ArnEquals', 'ArnNotLike'), fc.constant('aws:PrincipalArn'), arns),
      fc.tuple(
        fc.constant('ArnLike'),
        fc.constant('aws:SourceArn'),
        accountIds.map((list) => list.map((id) => `arn:aws:any:*:${id}:*`)),
      ),
      fc.tuple(fc.constant('Bool'), fc.constant('aws:SecureTransport'), fc.constantFrom('true', 'false')),
    ),
    { maxLength: 2, size: 'small' },
  )
  .map((list) => {
    const joined: Record<string, Conditions[string]> = {};
    for (const [operator, key, values] of list) joined[operator] = { ...joined[operator], [key]: values };
    return joined;
  });

/** Forms that tools write often: a list of accounts, a condition on the organization, or a service with its accounts. */
const usual: fc.Arbitrary<Partial<Statement>> = fc.oneof(
  arns.map((AWS) => ({ Principal: { AWS } })),
  fc.constantFrom('*' as const, { AWS: '*' }).map((Principal) => ({
    Principal,
    Condition: { StringEquals: { 'aws:PrincipalOrgID': organizationId } },
  })),
  paths.map((list) => ({
    Principal: '*' as const,
    Condition: { 'ForAnyValue:StringLike': { 'aws:PrincipalOrgPaths': list } },
  })),
  accountIds.map((list) => ({
    Principal: { Service: 'cloudtrail.amazonaws.com' },
    Condition: { StringEquals: { 'aws:SourceAccount': list } },
  })),
);

/** Any principals with any conditions. */
const unusual: fc.Arbitrary<Partial<Statement>> = fc
  .tuple(principals, fc.oneof(fc.constant({}), conditions))
  .map(([principal, Condition]) => ({
    ...principal,
    ...(Object.keys(Condition).length === 0 ? {} : { Condition }),
  }));

const statementOn = ({ actions, patterns }: DrawnResource): fc.Arbitrary<Statement> =>
  fc
    .record({
      effect: fc.constantFrom('Allow' as const, 'Allow' as const, 'Allow' as const, 'Deny' as const),
      principal: fc.oneof(usual, unusual),
      action: some(actions),
      resource: patterns === undefined ? fc.constant(undefined) : some(patterns),
    })
    .map(({ effect, principal, action, resource }) => ({
      Effect: effect,
      ...principal,
      Action: action,
      ...(resource === undefined ? {} : { Resource: resource }),
    }));

const situations = fc.constantFrom(...drawnResources).chain((resource) =>
  fc.record({
    resource: fc.constant(resource),
    accounts: organizations,
    statements: fc.array(statementOn(resource), { minLength: 1, maxLength: 3 }),
  }),
);

it('changes no access when random statements are replaced by the proposed grants', () => {
  let [replaced, compared] = [0, 0];
  fc.assert(
    fc.property(situations, ({ resource, accounts, statements }) => {
      const adoption = adopt(resource.kind, resource.id, statements, { accounts });
      const removed = new Set(
        adoption.statements.flatMap(({ statement, proof }) =>
          proof.verdict === 'proven' ? [statement] : [],
        ),
      );
      if (removed.size === 0) return;
      replaced += removed.size;
      const document = (list: readonly Statement[]) => ({ Version: '2012-10-17', Statement: list });
      const after = [
        ...statements.filter((each) => !removed.has(each)),
        ...adoption.proposals.flatMap((proposal) => proposal.statements),
      ];
      const before = listCases(resource, accounts, document(statements)).map(judge);
      const changed = listCases(resource, accounts, document(after)).flatMap((each, index) => {
        const [was, is] = [before[index]?.outcome, judge(each).outcome];
        // What AWS does not document may become certain, but nothing certain may change.
        return was === is || was === 'unknown' ? [] : [{ request: each.request, was, is }];
      });
      compared += before.length;
      expect(changed).toEqual([]);
    }),
    { seed: 20_261_130, numRuns: 200 },
  );

  expect(replaced).toBeGreaterThan(25);
  expect(compared).toBeGreaterThan(10_000);
});
