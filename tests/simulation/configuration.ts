import type { Configuration } from '../../shared/configuration/schema.ts';
import { validateConfiguration } from '../../shared/configuration/validate.ts';
import type { Draw } from './random.ts';

export const central = { log: '222222222222', security: '333333333333', shared: '444444444444' };
export const home = 'eu-west-1';
export const abroad = 'us-west-2';

/** Every selector leaves out or takes in other accounts, and events move accounts between them. */
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

/** Of grants that a condition holds, which grow by themselves. */
const held: readonly object[] = [
  { match: 'organization', for: { all: true } },
  { match: 'ou', for: { ous: ['ou-exam-workload1'] } },
  { match: 'ou', for: { ous: ['ou-exam-platform1', 'ou-exam-sandbox01'] } },
];

export interface Form {
  readonly grant: { readonly name: string; readonly kind: string } & Readonly<Record<string, unknown>>;
  /** Whether a condition can hold it. */
  readonly holdable?: boolean;
  /** In place of fields of the grant: one that finds its resources by a pattern, one that is in several regions. */
  readonly instead?: readonly object[];
  /** In place of fields of the grant, now and then: tags that tell its keys or images. */
  readonly tagged?: object;
  /** In place of fields of the grant: another resource that a later configuration names. */
  readonly elsewhere?: object;
  /** Whether its accounts can move into a condition. */
  readonly packable?: boolean;
}

/** One statement for the accounts, and one for a service on their behalf. */
const rawStatements = [
  {
    part: 'look',
    Principal: { AWS: '{accountRoots}' },
    Action: ['ecr:DescribeImages', 'ecr:ListImages'],
  },
  {
    part: 'functions',
    Principal: { Service: 'lambda.amazonaws.com' },
    Action: 'ecr:BatchGetImage',
    Condition: { StringEquals: { 'aws:SourceAccount': '{accountId}' } },
  },
];

const key = '1234abcd-12ab-34cd-56ef-1234567890ab';

export const forms: readonly Form[] = [
  {
    grant: {
      name: 'logs',
      kind: 's3-bucket-policy',
      account: 'log',
      bucket: 'example-logs',
      preset: 'cloudtrail-write',
    },
    elsewhere: { bucket: 'example-archive' },
    instead: [{ prefix: 'trails' }],
    holdable: true,
  },
  {
    grant: {
      name: 'flows',
      kind: 's3-bucket-policy',
      account: 'log',
      bucket: 'example-logs',
      preset: 'flow-logs-write',
    },
    instead: [{ preset: 'config-write' }, { preset: 'config-write', prefix: 'config' }],
    holdable: true,
  },
  {
    grant: {
      name: 'revisions',
      kind: 's3-bucket-policy',
      account: 'shared',
      bucket: 'example-revisions',
      preset: 'revisions-read',
    },
    instead: [{ roles: ['deploy/Agent', 'ci-*'] }],
    elsewhere: { bucket: 'example-packages' },
    packable: true,
    holdable: true,
  },
  {
    grant: {
      name: 'trail-key',
      kind: 'kms-key-policy',
      account: 'log',
      key: '5678abcd-12ab-34cd-56ef-1234567890ab',
      preset: 'cloudtrail-encrypt',
    },
  },
  {
    grant: {
      name: 'delivery-key',
      kind: 'kms-key-policy',
      account: 'log',
      key: '5678abcd-12ab-34cd-56ef-1234567890ab',
      preset: 'config-encrypt',
    },
    instead: [{ preset: 'flow-logs-encrypt' }],
    holdable: true,
  },
  {
    grant: { name: 'secret-key', kind: 'kms-key-policy', account: 'shared', key, preset: 'decrypt-secrets' },
    instead: [
      { preset: 'decrypt', roles: ['app/*'] },
      { preset: 'read-configurations' },
      { preset: 'deploy-configurations' },
    ],
    packable: true,
    holdable: true,
  },
  {
    grant: {
      name: 'ami-key',
      kind: 'kms-key-policy',
      account: 'shared',
      key,
      preset: 'launch-encrypted-ami',
    },
    tagged: { key: undefined, tagged: { Use: 'images' } },
    elsewhere: { key: '0987dcba-09fe-87dc-65ba-ab0987654321' },
    packable: true,
    holdable: true,
  },
  {
    grant: {
      name: 'people',
      kind: 'assume-role-permission',
      account: 'security',
      groups: ['Developers'],
      role: 'people/Developer',
    },
    elsewhere: { groups: ['Operators'] },
    instead: [
      { groups: ['Developers', 'Operators'] },
      // Few such names fit into one policy.
      {
        role: `people/${'of-a-central-team/'.repeat(11)}DeveloperOfApplicationsThatRunInThisAccountAndOfItsPipelines`,
      },
    ],
    packable: true,
    holdable: true,
  },
  {
    grant: {
      name: 'builders',
      kind: 'assume-role-permission',
      account: 'security',
      roles: ['Builder'],
      mfa: false,
      role: 'deploy/Builder',
    },
    holdable: true,
  },
  {
    grant: {
      name: 'images',
      kind: 'ecr-repository-policy',
      account: 'shared',
      repositories: ['base/node'],
      preset: 'pull',
    },
    packable: true,
    holdable: true,
    instead: [
      { repositories: ['base/*'] },
      { regions: [home, abroad] },
      { repositories: ['base/*', 'tools/lint'], regions: [home, abroad] },
    ],
  },
  {
    grant: {
      name: 'functions',
      kind: 'ecr-repository-policy',
      account: 'shared',
      repositories: ['base/node'],
      preset: 'lambda-pull',
    },
    instead: [{ repositories: ['base/node', 'tools/*'] }, { preset: 'raw', statements: rawStatements }],
  },
  {
    grant: {
      name: 'token',
      kind: 'secret-resource-policy',
      account: 'shared',
      secrets: ['deploy/token'],
      preset: 'read',
    },
    elsewhere: { secrets: ['deploy/other'] },
    packable: true,
    holdable: true,
    instead: [
      { secrets: undefined, tagged: { Share: 'yes' } },
      { secrets: ['deploy/token', 'deploy/other'], roles: ['app/Runner'] },
    ],
  },
  {
    grant: { name: 'launch', kind: 'kms-grant', account: 'shared', key, preset: 'auto-scaling' },
    tagged: { key: undefined, tagged: { Use: 'images' } },
  },
  {
    grant: {
      name: 'base-image',
      kind: 'ami-launch-permission',
      account: 'shared',
      images: ['ami-0123456789abcdef0'],
    },
    tagged: { images: undefined, tagged: { Use: 'images' } },
    elsewhere: { images: ['ami-0fedcba9876543210'] },
  },
  {
    grant: {
      name: 'reader',
      kind: 'role-trust-policy',
      account: 'shared',
      role: 'readers/ConfigurationReader',
      externalId: 'reader-7',
    },
    elsewhere: { role: 'readers/OtherReader' },
    packable: true,
    holdable: true,
  },
];

export interface Kinds {
  /** How many of the grants that there can be. */
  readonly share: number;
  /** Whether what AWS raises on request is as low as it can be, so that seeds reach it. */
  readonly scarce: boolean;
}

/** A configuration with some grants, or all, each for some accounts. */
export function drawConfiguration(draw: Draw, { share, scarce }: Kinds): Configuration {
  const drawn = draw.some(forms, share);
  const grants = (drawn.length === 0 ? [draw.pick(forms)] : drawn).map((form) =>
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
      // For all, so that whoever was never approved must be named nowhere.
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

/** Few removals need an operator in some fates, so that a few accounts reach the removal limit. */
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
  { grant, holdable = false, instead = [], tagged, packable = false }: Form,
  scarce = false,
): object {
  const byTags = tagged !== undefined && draw.chance(0.1) ? tagged : {};
  const other = instead.length > 0 && draw.chance(0.5) ? draw.pick(instead) : byTags;
  const packing = packable && draw.chance(scarce ? 0.7 : 0.2) ? { accountsIn: 'condition' } : {};
  const whom = holdable && draw.chance(0.12) ? draw.pick(held) : { for: draw.pick(selectors), ...packing };
  // A field that is there and undefined is not left out.
  return JSON.parse(JSON.stringify({ ...grant, ...other, ...whom }));
}
