import { parseResourceKey } from '../grants/contract.ts';
import { accountIdPattern } from '../platform/account.ts';

/** An error of one resource. */
export interface Affected {
  /** The resource's key, or another name that people know. */
  readonly resource: string;
  /** The error, without the resource's name before it. */
  readonly text: string;
  /** The cause is unknown, so the resource has a line of its own. Default: false. */
  readonly isUnexplained?: boolean;
}

/** A line names at most this many resources. Records and `--json` have the error of each. */
const maxNamed = 5;

/** One line for each cause, such as a role that cannot be assumed, in the order of the first resources. */
export const formatGroupedCauses = (affected: readonly Affected[], things = 'resources'): readonly string[] =>
  groupByCause(affected).map((group) => lineOf(group, things));

/** Resources with one cause together. */
export const groupByCause = <T extends Affected>(affected: readonly T[]): readonly (readonly T[])[] => [
  ...Map.groupBy(affected, causeOf).values(),
];

/** The text without the resource's key, id and region. */
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
