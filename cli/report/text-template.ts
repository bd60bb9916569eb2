import { formatAccount } from '../../shared/platform/account.ts';

/**
 * A text about an account, with placeholders instead of the account, so that equal texts of many accounts are stored
 * once. `{account}` stands for the name and the id, `{id}` for the id alone.
 */
export function toTemplate(text: string, account: { readonly id: string; readonly name: string }): string {
  const escaped = text.replaceAll('{', '{{');
  return escaped.replaceAll(escapeBraces(formatAccount(account)), '{account}').replaceAll(account.id, '{id}');
}

const escapeBraces = (text: string): string => text.replaceAll('{', '{{');

/** The text of a template for one account. The page has the same function in JavaScript. */
export const fillTemplate = (
  template: string,
  account: { readonly id: string; readonly name: string },
): string =>
  template.replace(/\{\{|\{account\}|\{id\}/g, (found) => {
    if (found === '{{') return '{';
    return found === '{id}' ? account.id : formatAccount(account);
  });
