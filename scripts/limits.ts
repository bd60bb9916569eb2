/**
 * Prints docs/limits.md: how many accounts each preset of each grant kind can take, computed by rendering.
 * Run it after a change of a grant kind: node scripts/limits.ts > docs/limits.md
 */
import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { grantContext } from '../shared/configuration/context.ts';
import { parseConfiguration } from '../shared/configuration/load.ts';
import type { Configuration } from '../shared/configuration/schema.ts';
import { PolicyTooLargeError } from '../shared/errors.ts';
import type { GrantContext, GrantKind, Rendering, ResourceRef, Share } from '../shared/grants/contract.ts';
import type { GrantEntry } from '../shared/grants/entry.ts';
import { grantKinds } from '../shared/grants/kinds.ts';
import type { Account } from '../shared/organization/account.ts';
import { desiredResources } from '../shared/plan/desired.ts';

const account = (index: number): Account => ({
  id: String(100_000_000_000 + index),
  name: '',
  state: 'ACTIVE',
  parentIds: [],
  ouPath: '',
  tags: {},
});

const accounts = (count: number): readonly Account[] => Array.from({ length: count }, (_, i) => account(i));

/** A resource that nothing else is on. */
interface Question {
  readonly kind: GrantKind;
  readonly ref: ResourceRef;
  readonly entries: readonly GrantEntry[];
  readonly context: GrantContext;
}

const render = ({ kind, ref, entries, context }: Question, count: number): Rendering<unknown> => {
  const shares: readonly Share[] = entries.map((entry) => ({ entry, accounts: accounts(count) }));
  return kind.render({ ref, actual: kind.empty, shares, remembered: [], context });
};

/** More than any document holds, and more than AWS counts of anything. */
const tooMany = [3_000, 60_000];

/** How many accounts fit, when each grant on the resource names them all. */
function fitting(question: Question): number {
  for (const count of tooMany)
    try {
      render(question, count);
    } catch (error) {
      if (error instanceof PolicyTooLargeError) return Number(error.fields.fit);
      throw error;
    }
  return Math.max(...tooMany);
}

/** What one more account adds, where the resource is almost full; a dash where accounts are counted. */
function perAccount(question: Question, fit: number): number | string {
  const { unit } = render(question, 1);
  if (unit !== 'characters' && unit !== 'bytes') return '–';
  const sum = (count: number): number =>
    Object.values(question.kind.documents(render(question, count).next))
      .map((document) => JSON.stringify(document).length)
      .reduce((total, length) => total + length, 0);
  return Math.round((sum(fit) - sum(fit - 20)) / 20);
}

/** An example of each preset, with names of ordinary length. */
const examples: Readonly<Record<string, Readonly<Record<string, object>>>> = {
  's3-bucket-policy': byPreset(['cloudtrail-write', 'config-write', 'flow-logs-write', 'revisions-read'], {
    bucket: 'example-org-logs',
  }),
  'kms-key-policy': byPreset(
    [
      'cloudtrail-encrypt',
      'config-encrypt',
      'flow-logs-encrypt',
      'launch-encrypted-ami',
      'decrypt',
      'decrypt-secrets',
      'read-configurations',
      'deploy-configurations',
    ],
    { key: '1234abcd-12ab-34cd-56ef-1234567890ab' },
  ),
  'kms-grant': byPreset(['auto-scaling'], { key: '1234abcd-12ab-34cd-56ef-1234567890ab' }),
  'ami-launch-permission': { 'an image': { images: ['ami-0123456789abcdef0'] } },
  'ecr-repository-policy': byPreset(['pull', 'lambda-pull'], { repositories: ['base/node'] }),
  'secret-resource-policy': byPreset(['read'], { secrets: ['deploy/runner-token'] }),
  'assume-role-permission': {
    'a group, role people/ReadOnly': { groups: ['Readers'], role: 'people/ReadOnly' },
    'a role, role people/ReadOnly': { roles: ['Readers'], role: 'people/ReadOnly', mfa: false },
  },
  'role-trust-policy': {
    'a role': { role: 'ConfigurationReader' },
    'a role, with an external id': { role: 'ConfigurationReader', externalId: 'example-1234' },
  },
};

function byPreset(presets: readonly string[], fields: object): Record<string, object> {
  return Object.fromEntries(presets.map((preset) => [preset, { ...fields, preset }]));
}

const exampleFile = new URL('../examples/onboarding.yml', import.meta.url);

/** The presets of every kind, and the numbers of each. */
function presetRows(context: GrantContext): readonly string[] {
  return grantKinds.flatMap((kind) =>
    Object.entries(examples[kind.name] ?? {}).map(([preset, fields]) => {
      const entry = {
        name: 'example-grant',
        kind: kind.name,
        account: 'shared',
        for: { all: true },
        ...fields,
      };
      const question = ask(kind, kind.schema.parse(entry), context);
      const fit = fitting(question);
      const held = kind.schema.safeParse({ ...entry, membership: 'organization' });
      const unlisted = held.success ? unlistedText(ask(kind, held.data, context)) : 'must be listed';
      const limit = limitText(render(question, 1));
      return row(kind.title, preset, limit, perAccount(question, fit), fit, unlisted);
    }),
  );
}

function ask(kind: GrantKind, entry: GrantEntry, context: GrantContext): Question {
  const [ref] = kind.resources(entry, context);
  if (ref === undefined) throw new Error(`${kind.name} names no resource`);
  return { kind, ref, entries: [entry], context };
}

/** A condition takes the same room whoever it lets in. */
const unlistedText = (question: Question): string =>
  render(question, 1).size === render(question, 10_000).size ? 'any number' : String(fitting(question));

const limitText = ({ limit, unit }: Rendering<unknown>): string => `${limit.toLocaleString('en')} ${unit}`;

/** The capacity of each resource of the example, when every grant on it names every account. */
export function exampleCapacities(configuration: Configuration): readonly { key: string; fit: number }[] {
  const context = grantContext(configuration);
  return desiredResources(configuration, []).map(({ key, ref, kind, shares }) => ({
    key,
    fit: fitting({ kind, ref, context, entries: shares.map(({ entry }) => entry) }),
  }));
}

/** How many accounts each resource of the example should be able to take. */
export const wantedAccounts = 300;

const row = (...cells: readonly (string | number)[]): string => `| ${cells.join(' | ')} |`;

export function limitsPage(): string {
  const configuration = parseConfiguration(readFileSync(exampleFile, 'utf8'), 'examples/onboarding.yml');
  const capacities = exampleCapacities(configuration);
  return [
    ...introduction,
    row(
      'Grant kind',
      'Preset',
      'Limit',
      'Characters per account',
      'Accounts that fit',
      'Of an organisation or OU',
    ),
    row('---', '---', '---', '---', '---', '---'),
    ...presetRows(grantContext(configuration)),
    ...afterwards,
    row('Resource', 'Accounts that fit', `${wantedAccounts} accounts`),
    row('---', '---', '---'),
    ...capacities.map(({ key, fit }) => row(`\`${key}\``, fit, fit >= wantedAccounts ? 'fit' : 'do not fit')),
    ...conclusion,
    '',
  ].join('\n');
}

const introduction = [
  '# How many accounts fit',
  '',
  'Written by `node scripts/limits.ts > docs/limits.md`; a test holds this page and the script together.',
  '',
  'AWS limits the size of every policy document. The numbers below are for a resource with this one grant and no',
  'statement of anybody else, with the default limits. What others wrote, long names and `roles` take room',
  'too: `onboarding run` says how full each resource is after it.',
  '',
  'The last column is for a grant with `membership: organization` or `membership: ou`, which lists no accounts; see',
  '[configuration.md](configuration.md#membership).',
  '',
];

const afterwards = [
  '',
  'What happens when one account more arrives than fits:',
  '',
  '- **S3 bucket policy, the three `…-write` presets**: each account has a prefix of its own in the statement while there',
  '  is room. Then one prefix stands for all, and the list of source accounts alone decides who writes: the services',
  '  write only under the id of the account that they act for. The numbers above are with that packing.',
  '- **Permission to assume roles**: the accounts are spread over several managed policies, and one more is attached',
  '  when the last is full, up to the quota (`limits.managedPoliciesPerGroup`, `limits.managedPoliciesPerRole`; 10).',
  "- **KMS grant, AMI launch permission**: one for each account. The key's own limit counts the grants of others too, such",
  '  as those that EBS makes for each volume in use. AWS raises both quotas on request; then set `limits.grantsPerKey` or',
  '  `limits.launchPermissionsPerImage`.',
  '- **All others, and these when they are full**: the resource is refused with `PolicyTooLargeError`, which says how',
  '  many fit. Accounts that have access keep it, who leaves is taken off it, newcomers do not get it there, and every',
  '  other resource is updated as usual. Narrow the selectors, spread the grants over several resources, or declare the',
  '  membership `ou` or `organization`, where a grant is for such.',
  '',
  '## The example',
  '',
  'The resources of `examples/onboarding.yml`, each if every grant on it named every account:',
  '',
];

const conclusion = [
  '',
  'Those that do not fit are ECR repositories: a repository policy holds half of what the other documents hold, and',
  'each account takes its root ARN in each statement (and the ARN of its functions, for Lambda). An organisation with',
  'more accounts names fewer of them (`for: { ous: … }`), declares `membership: organization` for `pull`, or copies the',
  'images to a second repository by replication.',
];

if (process.argv[1] === fileURLToPath(import.meta.url)) process.stdout.write(limitsPage());
