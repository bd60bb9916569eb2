import { many, type Statement } from './document.ts';

/**
 * How people find a statement: its Sid, such as `"PartnerAudit"`; without one its number, from 1, and what it does, such as
 * `number 2 (Allow s3:GetObject, …)`.
 */
export const statementLabel = (statement: Statement, index: number): string =>
  statement.Sid ? `"${statement.Sid}"` : `number ${index + 1} (${descriptionOf(statement)})`;

function descriptionOf({ Effect, Action, NotAction }: Statement): string {
  const [first = 'nothing', ...others] = many(Action ?? NotAction ?? []);
  const actions = others.length === 0 ? first : `${first}, …`;
  return Action === undefined ? `${Effect} all but ${actions}` : `${Effect} ${actions}`;
}
