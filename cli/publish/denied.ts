/** The actions that one call of AppConfig needs. */
interface NeededActions {
  readonly actions: readonly string[];
  /** Actions on the customer managed key of the profile, if it has one. */
  readonly keyActions: readonly string[];
  readonly key: string | undefined;
}

export const isDenied = ({ name }: Error): boolean => name === 'AccessDeniedException';

/** The permission that the caller lacks: the action in AWS's message, or else every action that the call needs. */
export function adviseOnDenied({ message }: Error, { actions, keyActions, key }: NeededActions): string {
  const [, named] = /\bperform:? ((?:appconfig|kms):\w+)/.exec(message) ?? [];
  const ofKey = key === undefined ? [] : keyActions;
  const missing = named === undefined ? [...actions, ...ofKey] : [named];
  const onKey = key !== undefined && missing.some((action) => action.startsWith('kms:'));
  return `The caller needs ${missing.join(', ')}${onKey ? ` on the key ${key}: in the policies of the role and of the key` : ''}`;
}
