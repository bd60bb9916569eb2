import { readFileSync } from 'node:fs';
import { describe, expect, test } from '@jest/globals';
import { exampleCapacities, limitsPage, wantedAccounts } from '../../scripts/limits.ts';
import { parseConfiguration } from '../../shared/configuration/load.ts';
import { PolicyTooLargeError } from '../../shared/errors.ts';
import { desiredResources } from '../../shared/plan/desired.ts';
import { planResource } from '../../shared/plan/plan.ts';
import { account, exampleText, members, now } from './fixture.ts';

const page = readFileSync(new URL('../../docs/limits.md', import.meta.url), 'utf8');
const configuration = parseConfiguration(exampleText, 'examples/onboarding.yml');
const capacities = exampleCapacities(configuration);

/** Workloads, sandboxes and a platform account in turn, so that most grants match most accounts. */
const ous = ['Workloads/Production', 'Workloads/Test', 'Sandbox', 'Workloads/Production', 'Platform'];
const organisation = members(wantedAccounts).map((each, index) =>
  account(each.id, { ouPath: ous[index % ous.length] ?? '' }),
);

test('docs/limits.md is what scripts/limits.ts computes', () => {
  expect(page).toBe(limitsPage());
});

describe(`${wantedAccounts} accounts in the example`, () => {
  const plan = (desired: ReturnType<typeof desiredResources>[number]) =>
    planResource({
      desired,
      actual: desired.kind.empty,
      remembered: [],
      configuration,
      accounts: organisation,
      now,
    });

  test.each(desiredResources(configuration, organisation).map((desired) => [desired.key, desired] as const))(
    '%s takes them, or is on the list',
    (key, desired) => {
      const fit = capacities.find((each) => each.key === key)?.fit ?? 0;
      const listed = page.includes(`| \`${key}\` | ${fit} | do not fit |`);

      if (listed) expect(() => plan(desired)).toThrow(PolicyTooLargeError);
      else expect(plan(desired).size).toBeLessThanOrEqual(plan(desired).limit);

      expect(listed).toBe(fit < wantedAccounts);
    },
  );

  test('only the repository with both presets does not take them', () => {
    const short = capacities.filter(({ fit }) => fit < wantedAccounts).map(({ key }) => key);

    expect(short).toEqual(['ecr-repository-policy/444444444444/eu-west-1/base/node']);
  });
});
