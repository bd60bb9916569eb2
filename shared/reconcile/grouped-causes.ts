import { parseResourceKey } from '../grants/contract.ts';
import { accountIdPattern } from '../platform/account.ts';

/** An error, and the resource that has it. */
export interface Affected {
  /** The resource's key, or another name that operators know, such as the title of a search. */
  readonly resource: string;
  /** The text of the error, without the resource's name at the beginning. */
  readonly text: string;
  /** Whether the cause is unknown. Then the resource is not grouped with others. Default: false. */
  readonly isUnexplained?: boolean;
}

/** How many resources a line names at most. Run records and `--json` have the error of each resource. */
const maxNamed = 5;

/**
 * One line for each cause, with the resources that have it. Example: a role that cannot be assumed is one line,
 * although many resources need the role. In the order of the first resource.
 */
export const formatGroupedCauses = (affected: readonly Affected[], things = 'resources'): readonly string[] =>
  groupByCause(affected).map((group) => lineOf(group, things));

/** Groups resources whose errors have the same cause. */
export const groupByCause = <T extends Affected>(affected: readonly T[]): readonly (readonly T[])[] => [
  ...Map.groupBy(affected, causeOf).values(),
];

/** Removes the key, id and region of the resource from the text. Then errors with the same cause have the same text. */
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
