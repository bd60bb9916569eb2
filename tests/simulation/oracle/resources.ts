/** One resource: its kind, account, region and id. */
export interface Ref {
  readonly kind: string;
  readonly accountId: string;
  readonly region: string;
  readonly id: string;
}

/** The name in records and in the table. */
export const keyOf = ({ kind, accountId, region, id }: Ref): string =>
  [kind, accountId, region, id].join('/');

export function refOf(key: string): Ref {
  const parts = key.split('/');
  return {
    kind: parts[0] ?? '',
    accountId: parts[1] ?? '',
    region: parts[2] ?? '',
    id: parts.slice(3).join('/'),
  };
}
