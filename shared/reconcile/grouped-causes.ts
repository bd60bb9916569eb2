import { parseResourceKey } from '../grants/contract.ts';
import { accountIdPattern } from '../platform/account.ts';

/** An error of one resource. */
export interface Affected {
  /** The resource's key, or another name that operators know. */
  readonly resource: string;
  /** The text of the error, without the name of the resource in front. */
  readonly text: string;
  /** Whether the cause is unknown. Such a resource has a line of its own. Default: false. */
  readonly isUnexplained?: boolean;
}

/** How many resources a line names at most. Records and `--json` have the error of each resource. */
const maxNamed = 5;

/**
 * Groups equal causes, such as one role that cannot be assumed. One line for each cause, in the order of the first
 * resource.
 */
export const formatGroupedCauses = (affected: readonly Affected[], things = 'resources'): readonly string[] =>
  groupByCause(affected).map((group) => lineOf(group, things));

/** Resources with one cause together. */
export const groupByCause = <T extends Affected>(affected: readonly T[]): readonly (readonly T[])[] => [
  ...Map.groupBy(affected, causeOf).values(),
];

/** The text without the key, id and region of the resource, so that equal causes have equal texts. */
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
