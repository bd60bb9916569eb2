import { readFileSync } from 'node:fs';
import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import * as z from 'zod';
import {
  matchesSelector,
  type Selector,
  type SelectorFields,
  selectorSchema,
} from '../../shared/accounts/selector.ts';
import { type Account, accountStates } from '../../shared/platform/account.ts';
import { toFindings } from '../../shared/platform/findings.ts';

interface SelectorCases {
  readonly accounts: Readonly<Record<string, Account>>;
  readonly matching: readonly {
    readonly name: string;
    readonly selector: unknown;
    /** The accounts that match; all others do not. */
    readonly matches: readonly string[];
  }[];
  readonly invalid: readonly {
    readonly name: string;
    readonly selector: unknown;
    /** Path to a part of the message. */
    readonly findings: Readonly<Record<string, string>>;
  }[];
}

const cases = JSON.parse(
  readFileSync(new URL('../cases/accounts/selectors.json', import.meta.url), 'utf8'),
) as SelectorCases;

describe('which accounts a selector matches', () => {
  test.each(cases.matching)(
    'matches exactly the expected accounts with the selector "$name"',
    ({ selector, matches: expected }) => {
      const valid = selectorSchema.parse(selector);

      const matched = Object.entries(cases.accounts).filter(([, account]) => matchesSelector(valid, account));

      expect(matched.map(([name]) => name).sort()).toEqual([...expected].sort());
    },
  );

  test('matches no account when a selector has no field', () => {
    expect(Object.values(cases.accounts).filter((account) => matchesSelector({}, account))).toEqual([]);
  });
});

describe('what is no selector: every finding, with its path', () => {
  test.each(cases.invalid)(
    'reports every finding of the invalid selector "$name"',
    ({ selector, findings }) => {
      const actual = toFindings(selectorSchema.safeParse(selector).error?.issues ?? []);

      expect(actual.map(({ path }) => path).sort()).toEqual(Object.keys(findings).sort());
      for (const [path, part] of Object.entries(findings))
        expect(actual.find((finding) => finding.path === path)?.message).toContain(part);
    },
  );

  test('publishes the selector as JSON Schema', () => {
    expect(z.toJSONSchema(selectorSchema)).toMatchObject({ type: 'object', additionalProperties: false });
  });
});

const names = ['Workloads', 'Production', 'Sandbox', 'orders-a', 'a/b', '(x)'];
const ids = ['111111111111', '555566667777', '888899990000'];
const parents = ['r-exam', 'ou-exam-workload1', 'ou-exam-sandbox01'];
const nonEmpty = <T>(values: readonly T[]): fc.Arbitrary<T[]> =>
  fc.array(fc.constantFrom(...values), { minLength: 1, maxLength: 3 });
const tags = fc.dictionary(fc.constantFrom('environment', 'team'), fc.constantFrom('a', 'b'), { minKeys: 1 });

const anyAccount: fc.Arbitrary<Account> = fc.record({
  id: fc.constantFrom(...ids),
  name: fc.oneof(fc.constantFrom(...names), fc.string()),
  state: fc.constantFrom(...accountStates),
  parentIds: nonEmpty(parents),
  ouPath: fc.array(fc.constantFrom(...names.slice(0, 3)), { maxLength: 3 }).map((path) => path.join('/')),
  tags,
});

const anyFields = fc.record(
  {
    ous: nonEmpty([...parents, 'Workloads', 'Workloads/Production', '*', 'Sand*']),
    tags,
    names: nonEmpty([...names, '*', 'orders-*', '?']),
    accounts: nonEmpty(ids),
  },
  { requiredKeys: [] },
) as fc.Arbitrary<SelectorFields>;

const anySelector: fc.Arbitrary<Selector> = fc.oneof(fc.constant<Selector>({ all: true }), anyFields);

describe('for any account', () => {
  test('matches every account with the selector `all`', () => {
    fc.assert(fc.property(anyAccount, (account) => matchesSelector({ all: true }, account)));
  });

  test('excludes an account that `except` matches, even when another field selects it', () => {
    fc.assert(
      fc.property(anySelector, fc.array(anyFields), anyAccount, (selector, except, account) => {
        const excluded = except.some((fields) => matchesSelector(fields, account));
        expect(matchesSelector({ ...selector, except }, account)).toBe(
          !excluded && matchesSelector(selector, account),
        );
      }),
    );
  });

  test('narrows a selector with each field, and widens it with each value of a field', () => {
    fc.assert(
      fc.property(anyFields, fc.constantFrom(...ids), anyAccount, (fields, id, account) => {
        const { accounts = [], ...others } = fields;
        const narrower = matchesSelector({ ...others, accounts }, account);
        const wider = matchesSelector({ ...others, accounts: [...accounts, id] }, account);
        expect(!narrower || wider).toBe(true);
        if (Object.keys(others).length > 0) expect(!wider || matchesSelector(others, account)).toBe(true);
      }),
    );
  });
});
