import type { SimulatedWorld } from '../../../simulator/world.ts';
import { type IsFull, isDocumentFull, type Lists, principals } from './capacity.ts';
import type { Entry } from './entry.ts';
import { accountsNamed, type Document } from './policies.ts';
import type { Case, Documents, Has, Probes, Reader } from './reader.ts';
import { allows, type Request } from './requests.ts';
import type { Ref } from './resources.ts';
import { isManaged, ofGrant } from './sids.ts';

/** The parts of a kind with policy documents besides its documents. */
type Kind = Pick<Reader, 'named' | 'patterns' | 'all' | 'findable'> & {
  /** How many characters a document may have. */
  readonly limit?: number;
  readonly lists?: (entry: Entry) => Lists;
  /** Replaces both, for a kind with its own rule. */
  readonly isFull?: IsFull;
  readonly documents: Documents;
  readonly probes: (grantCase: Case) => Probes;
};

const oneList = (entry: Entry): Lists => principals(entry, 1);

/** The reader of a kind with statements: it evaluates each request by itself. */
export function documentReader({ documents, probes, limit = 0, lists = oneList, ...kind }: Kind): Reader {
  const managed = (
    world: SimulatedWorld,
    ref: Ref,
    installation: string,
    grant?: string,
  ): readonly Document[] =>
    documents(world, ref).map((document) => ({
      ...document,
      Statement:
        grant === undefined
          ? document.Statement.filter(({ Sid }) => isManaged(Sid, installation))
          : ofGrant(document.Statement, installation, grant),
    }));
  const isAllowed = (all: readonly Document[], request: Request): boolean =>
    all.some((document) => allows(document, request));
  const isFull: IsFull = (world, ref, demands, { installation }) =>
    documents(world, ref).some((document) =>
      isDocumentFull(
        { ...document, Statement: document.Statement.filter(({ Sid }) => !isManaged(Sid, installation)) },
        limit,
        demands.map(({ entry, accountIds }) => ({ lists: lists(entry), accounts: accountIds.length })),
      ),
    );
  return {
    isFull,
    ...kind,
    holdings: (world, ref, installation, grant) =>
      managed(world, ref, installation, grant).flatMap(({ Statement }) =>
        Statement.map((each) => ({ mark: each.Sid ?? '', ids: accountsNamed(each) })),
      ),
    has: (world, grantCase, installation, grant): Has => {
      const all = managed(world, grantCase.ref, installation, grant);
      const { allowed } = probes(grantCase);
      const count = allowed.filter((request) => isAllowed(all, request)).length;
      if (count === 0) return 'nothing';
      return count === allowed.length ? 'everything' : 'something';
    },
    tooMuch: (world, grantCase, installation) => {
      const all = managed(world, grantCase.ref, installation, grantCase.entry.name);
      return probes(grantCase)
        .refused.filter((request) => isAllowed(all, request))
        .map(({ action, resource, keys }) => `${action} on ${resource} with ${JSON.stringify(keys)}`);
    },
  };
}
