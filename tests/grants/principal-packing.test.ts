import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import {
  createPolicy,
  type PolicyDocument,
  type Statement,
  toArray,
  toPrincipalMap,
} from '../../shared/iam/document.ts';
import { evaluatePolicy } from '../../shared/iam/evaluate.ts';
import { type AccessRequest, absent, type ContextValues } from '../../shared/iam/request.ts';
import { findExposures } from '../../shared/iam/safety.ts';
import { measurePolicy } from '../../shared/iam/size.ts';
import type { Account } from '../../shared/platform/account.ts';
import { central, context, manyAccounts } from '../fixtures/grants/grant-env.ts';
import { type Packed, presets, rendering } from '../fixtures/grants/principal-presets.ts';
import { account } from '../fixtures/member-account.ts';

/** Granted too, since a condition saves room only where there are many. */
const crowd = manyAccounts(40, 200_000_000_000);

const withCrowd = (few: readonly Account[]): readonly Account[] =>
  [...few, ...crowd].sort((a, b) => (a.id < b.id ? -1 : 1));

const isFiller = ({ Sid }: Statement): boolean => Sid === 'Filler';

/** A statement of others that leaves this much room. */
const filler = (limit: number, room: number): PolicyDocument => {
  const document = (text: string): PolicyDocument => ({
    ...createPolicy(),
    Statement: [
      { Sid: 'Filler', Effect: 'Deny', Principal: { AWS: central }, Action: `s3:${text}`, Resource: '*' },
    ],
  });
  return document('x'.repeat(limit - room - measurePolicy(document(''), 'bytes')));
};

/** Ours alone, in one form and then the next, since the filler leaves too little room for the one before. */
function packed(preset: Packed, few: readonly Account[], form = 'condition'): PolicyDocument {
  const accounts = withCrowd(few);
  let { document, limit, size, packing } = rendering(preset, {}, accounts);
  while (packing !== form) {
    const ours =
      size - measurePolicy({ ...document, Statement: document.Statement.filter(isFiller) }, 'bytes');
    ({ document, size, packing } = rendering(
      preset,
      { accountsIn: 'condition' },
      accounts,
      filler(limit, ours - 1),
    ));
  }
  return { ...document, Statement: document.Statement.filter((each) => !isFiller(each)) };
}

const everybody = [...manyAccounts(6), account(central)];

const strangers = manyAccounts(2, 900_000_000_000);

/** Who asks: a role, its account's root, or a service that acts for the account. */
const asking = fc.record({
  account: fc.constantFrom(...everybody, ...strangers),
  role: fc.constantFrom('Deployer', 'Runner', 'ci/Build', 'Other', undefined),
  service: fc.constantFrom(undefined, 'lambda.amazonaws.com'),
});

/** What else a request carries. Only members have the keys of the organization. */
const contexts = fc.record({
  grantIsForResource: fc.constantFrom('true', 'false', undefined),
  via: fc.constantFrom('secretsmanager.eu-west-1.amazonaws.com', 'ec2.eu-west-1.amazonaws.com', undefined),
  externalId: fc.constantFrom('example-1234', 'other', undefined),
  deployment: fc.boolean(),
});

const present = (values: Readonly<Record<string, string | undefined>>): ContextValues =>
  Object.fromEntries(Object.entries(values).map(([name, value]) => [name, value ?? absent]));

type Asking = typeof asking extends fc.Arbitrary<infer T> ? T : never;

type More = typeof contexts extends fc.Arbitrary<infer T> ? T : never;

function requestOf({ account: { id }, role, service }: Asking, more: More) {
  const member = everybody.some((each) => each.id === id);
  const keys = present({
    'kms:GrantIsForAWSResource': more.grantIsForResource,
    'kms:ViaService': more.via,
    'sts:ExternalId': more.externalId,
    'kms:EncryptionContext:aws:appconfig:deployment:arn': more.deployment
      ? `arn:aws:appconfig:eu-west-1:${id}:application/a/environment/e/deployment/1`
      : undefined,
  });
  if (service !== undefined)
    return {
      principal: {
        type: 'service' as const,
        service,
        sourceArn: `arn:aws:lambda:eu-west-1:${id}:function:f`,
        sourceAccount: id,
      },
      context: keys,
    };
  return {
    principal:
      role === undefined
        ? { type: 'root' as const, accountId: id }
        : { type: 'role' as const, arn: `arn:aws:iam::${id}:role/${role}` },
    context: { ...keys, 'aws:PrincipalOrgID': member ? context.organizationId : absent },
  };
}

const decide = (preset: Packed, document: PolicyDocument, request: AccessRequest): string =>
  evaluatePolicy(document, request, rendering(preset, {}, everybody).kind.policyKind).decision;

const forms = presets.flatMap((preset) => [
  ...(preset.kind === 's3-bucket-policy' ? [{ ...preset, preset, form: 'service-tied' }] : []),
  { ...preset, preset, form: 'condition' },
]);

describe.each(forms)('$name, $form', ({ preset, form }) => {
  test('admits the same accounts in each packing, for every account, resource and context', () => {
    let allowed = 0;
    fc.assert(
      fc.property(fc.subarray([...everybody], { minLength: 2 }), asking, contexts, (accounts, who, more) => {
        const plain = rendering(preset, {}, withCrowd(accounts)).document;
        const tight = packed(preset, accounts, form);
        const request = requestOf(who, more);
        for (const [action, resource] of preset.asks) {
          const decision = decide(preset, plain, { ...request, action, resource });
          if (decision === 'allow') allowed += 1;
          expect(decide(preset, tight, { ...request, action, resource })).toBe(decision);
        }
      }),
      { seed: 20_261_127, numRuns: 150 },
    );
    expect(allowed).toBeGreaterThan(0);
  });
});

describe.each(presets)('$name', (preset) => {
  test('excludes the account of the resource from the wildcard principal', () => {
    const wild = packed(preset, everybody).Statement.filter(
      ({ Principal }) =>
        Principal !== undefined && toArray(toPrincipalMap(Principal).AWS ?? []).includes('*'),
    );
    const own = requestOf(
      { account: account(central), role: 'Deployer', service: undefined },
      {
        grantIsForResource: 'true',
        via: 'secretsmanager.eu-west-1.amazonaws.com',
        externalId: 'example-1234',
        deployment: true,
      },
    );

    expect(wild.length).toBeGreaterThan(0);
    for (const [action, resource] of preset.asks)
      expect(decide(preset, { ...createPolicy(), Statement: wild }, { ...own, action, resource })).toBe(
        'none',
      );
  });

  test('limits the wildcard principal to the organization and the granted accounts', () => {
    const accounts = everybody.slice(0, 4);
    const ids = (given: readonly Account[]) => new Set([...given, ...crowd].map(({ id }) => id));
    const { Statement } = packed(preset, accounts);
    const { organizationId } = context;

    expect(findExposures(Statement, { accountIds: ids(accounts), organizationId })).toEqual([]);
    expect(findExposures(Statement, { accountIds: ids(accounts.slice(1)), organizationId })).not.toEqual([]);
  });

  test('finds the granted accounts in each packing', () => {
    const accounts = everybody.slice(2);
    const { kind, entry, ref } = rendering(preset, { accountsIn: 'condition' }, accounts);

    const granted = kind.listGrantedAccounts(entry, ref, { document: packed(preset, accounts) }, context, []);

    expect([...granted.named].sort()).toEqual(withCrowd(accounts).map(({ id }) => id));
  });

  test('names accounts as principals while they fit, and in a condition only when the grant allows that', () => {
    const { limit } = rendering(preset, {}, everybody);
    const most = manyAccounts(limit);
    const fits = (fields: object, count: number): string | undefined | false => {
      try {
        return rendering(preset, fields, most.slice(0, count)).packing;
      } catch {
        return false;
      }
    };
    const plain = largest((count) => fits({}, count) !== false);

    expect(fits({ accountsIn: 'condition' }, plain)).not.toBe('condition');
    expect(fits({ accountsIn: 'condition' }, plain + 1)).toBe('condition');
    expect(fits({}, plain + 1)).toBe(false);
  });

  test('names the root principal of a departed account that keeps access in its grace period', () => {
    const [first, gone, third] = manyAccounts(3);
    const left: Account = { ...(gone as Account), state: 'DEPARTED' };
    const { Statement } = packed(preset, [first as Account, left, third as Account]);

    const named = Statement.flatMap(({ Principal }) =>
      Principal === undefined ? [] : toArray(toPrincipalMap(Principal).AWS ?? []),
    );

    expect(named).toContain(`arn:aws:iam::${left.id}:root`);
  });
});

/** The largest number that holds, by doubling and halving. */
function largest(holds: (count: number) => boolean): number {
  let enough = 0;
  let tooMany = 1;
  while (holds(tooMany)) tooMany *= 2;
  while (tooMany - enough > 1) {
    const middle = Math.floor((enough + tooMany) / 2);
    if (holds(middle)) enough = middle;
    else tooMany = middle;
  }
  return enough;
}
