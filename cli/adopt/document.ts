import { Document, isCollection, isMap, isNode, isSeq, parseDocument, type YAMLMap } from 'yaml';
import type { Proposal } from '../../shared/reconcile/adoption/merge-proposals.ts';
import { nameEach, toName } from '../init/names.ts';
import { wrapText } from '../output.ts';

export interface NamedProposal extends Proposal {
  readonly name: string;
}

/** Gives each proposal a name that no grant of the configuration has. */
export function nameProposals(
  proposals: readonly Proposal[],
  taken: readonly string[],
): readonly NamedProposal[] {
  const kept = taken.map((name) => ({ name, proposal: undefined }));
  const wanted = proposals.map((proposal) => ({ name: toName(proposal.title, 'adopted'), proposal }));
  return nameEach([...kept, ...wanted]).flatMap(({ name, proposal }) =>
    proposal === undefined ? [] : [{ ...proposal, name }],
  );
}

/** How many characters a line of a comment has at most. */
const maxLine = 110;

/** Adds the grants to the text of a configuration. All other text stays as it is. Pure. */
export function addGrants(text: string, proposals: readonly NamedProposal[]): string {
  if (proposals.length === 0) return text;
  const document = parseDocument(text);
  const grants = document.get('grants', true);
  if (!isSeq(grants)) throw new Error('the configuration has no list of grants');
  const first = grants.items[0];
  const start = isNode(first) ? (first.range?.[0] ?? 0) : 0;
  const dash = text.lastIndexOf('-', start);
  const lineStart = text.lastIndexOf('\n', dash) + 1;
  const end = grants.range?.[1] ?? text.length;
  if (grants.flow === true || text.slice(lineStart, dash).trim() !== '')
    return addToTree(document, proposals);
  const indent = ' '.repeat(dash - lineStart);
  const added = proposals.flatMap((proposal) => ['', ...toLines(proposal).map((line) => `${indent}${line}`)]);
  const [before, after] = [text.slice(0, end).trimEnd(), text.slice(end)];
  return `${before}\n${added.map((line) => line.trimEnd()).join('\n')}\n${after.startsWith('\n') || after === '' ? after : `\n${after}`}`;
}

/** Used if the list of grants is not written in block style. Then the whole text gets one style. */
function addToTree(document: Document, proposals: readonly NamedProposal[]): string {
  for (const proposal of proposals) document.addIn(['grants'], document.createNode(toGrant(proposal)));
  return document.toString({ lineWidth: 0 });
}

function toLines(proposal: NamedProposal): readonly string[] {
  const document = new Document([toGrant(proposal)]);
  const grant = document.get(0, true);
  if (isMap(grant)) styleGrant(grant);
  return document.toString({ lineWidth: 0 }).trimEnd().split('\n');
}

const toGrant = ({ name, centralAccount: account, fields }: NamedProposal) => {
  const { kind, for: selector, match, ...others } = fields;
  return { name, kind, account, ...others, for: selector, ...(match === undefined ? {} : { match }) };
};

/** Adds a comment above the grant, and writes each list of the grant on one line. */
function styleGrant(grant: YAMLMap): void {
  grant.commentBefore = wrapText(why, maxLine)
    .map((line) => ` ${line}`)
    .join('\n');
  for (const { key, value } of grant.items)
    if (isCollection(value) && String(key) !== 'statements') value.flow = true;
}

const why =
  'From onboarding adopt: gives the access that unmanaged statements of the policy give today, and nothing more.';
