import { abroad, home } from './central-accounts.ts';

export interface GrantForm {
  readonly grant: { readonly name: string; readonly kind: string } & Readonly<Record<string, unknown>>;
  /** Whether a condition can replace its accounts. */
  readonly holdable?: boolean;
  /** Replaces fields of the grant: a pattern for its resources, or several regions. */
  readonly instead?: readonly object[];
  /** Sometimes replaces fields of the grant: tags for its keys or images. */
  readonly byTags?: object;
  /** Sometimes replaces fields of the grant: a preset that is for every account. */
  readonly forAll?: object;
  /** Replaces fields of the grant: another resource that a later configuration names. */
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

const trail = { name: 'audit', region: home };

const key = '1234abcd-12ab-34cd-56ef-1234567890ab';

export const grantForms: readonly GrantForm[] = [
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
    forAll: { preset: 'organization-cloudtrail-write', trail },
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
    forAll: { preset: 'organization-cloudtrail-encrypt', trail },
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
    byTags: { key: undefined, tags: { Use: 'images' } },
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
      { secrets: undefined, tags: { Share: 'yes' } },
      { secrets: ['deploy/token', 'deploy/other'], roles: ['app/Runner'] },
    ],
  },
  {
    grant: { name: 'launch', kind: 'kms-grant', account: 'shared', key, preset: 'auto-scaling' },
    byTags: { key: undefined, tags: { Use: 'images' } },
  },
  {
    grant: {
      name: 'base-image',
      kind: 'ami-launch-permission',
      account: 'shared',
      images: ['ami-0123456789abcdef0'],
    },
    byTags: { images: undefined, tags: { Use: 'images' } },
    elsewhere: { images: ['ami-0fedcba9876543210'] },
    holdable: true,
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
