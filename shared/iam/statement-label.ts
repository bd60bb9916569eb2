import { many, type Statement } from './document.ts';

/** The Sid, or a short description such as `Allow s3:GetObject and 2 more`. */
export const statementLabel = (statement: Statement): string => statement.Sid || descriptionOf(statement);

function descriptionOf(statement: Statement): string {
  const [first = 'nothing', ...others] = actionsOf(statement);
  const more = others.length === 0 ? '' : ` and ${others.length} more`;
  return `${statement.Effect} ${allBut(statement)}${first}${more}`;
}

/** The actions that the statement names, which are all but those that it covers if it has a `NotAction`. */
export const actionsOf = ({ Action, NotAction }: Statement): readonly string[] =>
  many(Action ?? NotAction ?? []);

export const allBut = ({ Action }: Statement): string => (Action === undefined ? 'all but ' : '');
