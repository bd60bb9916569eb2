import { readFileSync } from 'node:fs';
import { describe, expect, test } from '@jest/globals';
import { capacities, resourceCapacities } from '../../bench/capacity-measure.ts';
import { capacityPage, mostListed, wantedAccounts } from '../../bench/capacity-page.ts';
import { parseConfiguration } from '../../shared/configuration/load.ts';
import { grantKinds } from '../../shared/grants/kinds.ts';
import { PolicyTooLargeError } from '../../shared/platform/aws/errors.ts';
import { listDesiredResources } from '../../shared/reconcile/desired-resources.ts';
import { account } from '../fixtures/member-account.ts';
import { exampleText, makePlan, members, now } from '../fixtures/plan-fixture.ts';

const page = readFileSync(new URL('../../docs/capacity.md', import.meta.url), 'utf8');
const configuration = parseConfiguration(exampleText, 'examples/onboarding.yml');
const measured = { capacities: capacities(configuration), example: resourceCapacities(configuration) };

/** Workloads, sandboxes and a platform account in turn, so that most grants match most accounts. */
const ous = ['Workloads/Production', 'Workloads/Test', 'Sandbox', 'Workloads/Production', 'Platform'];
const organization = members(wantedAccounts).map((each, index) =>
  account(each.id, { ouPath: ous[index % ous.length] ?? '' }),
);

test('matches docs/capacity.md (else: npm run bench:capacity)', () => {
  expect(page).toBe(capacityPage(measured));
});

test('lists ten times as many accounts with packing as without in permissions to assume roles', () => {
  const roles = measured.capacities.filter(({ title }) => title === 'Permission to assume roles');

  expect(roles).toHaveLength(2);
  for (const each of roles) expect(mostListed(each)).toBeGreaterThanOrEqual(10 * (each.naive ?? Infinity));
});

test('measures the capacity of every grant kind', () => {
  const titles = new Set(measured.capacities.map(({ title }) => title));

  expect([...titles].sort()).toEqual(grantKinds.map(({ title }) => title).sort());
});

describe(`${wantedAccounts} accounts in the example`, () => {
  const plan = (desired: ReturnType<typeof listDesiredResources>[number]) =>
    makePlan({
      desired,
      actual: desired.kind.empty,
      remembered: [],
      configuration,
      accounts: organization,
      now,
    });

  test.each(
    listDesiredResources(configuration, organization).map((desired) => [desired.key, desired] as const),
  )('fits all accounts of the example on %s, or lists it as an exception', (key, desired) => {
    const fit = measured.example.find((each) => each.key === key)?.fit ?? 0;
    const listed = page.includes(`| \`${key}\` | ${fit.toLocaleString('en')} | do not fit |`);

    if (listed) expect(plan(desired).refused).toBeInstanceOf(PolicyTooLargeError);
    else expect(plan(desired).size).toBeLessThanOrEqual(plan(desired).limit);

    expect(listed).toBe(fit < wantedAccounts);
  });

  test('lists only the repository with both presets as an exception to the capacity of 300 accounts', () => {
    const short = measured.example.filter(({ fit }) => fit < wantedAccounts).map(({ key }) => key);

    expect(short).toEqual(['ecr-repository-policy/444444444444/eu-west-1/base/node']);
  });
});
