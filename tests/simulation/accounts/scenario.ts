import type { Configuration } from '../../../shared/configuration/schema.ts';
import { addExampleMatches } from '../../../simulator/example-finds.ts';
import {
  addServiceLinkedRoles,
  createExampleOrganization,
  ensureOu,
} from '../../../simulator/example-organization.ts';
import type { SimulatedOrganization } from '../../../simulator/organization.ts';
import { drawConfiguration } from '../draw-configuration.ts';
import type { Draw } from '../random.ts';
import { createProcessClock } from '../time.ts';
import { drawConfigurationChanges } from './configuration-changes.ts';
import { fillPolicies } from './nearly-full-policies.ts';

/** Four levels deep. One has a slash in its name. */
export const ouPaths = [
  'Workloads',
  'Workloads/Production',
  'Workloads/Production/Europe',
  'Workloads/Production/Europe/Payments',
  'Workloads/Test/Europe',
  'Workloads/Europe',
  'Workloads-old',
  'Platform',
  'Platform/CI%2FCD',
  'Sandbox',
];

/** Tags of accounts, as selectors name them. */
export const drawTags = (draw: Draw): Readonly<Record<string, string>> => ({
  ...(draw.chance(0.4) ? { runner: draw.pick(['yes', 'yes', 'large', 'no']) } : {}),
  ...(draw.chance(0.3) ? { stage: draw.pick(['prod', 'test']) } : {}),
});

/** An account outside the organization with unmanaged access. */
const partner = '999988887777';

export interface Scenario {
  readonly configuration: Configuration;
  /** The later configurations, in their order. None in most plays. */
  readonly successors: readonly Configuration[];
  readonly organization: SimulatedOrganization;
}

/** An organization before the installation: accounts in every OU, resources with unmanaged statements. */
export function drawScenario(draw: Draw, accounts: number, share = 0.28): Scenario {
  const scarce = draw.chance(0.15);
  // Many accounts on full resources need other packings, and several managed policies.
  const members = scarce && draw.chance(0.3) ? accounts + 32 : accounts;
  const configuration = drawConfiguration(draw, { share, scarce });
  const successors = draw.chance(1 / 8) ? drawConfigurationChanges(draw, configuration) : [];
  const whole = { ...configuration, grants: [configuration, ...successors].flatMap(({ grants }) => grants) };
  const organization = createExampleOrganization(whole, { clock: createProcessClock(), random: draw.random });
  const ous = ouPaths.map((path) => ensureOu(organization, path));
  for (let index = 1; index <= members; index += 1)
    organization.addAccount({
      id: accountId(index),
      name: `account-${index}`,
      ...(draw.chance(0.8) ? { parentId: draw.pick(ous) } : {}),
      tags: drawTags(draw),
    });
  addExampleMatches(organization, whole);
  addServiceLinkedRoles(organization);
  addOthers(organization);
  if (scarce) fillPolicies(organization, configuration, draw);
  return { configuration, successors, organization };
}

export const accountId = (index: number): string => String(500_000_000_000 + index);

/** Unmanaged access that is no statement: a share of an image, a grant on a key. */
function addOthers(organization: SimulatedOrganization): void {
  organization.addForeignAccount(partner);
  const { images, keys, grants } = organization.world;
  for (const image of images.values()) image.launchPermissions = [{ UserId: partner }];
  for (const { arn } of keys.values())
    grants.set(arn, [
      {
        id: 'volume-in-use',
        name: undefined,
        grantee: `arn:aws:iam::${partner}:root`,
        operations: ['Decrypt'],
        constraints: undefined,
      },
    ]);
}
