import type { Capacity, Step } from './capacity-measure.ts';

/** The required capacity of each resource of the example. */
export const wantedAccounts = 300;

export interface Measured {
  readonly capacities: readonly Capacity[];
  readonly example: readonly { readonly key: string; readonly fit: number }[];
}

/** `docs/capacity.md`. */
export const capacityPage = ({ capacities, example }: Measured): string =>
  [
    ...introduction,
    row(...capacityHeader),
    row(...capacityHeader.map(() => '---')),
    ...capacities.map((each) => row(...capacityCells(each))),
    ...afterwards,
    row('Resource', 'Accounts that fit', `${wantedAccounts} accounts`),
    row('---', '---', '---'),
    ...example.map(({ key, fit }) =>
      row(`\`${key}\``, grouped(fit), fit >= wantedAccounts ? 'fit' : 'do not fit'),
    ),
    ...conclusion,
    '',
  ].join('\n');

export const capacityHeader = [
  'Grant kind',
  'Preset',
  'Limit',
  'Naive way',
  'Accounts listed',
  'With `accountsIn: condition`',
  'Times the naive way: listed, packed',
  'Of an organization or OU',
];

export const capacityCells = (capacity: Capacity): readonly string[] => {
  const { title, name, limit, unit, naive, steps, packed, unlisted } = capacity;
  return [
    title,
    name,
    `${grouped(limit)} ${unit}`,
    naive === undefined ? '–' : grouped(naive),
    steps.map(stepText).join(', '),
    packed === undefined ? '–' : stepText(packed),
    naive === undefined ? '–' : timesText(capacity, naive),
    unlisted,
  ];
};

/** The most accounts that fit without optional packings. */
export const mostListed = ({ steps }: Capacity): number => Math.max(...steps.map(({ fit }) => fit));

const timesText = (capacity: Capacity, naive: number): string =>
  [mostListed(capacity), ...(capacity.packed === undefined ? [] : [capacity.packed.fit])]
    .map((fit) => (fit / naive).toFixed(1))
    .join(', ');

const plainPackings: ReadonlySet<string> = new Set(['', 'listed', 'condition']);

const stepText = ({ packing, fit }: Step): string =>
  plainPackings.has(packing) ? grouped(fit) : `${grouped(fit)} (${packing})`;

const grouped = (count: number): string => count.toLocaleString('en');

const row = (...cells: readonly string[]): string => `| ${cells.join(' | ')} |`;

const introduction = [
  '# How many accounts fit',
  '',
  'Written by `npm run bench:capacity`; a test holds this page and the code together.',
  '',
  'AWS limits the size of every policy document. The numbers below are for a resource with one grant and no unmanaged',
  'statements, with the default limits. They are found by rendering. Unmanaged statements, long names and `roles` also take',
  'room. `onboarding budget` says how full each resource is, how many accounts still fit, and what comes next.',
  '',
  '- **Naive way**: one document with one statement, which names each account by one ARN: its root, its role, its folder, or',
  '  its trails. A preset that needs several statements names each account in each, so it may take fewer.',
  '- **Accounts listed**: `match: accounts` with nothing else. The second of two numbers is what fits if the statements are',
  '  written more tightly, or in as many policies as can be attached.',
  '- **With `accountsIn: condition`**: the accounts stand in a condition if their ARNs do not fit. A grant opts in; see',
  '  [match.md](match.md).',
  '- **Of an organization or OU**: `match: organization` or `ou`, which lists no accounts.',
  '',
];

const afterwards = [
  '',
  'What happens when one account more arrives than fits:',
  '',
  '- **S3 bucket policy, the three `…-write` presets**: each account has a prefix of its own in the statement while there',
  '  is room. Then one prefix stands for all, and the list of source accounts alone decides who writes: the services',
  '  write only under the id of the account that they act for (`service-tied`).',
  '- **S3 bucket policy, `revisions-read`**: two statements with the same principals become one, since S3 itself ties their',
  '  actions to the bucket and to its objects (`service-tied`).',
  '- **Permission to assume roles**: the accounts are spread over several managed policies, and one more is attached',
  '  when the last is full, up to the quota (10 for a group; 10 to 25 for a role, `limits.managedPoliciesPerRole`). One',
  '  account more changes one policy; one less moves nobody. With one grant on it, each policy lists as many accounts as one that',
  '  is written by hand ([0019](decisions/0019-a-sid-in-a-tag.md)).',
  '- **KMS grant, AMI launch permission**: one for each account; of an image with `match: organization` or `ou` one for the organization',
  "  or OU. The key's limit also counts KMS grants of other authors, such as EBS, which makes one for each volume in use. AWS",
  '  raises both quotas on request. Then set `limits.grantsPerKey` or `limits.launchPermissionsPerImage`.',
  '- **Role trust policy**: the limit can be raised: AWS gives up to 8,192 characters on request; then set',
  '  `limits.roleTrustPolicyCharacters`.',
  '- **All others, and these when they are full**: new accounts get the room that is left, in the order of their ids. Each other new',
  '  account has a [hold](concepts/holds.md#full-policies). Accounts with access keep it, and accounts that lose the grant are removed. The',
  '  run fails with `PolicyTooLargeError`, which says how many fit, and with which change of packing, match or division more would:',
  '  each was tried. The run updates every other resource as usual.',
  '',
  '## The example',
  '',
  'The resources of `examples/onboarding.yml`, each if every grant on it named every account:',
  '',
];

const conclusion = [
  '',
  'ECR repositories do not fit. A repository policy holds half of what other documents hold. Each account takes its root',
  'ARN in each statement, and for Lambda also the ARN of its functions. An organization with more accounts selects fewer of',
  'them (`for: { ous: … }`), says `accountsIn: condition`, declares `match: organization` for `pull`, or copies the images to',
  'a second repository by replication.',
];
