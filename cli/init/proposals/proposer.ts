import type { AccountClients } from '../../../shared/platform/aws/access.ts';
import type { ChosenCentral, Proposal } from '../facts.ts';

/** What a proposer reads: a central account, its clients, and the limits. */
export interface Reading {
  readonly central: ChosenCentral;
  readonly clients: AccountClients;
  readonly partition: string;
  /** Only resources whose names begin with this text. */
  readonly prefix: string;
}

export interface Proposed {
  readonly proposals: readonly Proposal[];
  readonly notes: readonly string[];
}

/** Reads the resources of one type in a central account, and proposes grants for them. */
export interface Proposer {
  /** The type of resource in messages, such as `buckets`. */
  readonly resources: string;
  propose(reading: Reading): Promise<Proposed>;
}

/** How many resources of one type are read in one central account. */
const maxRead = 100;

/** The first resources of a listing, and whether there are more. Pages after the limit are not read. */
export async function readSome<Page, Item>(
  pages: AsyncIterable<Page>,
  itemsOf: (page: Page) => readonly Item[],
): Promise<{ readonly items: readonly Item[]; readonly more: boolean }> {
  const items: Item[] = [];
  for await (const page of pages) {
    items.push(...itemsOf(page));
    if (items.length > maxRead) return { items: items.slice(0, maxRead), more: true };
  }
  return { items, more: false };
}

/** The note about resources that were not read. */
export const noteMore = (
  more: boolean,
  resources: string,
  { central, prefix }: Reading,
): readonly string[] =>
  more
    ? [
        `${central.name} (${central.id}) has more than ${maxRead} ${resources}${prefix === '' ? '' : ` that begin with ${prefix}`}. ` +
          `Only the first ${maxRead} were read. To read others, run init with --prefix.`,
      ]
    : [];
