import { parseResourceKey } from '../grants/contract.ts';
import { accountIdPattern } from '../platform/account.ts';

/** Something that went wrong with one resource. */
export interface Affected {
  /** The resource's key, or what else people know it by. */
  readonly resource: string;
  /** What happened, without the resource in front. */
  readonly text: string;
  /** No cause is known, so the resource has a line of its own. Default: false. */
  readonly isUnexplained?: boolean;
}

/** So many resources are named in a line; records and `--json` have the error of each. */
const maxNamed = 5;

/** One line for each cause, such as a role that may not be assumed; in the order of the first resources. */
export const formatGroupedCauses = (affected: readonly Affected[], things = 'resources'): readonly string[] =>
  groupByCause(affected).map((group) => lineOf(group, things));

/** Resources with one cause together. */
export const groupByCause = <T extends Affected>(affected: readonly T[]): readonly (readonly T[])[] => [
  ...Map.groupBy(affected, causeOf).values(),
];

/** The text without what is the resource's own: its key, its id and its region. */
const causeOf = ({ resource, text, isUnexplained = false }: Affected): string => {
  if (isUnexplained) return `${resource}: ${text}`;
  const { accountId, id, region } = parseResourceKey(resource);
  const own = accountIdPattern.test(accountId) ? [resource, id, region] : [resource];
  return own.filter((name) => name !== '').reduce((cause, name) => cause.replaceAll(name, '…'), text);
};

function lineOf(group: readonly Affected[], things: string): string {
  const [first = { resource: '', text: '' }, ...others] = group;
  if (others.length === 0) return `${first.resource}: ${first.text}`;
  const named = group.slice(0, maxNamed).map(({ resource }) => resource);
  const more = group.length - named.length;
  const folded = more === 0 ? '' : ` and ${more.toLocaleString('en-US')} more`;
  const count = group.length.toLocaleString('en-US');
  return `${first.text.replace(/\.?$/, '.')} ${count} ${things} are affected: ${named.join(', ')}${folded}`;
}
