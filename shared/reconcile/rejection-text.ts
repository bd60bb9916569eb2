/** What is proven of accounts that a write was without: if AWS named no cause, only that it refused the document with them. */
export const formatRejection = (
  ids: readonly string[],
  { ambiguous }: { readonly ambiguous?: true | undefined },
): string => {
  const [who, were] = [ids.join(', '), ids.length === 1 ? 'was' : 'were'];
  return ambiguous === true
    ? `AWS refused the document while ${who} ${were} in it, and named no cause`
    : `AWS does not accept ${who} as a principal`;
};
