import type { Configuration } from '../../shared/configuration/schema.ts';
import { validateConfiguration } from '../../shared/configuration/validate.ts';
import { central, home } from './central-accounts.ts';
import { type GrantForm, grantForms } from './grant-forms.ts';
import type { Draw } from './random.ts';

/** Every selector has other accounts, and events move accounts between selectors. */
const selectors: readonly object[] = [
  { all: true },
  { ous: ['Workloads'] },
  { ous: ['Workloads/Production', 'Platform'] },
  { tags: { runner: 'yes' } },
  { all: true, except: [{ ous: ['Sandbox'] }] },
  { ous: ['Workloads/Production/Europe/Payments', 'Sandbox'] },
  { ous: ['Work*/*/Eu*'] },
  { ous: ['*/Eu*'] },
  { ous: ['ou-exam-workload1', 'Platform/CI%2FCD'] },
  { names: ['account-[1-4]', 'account-1*'] },
  { names: ['{account,team}-?0?', 'returned'], ous: ['Workloads', 'Sandbox'] },
  { accounts: ['500000000001', '500000000003', '500000000101', '500000000104'] },
  { tags: { runner: ['large', 'yes'], stage: 'prod' } },
  { ous: ['Workloads'], tags: { stage: ['prod', 'test'] } },
  { ous: ['Workloads'], except: [{ ous: ['Workloads/Production/Europe'] }, { tags: { runner: 'no' } }] },
  {
    all: true,
    except: [{ names: ['*-*2', '*-1'] }, { accounts: ['500000000102'] }, { tags: { stage: 'test' } }],
  },
];

/** For grants with a condition, which grow without writes. */
const held: readonly object[] = [
  { match: 'organization', for: { all: true } },
  { match: 'ou', for: { ous: ['ou-exam-workload1'] } },
  { match: 'ou', for: { ous: ['ou-exam-platform1', 'ou-exam-sandbox01'] } },
];

export interface Kinds {
  /** The fraction of all possible grants. */
  readonly share: number;
  /** Whether quotas that AWS raises on request are at their minimum, so that plays reach them. */
  readonly scarce: boolean;
}

/** A configuration with some or all grants, each for some accounts. */
export function drawConfiguration(draw: Draw, { share, scarce }: Kinds): Configuration {
  const drawn = draw.some(grantForms, share);
  const grants = (drawn.length === 0 ? [draw.pick(grantForms)] : drawn).map((form) =>
    drawGrant(draw, form, scarce),
  );
  return validateConfiguration(
    {
      version: 1,
      installation: 'sim',
      organization: { id: 'o-exampleorg1', managementAccount: '111111111111' },
      centralAccounts: {
        log: { id: central.log, region: home },
        security: { id: central.security, region: 'us-east-1' },
        shared: { id: central.shared, region: home },
      },
      grants,
      ...drawSafety(draw),
      // For all accounts, so that an account without approval must be named nowhere.
      ...(draw.chance(0.2) ? { approval: { for: { all: true }, timeLimitHours: 1 } } : {}),
      ...(scarce
        ? {
            limits: {
              managedPolicyCharacters: 1_024,
              grantsPerKey: draw.between(3, 16),
              launchPermissionsPerImage: draw.between(3, 16),
            },
          }
        : // A group then needs several managed policies, and may have them.
          draw.chance(0.25)
          ? { limits: { managedPolicyCharacters: 1_024 } }
          : {}),
    },
    'the simulation',
  );
}

/** In some plays a few removals need an operator, so that a few accounts reach the removal limit. */
function drawSafety(draw: Draw): object {
  const grace = draw.chance(0.12) ? { graceHours: 1 } : {};
  const few = draw.chance(0.12)
    ? { removalLimits: { accounts: draw.pick([0, 1]), fraction: draw.pick([0, 0.2]) } }
    : {};
  return { ...grace, ...few };
}

/** @param scarce whether policies are nearly full, so that packing makes a difference. Default: false */
export function drawGrant(
  draw: Draw,
  { grant, holdable = false, instead = [], forAll, byTags, packable = false }: GrantForm,
  scarce = false,
): object {
  const tags = byTags !== undefined && draw.chance(0.1) ? byTags : {};
  const other = instead.length > 0 && draw.chance(0.5) ? draw.pick(instead) : tags;
  if (forAll !== undefined && draw.chance(0.15))
    return { ...grant, ...(draw.chance(0.5) ? other : {}), ...forAll, for: { all: true } };
  const packing = packable && draw.chance(scarce ? 0.7 : 0.2) ? { accountsIn: 'condition' } : {};
  const whom = holdable && draw.chance(0.12) ? draw.pick(held) : { for: draw.pick(selectors), ...packing };
  // A present but undefined field is not absent.
  return JSON.parse(JSON.stringify({ ...grant, ...other, ...whom }));
}
