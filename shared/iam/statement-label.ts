import { type Statement, toArray } from './document.ts';

/** The Sid of a statement. Without a Sid, a short description such as `Allow s3:GetObject and 2 more`. */
export const labelStatement = (statement: Statement): string => statement.Sid || descriptionOf(statement);

function descriptionOf(statement: Statement): string {
  const [first = 'nothing', ...others] = listActions(statement);
  const more = others.length === 0 ? '' : ` and ${others.length} more`;
  return `${statement.Effect} ${formatActionPrefix(statement)}${first}${more}`;
}

/** The actions in a statement. With `NotAction`, these are the actions that the statement does not cover. */
export const listActions = ({ Action, NotAction }: Statement): readonly string[] =>
  toArray(Action ?? NotAction ?? []);

export const formatActionPrefix = ({ Action }: Statement): string => (Action === undefined ? 'all but ' : '');
