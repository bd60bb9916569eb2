import type { Capacity, Step } from './capacity-measure.ts';

/** The required capacity of each resource of the example. */
export const wantedAccounts = 300;

export interface Measured {
  readonly capacities: readonly Capacity[];
  readonly example: readonly { readonly key: string; readonly fit: number }[];
}

/** The text of `docs/capacity.md`. */
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
  'AWS limits the size of every policy document. The table says how many accounts fit into one document with the default limits.',
  'Each number is for a resource with one grant and without unmanaged statements. The command `npm run bench:capacity` writes this',
  'page: it makes the policy for more and more accounts, until AWS would refuse it. A test fails if the page is outdated.',
  '',
  'Unmanaged statements, long names and `roles` also take room. `onboarding budget` says how full each of your policies is, and how',
  'many accounts still fit.',
  '',
  '| Column | Means |',
  '|---|---|',
  '| Naive way | one document with one statement, which names each account by one ARN, such as its root or a role. A preset with several statements repeats the list in each, so even fewer fit |',
  '| Accounts listed | `match: accounts`. A second number is what fits in a smaller form of the statements, or in several policies. The name of the form is in parentheses |',
  '| With `accountsIn: condition` | if the ARNs do not fit, the account ids are listed in a condition. A grant must allow that: see [match.md](match.md) |',
  '| Times the naive way | the numbers of the two columns before it, divided by the naive way |',
  '| Of an organization or OU | `match: organization` or `match: ou`, which lists no accounts |',
  '',
];

const afterwards = [
  '',
  'What happens when one account more arrives than fits:',
  '',
  '- **S3 bucket policy, the three `…-write` presets**: while there is room, the statement lists a prefix for each account. After',
  '  that, the statement has one prefix for all accounts (`service-tied`). Then only the list of source accounts decides who may',
  '  write. That is enough, because each service writes only under the id of the account that it acts for.',
  '- **S3 bucket policy, `revisions-read`**: the two statements have the same principals, so they become one (`service-tied`). S3',
  '  itself applies each action to the bucket or to its objects only.',
  '- **Permission to assume roles**: when a managed policy is full, the project attaches one more. The quota of AWS is 10 policies',
  '  for a group, and 10 to 25 for a role (`limits.managedPoliciesPerRole`). A new account changes one of these policies. A removed',
  '  account moves no other account. If only one grant uses a policy, the policy lists as many accounts as one that is written by',
  '  hand ([0019](decisions/0019-a-sid-in-a-tag.md)).',
  '- **KMS grant, AMI launch permission**: each account takes one. An image with `match: organization` or `match: ou` takes one for',
  '  the organization or OU. The limit of a key also counts KMS grants of others, such as EBS, which creates one for each volume in',
  '  use. AWS raises both quotas on request. Then set `limits.grantsPerKey` or `limits.launchPermissionsPerImage`.',
  '- **Role trust policy**: AWS raises the limit to at most 8,192 characters on request. Then set `limits.roleTrustPolicyCharacters`.',
  '- **All other kinds, and these when they are full**: new accounts get the remaining room, in the order of their ids. Each other',
  '  new account has a [hold](concepts/holds.md#full-policies). Accounts with access keep it, and accounts that lose the grant are',
  '  removed. The run fails with `PolicyTooLargeError`. The error says how many accounts fit, and which changes of the configuration',
  '  would make room for all: the run has tried each. The run updates every other resource as usual.',
  '',
  '## The example',
  '',
  'How many accounts fit on the resources of `examples/onboarding.yml`, if each grant selects all accounts:',
  '',
];

const conclusion = [
  '',
  'The accounts do not fit on the ECR repository `base/node`. A repository policy may have half the size of most other policies.',
  'Each account takes its root ARN in each statement, and for Lambda also the ARN of its functions. A larger organization has four',
  'ways out:',
  '',
  '- select fewer accounts (`for: { ous: … }`);',
  '- set `accountsIn: condition`;',
  '- set `match: organization` for `pull`;',
  '- copy the images to a second repository by replication.',
];
