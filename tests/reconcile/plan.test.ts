import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import type { DocumentState } from '../../shared/grants/document-rendering.ts';
import { UnsafeChangeError } from '../../shared/grants/errors.ts';
import { createPolicy, type PolicyDocument } from '../../shared/iam/document.ts';
import { OwnershipClashError } from '../../shared/iam/errors.ts';
import type { Account } from '../../shared/platform/account.ts';
import { createBlockedRemovalsError } from '../../shared/reconcile/removal-limit.ts';
import type { Hold } from '../../shared/store/ports.ts';
import { account } from '../fixtures/member-account.ts';
import {
  blockedHolds,
  configurationWith,
  grantedIn,
  idsOf,
  makePlan,
  members,
  now,
  onlyResource,
  planOnly,
  readSecret,
} from '../fixtures/plan-fixture.ts';

const configuration = configurationWith([readSecret()]);
const sid = 'AccountOnboardingtestTokenRead';

/** The state that a complete run for these accounts leaves. */
const stateFor = (accounts: readonly Account[]): unknown => planOnly(configuration, accounts).next;

const granted = (state: unknown) => grantedIn(configuration, onlyResource(configuration, []), state);

describe('a plan', () => {
  test('states added accounts, written statements and fullness in a plan', () => {
    const actual = stateFor(members(2));

    const plan = planOnly(configuration, members(4), { actual, remembered: [sid] });

    expect(plan.changed).toBe(true);
    expect(plan.added).toEqual(idsOf(members(4).slice(2)));
    expect(plan.blocked).toEqual([]);
    expect(granted(plan.next)).toEqual(idsOf(members(4)));
    expect(plan.owned).toEqual([sid]);
    expect(plan.size).toBeLessThan(plan.limit);
  });

  test('plans no change when the policy already is as desired', () => {
    const plan = planOnly(configuration, members(4), { actual: stateFor(members(4)), remembered: [sid] });

    expect([plan.changed, plan.added, plan.blocked]).toEqual([false, [], []]);
  });

  test('excludes rejected accounts from the policy, and still counts them as added by the plan', () => {
    const excluded = new Set([members(3)[1]?.id ?? '']);

    const plan = planOnly(configuration, members(3), { excluded });

    expect(granted(plan.next)).toEqual(idsOf(members(3)).filter((id) => !excluded.has(id)));
    expect(plan.added).toEqual(idsOf(members(3)));
  });

  test('removes remembered statements that are no longer wanted, and keeps unmanaged ones', () => {
    const { document = createPolicy() } = stateFor(members(2)) as DocumentState;
    const [ours] = document.Statement;
    const foreign = { Effect: 'Deny', Principal: '*', Action: 'secretsmanager:*', Resource: '*' } as const;
    const old = { ...ours, Effect: 'Allow', Sid: 'AccountOnboardingtestOldNameRead' } as const;
    const actual = { document: { ...document, Statement: [foreign, old] } };

    const plan = planOnly(configuration, members(2), { actual, remembered: [old.Sid] });

    const { document: next } = plan.next as { document: PolicyDocument };
    expect(next.Statement.map(({ Sid }) => Sid)).toEqual([undefined, sid]);
    expect(next.Statement[0]).toBe(foreign);
  });

  test('refuses a statement with a managed Sid that the table does not know', () => {
    const { document = createPolicy() } = stateFor(members(1)) as DocumentState;
    const stray = { ...document.Statement[0], Effect: 'Allow', Sid: 'AccountOnboardingtestStray' } as const;
    const actual = { document: { ...document, Statement: [stray] } };

    expect(() => planOnly(configuration, members(1), { actual })).toThrow(OwnershipClashError);
  });
});

describe('removals', () => {
  const remembered = [sid];

  test('removes a few accounts, even when they are a large share of all accounts', () => {
    const plan = planOnly(configuration, [], { actual: stateFor(members(5)), remembered });

    expect(plan.blocked).toEqual([]);
    expect(granted(plan.next)).toEqual([]);
  });

  test('removes many accounts when they are a small share of all accounts', () => {
    const all = members(50);

    const plan = planOnly(configuration, all.slice(10), { actual: stateFor(all), remembered });

    expect(plan.blocked).toEqual([]);
    expect(granted(plan.next)).toEqual(idsOf(all.slice(10)));
  });

  test('blocks many removals with a large share, and still adds new accounts', () => {
    const all = members(12);
    const newAccount = account('700000000000');
    const remaining = [...all.slice(6), newAccount];

    const plan = planOnly(configuration, remaining, { actual: stateFor(all), remembered });

    expect(plan.blocked).toEqual(idsOf(all.slice(0, 6)));
    expect(plan.added).toEqual([newAccount.id]);
    expect(granted(plan.next)).toEqual([...idsOf(all), newAccount.id]);
    expect(
      createBlockedRemovalsError('the secret', plan.blocked, { configuration, accounts: all }).message,
    ).toMatch(
      /6 accounts would lose their access at once: .* and 1 more\. That is more than 5 and more than 20 %/,
    );
  });

  test('writes all accounts in the order of their ids when removals are blocked', () => {
    const all = members(12);
    const first = account('100000000001');

    const plan = planOnly(configuration, [...all.slice(6), first], { actual: stateFor(all), remembered });

    const { document } = plan.next as { document: PolicyDocument };
    const roots = [first, ...all].map(({ id }) => `arn:aws:iam::${id}:root`);
    expect(document.Statement.map(({ Principal }) => Principal)).toEqual([{ AWS: roots }]);
  });

  test('removes any number of closed accounts, and blocks many removals of departed accounts', () => {
    const all = members(12);
    const inState = (state: 'SUSPENDED' | 'DEPARTED') =>
      planOnly(configuration, [...all.slice(0, 6).map((each) => ({ ...each, state })), ...all.slice(6)], {
        actual: stateFor(all),
        remembered,
      });

    expect(inState('SUSPENDED').blocked).toEqual([]);
    expect(granted(inState('SUSPENDED').next)).toEqual(idsOf(all.slice(6)));
    expect(inState('DEPARTED').blocked).toEqual(idsOf(all.slice(0, 6)));
  });

  test('plans no change while removals are blocked', () => {
    const plan = planOnly(configuration, [], { actual: stateFor(members(12)), remembered });

    expect(plan.changed).toBe(false);
    expect(plan.blocked).toHaveLength(12);
  });

  test('removes as many accounts as the limit allows, and blocks all when one more would be removed', () => {
    const all = members(30);
    const without = (count: number) =>
      planOnly(configuration, all.slice(count), { actual: stateFor(all), remembered }).blocked.length;

    expect([without(5), without(6), without(7)]).toEqual([0, 0, 7]);
  });

  test('keeps removals blocked when new accounts lower their share', () => {
    const all = members(12);
    const remaining = [...all.slice(6), ...members(60).slice(12)];
    const first = planOnly(configuration, remaining, { actual: stateFor(all), remembered });
    const left = { actual: first.next, remembered };

    const again = planOnly(configuration, remaining, { ...left, holds: first.holds });

    expect(first.blocked).toEqual(idsOf(all.slice(0, 6)));
    expect(again.blocked).toEqual(first.blocked);
    expect(again.changed).toBe(false);
    // Another configuration is a person's word: nobody waits then.
    expect(granted(planOnly(configuration, remaining, left).next)).toEqual(idsOf(remaining));
  });

  test('ends a blocked removal when the account is selected again', () => {
    const all = members(12);
    const holds = blockedHolds(idsOf(all.slice(0, 6)));

    const plan = planOnly(configuration, all, { actual: stateFor(all), remembered, holds });

    expect(plan.blocked).toEqual([]);
  });

  test('applies the removal limit to each grant on a resource', () => {
    const all = members(20);
    const two = configurationWith([
      readSecret({ name: 'most', for: { accounts: idsOf(all) } }),
      readSecret({ name: 'few', for: { accounts: idsOf(all.slice(0, 8)) } }),
    ]);
    const narrowed = configurationWith([
      readSecret({ name: 'most', for: { accounts: idsOf(all) } }),
      readSecret({ name: 'few', for: { accounts: idsOf(all.slice(0, 1)) } }),
    ]);
    const before = planOnly(two, all);

    const plan = planOnly(narrowed, all, { actual: before.next, remembered: before.owned });

    expect(plan.blocked).toEqual(idsOf(all.slice(1, 8)));
    expect(plan.changed).toBe(false);
  });

  test('removes many accounts at once when the configuration allows it', () => {
    const brave = configurationWith([readSecret()], { removalLimits: { fraction: 1 } });

    const plan = planOnly(brave, [], { actual: stateFor(members(12)), remembered });

    expect(plan.blocked).toEqual([]);
    expect(granted(plan.next)).toEqual([]);
  });
});

describe('exposure', () => {
  test('does not add a departed account that an old list names', () => {
    const departed = account('700000000000', { state: 'DEPARTED' });
    const desired = onlyResource(configuration, [account(departed.id)]);

    const plan = () =>
      makePlan({
        desired,
        actual: desired.kind.empty,
        remembered: [],
        configuration,
        accounts: [departed],
        now,
      });

    expect(plan).toThrow(UnsafeChangeError);
    expect(plan).toThrow(/of account 700000000000, which is not allowed/);
  });

  test('ignores an unmanaged statement that gives access to everybody', () => {
    const foreign = { Effect: 'Allow', Principal: '*', Action: 'secretsmanager:*', Resource: '*' } as const;
    const actual = { document: { ...createPolicy(), Statement: [foreign] } };

    expect(planOnly(configuration, members(1), { actual }).changed).toBe(true);
  });
});

describe('over any history', () => {
  const everybody = members(30);
  const history = fc.array(fc.subarray([...everybody]), { minLength: 1, maxLength: 6 });
  const settings = { seed: 20_260_301, numRuns: 200 };

  /** Each run sees what the run before it left. */
  const run = (steps: readonly (readonly Account[])[]) => {
    let left = { actual: { document: undefined } as unknown, remembered: [] as readonly string[] };
    let holds: readonly Hold[] = [];
    let blocked: readonly string[] = [];
    for (const accounts of steps) {
      const plan = planOnly(configuration, accounts, { ...left, holds });
      left = { actual: plan.next, remembered: plan.owned };
      ({ holds, blocked } = plan);
    }
    return { ...left, holds, blocked };
  };

  test('plans no change after the first plan was carried out', () => {
    fc.assert(
      fc.property(history, (steps) => {
        const again = planOnly(configuration, steps.at(-1) ?? [], run(steps));

        expect([again.changed, again.added]).toEqual([false, []]);
      }),
      settings,
    );
  });

  test('gives access to exactly the selected accounts and the accounts with blocked removals', () => {
    fc.assert(
      fc.property(history, (steps) => {
        const accounts = steps.at(-1) ?? [];
        const { actual, blocked } = run(steps);

        expect(granted(actual)).toEqual([...idsOf(accounts), ...blocked].sort());
      }),
      settings,
    );
  });
});
