import type { Configuration } from '../../../shared/configuration/schema.ts';
import type { SimulatedWorld } from '../../../simulator/world.ts';
import type { Entry } from './entry.ts';
import type { Document } from './policies.ts';
import type { Ref } from './resources.ts';

/** One grant on a resource, and how many accounts it is for. */
interface Demand {
  readonly entry: Entry;
  /** None of a grant that a condition holds. */
  readonly accountIds: readonly string[];
}

/** Whether a resource cannot take all accounts that it is for: a refusal for its size is right only then. */
export type IsFull = (
  world: SimulatedWorld,
  ref: Ref,
  demands: readonly Demand[],
  configuration: Configuration,
) => boolean;

/** What the lists of accounts of one grant take, written as short as the grant allows. */
export interface Lists {
  /** How many statements there are, each with a list. */
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

/** Lists of principals; a grant that allows it names ids in a condition. Beside a condition stands the owner's root. */
export function principals(entry: Entry, statements: number): Lists {
  const { accountsIn, match = 'accounts' } = entry as { accountsIn?: string; match?: string };
  const isPacked = accountsIn === 'condition';
  return {
    statements,
    perAccount: isPacked ? asId : asRoot,
    besideOwner: isPacked || match !== 'accounts',
  };
}

/** The most characters that a statement has without its accounts. */
const statement = 480;

/**
 * The oracle writes no statements, so it knows the size within some hundred characters alone: what is this close to the
 * limit may be refused.
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
