import type { Configuration } from '../../../shared/configuration/schema.ts';
import type { SimulatedWorld } from '../../../simulator/world.ts';
import type { Entry } from './entry.ts';
import type { Document } from './policies.ts';
import type { Ref } from './resources.ts';

/** One grant on a resource, and the number of its accounts. */
interface Demand {
  readonly entry: Entry;
  /** None for a grant with a condition. */
  readonly accountIds: readonly string[];
}

/** Whether a resource has no room for all accounts of its grants: only then an error about its size is right. */
export type IsFull = (
  world: SimulatedWorld,
  ref: Ref,
  demands: readonly Demand[],
  configuration: Configuration,
) => boolean;

/** The size of the account lists of one grant, in the shortest form that the grant allows. */
export interface Lists {
  /** The number of statements with a list. */
  readonly statements: number;
  /** Characters of one account in one list. */
  readonly perAccount: number;
  /** Whether the owner of the resource may need a statement of its own beside each. Default: no. */
  readonly besideOwner?: boolean;
}

/** `"arn:aws:iam::555566667777:root",` */
const asRoot = 33;
/** `"555566667777",` */
export const asId = 15;

/**
 * Lists of principals. A grant that allows it lists ids in a condition. Beside the condition the statement has the
 * owner's root.
 */
export function principals(entry: Entry, statements: number): Lists {
  const { accountsIn, match = 'accounts' } = entry as { accountsIn?: string; match?: string };
  const isPacked = accountsIn === 'condition';
  return {
    statements,
    perAccount: isPacked ? asId : asRoot,
    besideOwner: isPacked || match !== 'accounts',
  };
}

/** The most characters of a statement without its accounts. */
const statement = 480;

/**
 * The oracle writes no statements, so it knows the size only within some hundred characters. A size this close to the
 * limit may be rejected.
 */
export function isDocumentFull(
  unmanaged: Document,
  limit: number,
  demands: readonly { readonly lists: Lists; readonly accounts: number }[],
): boolean {
  const sizes = demands.map(({ lists: { statements, perAccount, besideOwner = false }, accounts }) => {
    const frames = besideOwner ? 2 : 1;
    return statements * (frames * statement + perAccount * accounts);
  });
  return JSON.stringify(unmanaged).length + sizes.reduce((sum, each) => sum + each, 0) > limit;
}
