import { describe, expect, it } from '@jest/globals';
import { formatOuPath } from '../../shared/accounts/ou-path.ts';
import { parseConfiguration } from '../../shared/configuration/load.ts';
import { type Account, createUnreadableAccount } from '../../shared/platform/account.ts';
import { findNearest, findNearestWord, measureDistance } from '../../shared/platform/nearest-name.ts';
import { findSelectorWarnings } from '../../shared/reconcile/selector-warnings.ts';

const account = (id: string, names: readonly string[], more: Partial<Account> = {}): Account => ({
  id,
  name: `account-${id}`,
  state: 'ACTIVE',
  parentIds: [
    'r-exam',
    ...names.map(
      (_, index) =>
        `ou-exam-${names
          .slice(0, index + 1)
          .join('')
          .toLowerCase()
          .replace(/[^a-z0-9]/g, '')
          .padEnd(12, '0')}`,
    ),
  ],
  ouPath: formatOuPath(names),
  tags: {},
  ...more,
});

const registered = [
  account('111122223333', ['Workloads', 'Production'], {
    name: 'orders-production',
    tags: { stage: 'production' },
  }),
  account('444455556666', ['Workloads', 'CI/CD'], { name: 'builds' }),
  account('555566667777', ['Sandbox'], { name: 'play', state: 'SUSPENDED', tags: { owner: 'x' } }),
  account('777788889999', ['Gone'], { name: 'gone', state: 'DEPARTED' }),
];

const configured = (...selectors: readonly unknown[]) =>
  parseConfiguration(
    JSON.stringify({
      version: 1,
      installation: 'test',
      organization: { id: 'o-exampleorg1', managementAccount: '111111111111' },
      centralAccounts: {
        log: { id: '222222222222', region: 'eu-west-1' },
        security: { id: '333333333333', region: 'eu-west-1' },
        shared: { id: '444444444444', region: 'eu-west-1' },
      },
      grants: selectors.map((selector, index) => ({
        name: `grant-${'abc'[index]}`,
        kind: 'ecr-repository-policy',
        account: 'shared',
        repositories: ['base/node'],
        preset: 'pull',
        for: selector,
      })),
    }),
    'test',
  );

const warningsFor = (...selectors: readonly unknown[]) =>
  findSelectorWarnings({ configuration: configured(...selectors) }, registered);

const none = 'Grant grant-a: matches 0 accounts. If accounts should have this access, correct `for`';

describe('selectorWarnings', () => {
  it.each([
    [
      'a misspelled path',
      { ous: ['Workloads/Prodution'] },
      'no account is in the OU Workloads/Prodution (for.ous[0]). The nearest OU with accounts is Workloads/Production',
    ],
    [
      'a path without its beginning',
      { ous: ['Production'] },
      'no account is in the OU Production (for.ous[0]). The nearest OU with accounts is Workloads/Production',
    ],
    [
      'a path in another case',
      { ous: ['workloads'] },
      'no account is in the OU workloads (for.ous[0]). The nearest OU with accounts is Workloads',
    ],
    [
      'a slash in a name',
      { ous: ['Workloads/CI/CD'] },
      'no account is in the OU Workloads/CI/CD (for.ous[0]). The nearest OU with accounts is Workloads/CI%2FCD (a slash in a name is written %2F)',
    ],
    [
      'a slash in a name at the end',
      { ous: ['CI/CD'] },
      'no account is in the OU CI/CD (for.ous[0]). The nearest OU with accounts is Workloads/CI%2FCD (a slash in a name is written %2F)',
    ],
    [
      'a pattern of a path',
      { ous: ['Worloads/*'] },
      'no account is in the OU Worloads/* (for.ous[0]). The nearest OU with accounts is Workloads/Production',
    ],
    [
      'a mistyped id',
      { ous: ['ou-exam-sandbox00001'] },
      'no account is in the OU ou-exam-sandbox00001 (for.ous[0]). The nearest OU with accounts is ou-exam-sandbox00000 (Sandbox)',
    ],
    [
      'a tag key',
      { tags: { Stage: 'production' } },
      'no account has the tag Stage=production (for.tags.Stage). The nearest tag key is stage',
    ],
    [
      'a tag value',
      { tags: { stage: 'prod' } },
      'no account has the tag stage=prod (for.tags.stage). The nearest value of stage is production',
    ],
    [
      'a name',
      { names: ['order-*'] },
      'no account has a name like order-* (for.names[0]). The nearest name is orders-production',
    ],
    [
      'an account',
      { accounts: ['111122223334'] },
      'account 111122223334 is not in the organization (for.accounts[0]). The nearest account is 111122223333 (orders-production)',
    ],
    [
      'an account that is unlike all',
      { accounts: ['999900001111'] },
      'account 999900001111 is not in the organization (for.accounts[0])',
    ],
    [
      'an account that has left',
      { accounts: ['777788889999'] },
      'account 777788889999 is not in the organization (for.accounts[0])',
    ],
  ])('names the part that matches no account and the nearest name for %s', (_, selector, cause) => {
    expect(warningsFor(selector)).toEqual([`Grant grant-a: ${cause}`, none]);
  });

  it('names one of several values and an exception when the grant matches in spite of them', () => {
    expect(
      warningsFor({
        ous: ['Workloads', 'Sandbx'],
        except: [{ names: ['bilds'] }, { ous: ['Workloads/CI%2FCD'] }],
      }),
    ).toEqual([
      'Grant grant-a: no account is in the OU Sandbx (for.ous[1]). The nearest OU with accounts is Sandbox',
      'Grant grant-a: no account has a name like bilds (for.except[0].names[0]). The nearest name is builds',
    ]);
  });

  it('states one cause once when several grants have it', () => {
    expect(warningsFor({ ous: ['Sandbx'] }, { ous: ['Sandbx'] })).toEqual([
      'Grant grant-a, Grant grant-b: no account is in the OU Sandbx (for.ous[0]). The nearest OU with accounts is Sandbox',
      `Grant grant-a, Grant grant-b: ${none.slice('Grant grant-a: '.length)}`,
    ]);
  });

  it('warns that a grant selects no account when only a closed account matches', () => {
    expect(warningsFor({ ous: ['Sandbox'] })).toEqual([none]);
    expect(warningsFor({ ous: ['Workloads'], tags: { owner: 'x' } })).toEqual([none]);
  });

  it('returns no warning when every part of a selector matches', () => {
    expect(
      warningsFor(
        { all: true },
        { ous: ['Workloads/CI%2FCD'] },
        { ous: ['Work*/*'], tags: { stage: ['production'] } },
      ),
    ).toEqual([]);
  });

  it('suggests no name when the registry has none', () => {
    expect(findSelectorWarnings({ configuration: configured({ ous: ['A'] }) }, [])).toEqual([
      'Grant grant-a: no account is in the OU A (for.ous[0])',
      none,
    ]);
  });
});

describe('nearest', () => {
  it('suggests the candidate with the fewest changed letters', () => {
    expect(findNearest('pul', ['lambda-pull', 'pull', 'read'])).toBe('pull');
    expect(findNearest('Prod', ['production', 'prod'])).toBe('prod');
    expect(findNearest('a', [])).toBeUndefined();
  });

  it('counts no changed letters for the text that a star matches', () => {
    expect(measureDistance('prod-*', 'prod-orders')).toBe(0);
    expect(measureDistance('*-x', 'prod-y')).toBe(1);
  });

  it('suggests no name when every name differs too much', () => {
    expect(findNearestWord('s3-bucket-polcy', ['s3-bucket-policy', 'kms-grant'])).toBe('s3-bucket-policy');
    expect(findNearestWord('lambda', ['read', 'pull'])).toBeUndefined();
  });
});

it('returns no warning when an account cannot be read, because a selector may match it', () => {
  const error = { name: 'StoredItemError', message: 'The item …', retryable: false };
  const configuration = configured({ names: ['unknown'] });
  const unreadable = createUnreadableAccount('888899990000', 1, error);

  expect(findSelectorWarnings({ configuration }, registered)).not.toEqual([]);
  expect(findSelectorWarnings({ configuration }, [...registered, unreadable])).toEqual([]);
});
