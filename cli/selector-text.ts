import type { Selector, SelectorFields } from '../shared/accounts/selector.ts';
import { formatNumber } from './output.ts';

/** A selector for people: `OUs Workloads, Platform; except accounts 111111111111`. */
export function formatSelector({ all, except = [], ...fields }: Selector): string {
  const chosen = all === true ? 'all accounts' : fieldsText(fields);
  return except.length === 0 ? chosen : `${chosen}; except ${except.map(fieldsText).join(' or ')}`;
}

const fieldsText = ({ ous, tags, names, accounts }: SelectorFields): string =>
  [
    ...listText('OUs', ous),
    ...listText(
      'tags',
      tags && Object.entries(tags).map(([key, value]) => `${key}=${[value].flat().join('|')}`),
    ),
    ...listText('names', names),
    ...listText('accounts', accounts),
  ].join(' and ');

const listText = (what: string, values: readonly string[] | undefined): readonly string[] =>
  values === undefined ? [] : [`${what} ${foldValues(values)}`];

/** A longer list of a selector ends with a count. The configuration has every value. */
const maxValues = 10;

const foldValues = (values: readonly string[]): string =>
  values.length > maxValues
    ? `${values.slice(0, maxValues).join(', ')} and ${formatNumber(values.length - maxValues)} more`
    : values.join(', ');
