import { Document, isCollection, isMap, isScalar, isSeq } from 'yaml';
import { wrapText } from '../output.ts';
import type { Answers, OrganizationFacts, Proposal } from './facts.ts';

/** How many characters a line of a comment has at most. */
const maxLine = 110;

/** A grant that finds no resource until somebody tags a key. A configuration needs at least one grant. */
const placeholderName = 'tagged-keys';

/** Writes the configuration file. Pure: the same facts and answers always give the same text. */
export function renderConfiguration(facts: OrganizationFacts, answers: Answers): string {
  const { installation, centralAccounts, chosen, proposals } = answers;
  const active = proposals.filter(({ name }) => chosen.has(name));
  const grants = active.map((proposal) => toGrant(proposal, answers));
  const document = new Document({
    version: 1,
    installation,
    ...(facts.partition === 'aws' ? {} : { partition: facts.partition }),
    organization: { id: facts.id, managementAccount: facts.managementAccount },
    centralAccounts: Object.fromEntries(
      centralAccounts.map(({ name, id, region }) => [name, { id, region }]),
    ),
    grants: grants.length > 0 ? grants : [createPlaceholder(answers)],
  });
  document.commentBefore = toComment([
    'Written by `onboarding init`. It is yours: edit it, and keep it in version control.',
    'Check it with `onboarding validate`. See what would change with `onboarding plan`.',
    ...answers.notes,
  ]);
  comment(document, 'installation', [
    'Part of the Sid of each managed statement. Do not change it after the first apply.',
  ]);
  comment(document, 'organization', ['From Organizations.']);
  commentCentralAccounts(document, answers);
  commentGrants(document, answers, active);
  return document.toString({ lineWidth: 0 });
}

const toGrant = ({ name, account, fields }: Proposal, { ou }: Answers) => {
  const { kind, ...others } = fields;
  return { name, kind, account, ...others, for: { ous: [ou] } };
};

const createPlaceholder = ({ centralAccounts, ou }: Answers) => ({
  name: placeholderName,
  kind: 'kms-key-policy',
  account: centralAccounts[0]?.name ?? '',
  tags: { 'onboarding-share': 'yes' },
  preset: 'decrypt',
  for: { ous: [ou] },
});

function commentCentralAccounts(document: Document, { centralAccounts }: Answers): void {
  comment(document, 'centralAccounts', [
    'The accounts that host shared resources, by names of your choice. Grants refer to these names.',
  ]);
  for (const { name, accountName } of centralAccounts) {
    const value = document.getIn(['centralAccounts', name], true);
    if (!isMap(value)) continue;
    value.flow = true;
    value.comment = ` ${oneLine(accountName)}`;
  }
}

function commentGrants(document: Document, answers: Answers, active: readonly Proposal[]): void {
  const { ou, proposals, chosen } = answers;
  comment(document, 'grants', [
    `Which accounts get which access. Every grant is for the accounts of one OU, ${oneLine(ou)}, and of the OUs below it.`,
  ]);
  const seq = document.get('grants', true);
  if (!isSeq(seq)) return;
  for (const [index, grant] of seq.items.entries()) {
    styleGrant(grant, active[index]?.why ?? placeholderWhy);
    if (isMap(grant)) grant.spaceBefore = index > 0;
  }
  const inactive = proposals.filter(({ name }) => !chosen.has(name));
  if (inactive.length > 0) seq.comment = toInactive(inactive, answers);
}

/** Adds a comment that says why the grant was proposed, and writes each list of the grant on one line. */
function styleGrant(grant: unknown, why: readonly string[]): void {
  if (!isMap(grant)) return;
  grant.commentBefore = toComment(why);
  for (const { value } of grant.items) if (isCollection(value)) value.flow = true;
}

const placeholderWhy = [
  'No proposal is active. This grant finds no key, and gives nothing, until a key has the tag onboarding-share: yes.',
  'Replace it with your first grant.',
];

/**
 * Proposals that the operator did not choose, as comments. If the first `#` of each line is removed, they are grants.
 */
const toInactive = (inactive: readonly Proposal[], answers: Answers): string =>
  [
    '',
    ' Proposals that are not active. To use one, remove the first # of each of its lines.',
    ...inactive.flatMap((proposal) => ['', ...toLines(proposal, answers).map((line) => ` ${line}`)]),
  ].join('\n');

function toLines(proposal: Proposal, answers: Answers): readonly string[] {
  const document = new Document([toGrant(proposal, answers)]);
  styleGrant(document.get(0, true), proposal.why);
  return document.toString({ lineWidth: 0 }).trimEnd().split('\n');
}

function comment(document: Document, key: string, lines: readonly string[]): void {
  const keys = isMap(document.contents) ? document.contents.items.map((pair) => pair.key) : [];
  for (const node of keys.filter(isScalar).filter(({ value }) => value === key)) {
    node.spaceBefore = true;
    node.commentBefore = toComment(lines);
  }
}

/** Names in Organizations may contain line breaks. A line of a comment must not. */
const oneLine = (text: string): string => text.replace(/[\p{Cc}\u2028\u2029]+/gu, ' ');

const toComment = (lines: readonly string[]): string =>
  lines
    .flatMap((line) => wrapText(oneLine(line), maxLine))
    .map((line) => ` ${line}`)
    .join('\n');
