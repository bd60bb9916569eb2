import { type Expected, entriesOf, type Situation } from './expected.ts';
import { readers } from './kinds/index.ts';
import { keyOf } from './resources.ts';
import { keyGrantMark, sidOfGrant } from './sids.ts';

/** Managed content in the world that belongs to no grant of the configuration there. */
export interface OrphanedStatement {
  readonly key: string;
  readonly mark: string;
  /** The accounts that it names; empty if a condition admits accounts. */
  readonly ids: readonly string[];
  /** Whether the resource has no grant at all. */
  readonly dropped: boolean;
}

/** Checks every resource of every kind. */
export function findOrphanedStatements(
  { world, configuration }: Situation,
  rows: readonly Expected[],
): readonly OrphanedStatement[] {
  const installation = configuration.installation;
  const grantsOn = Map.groupBy(rows, ({ key }) => key);
  return Object.entries(readers).flatMap(([kind, reader]) =>
    reader.all(world).flatMap((each) => {
      const ref = { kind, accountId: each.accountId, region: each.region, id: each.id };
      const key = keyOf(ref);
      const here = grantsOn.get(key) ?? [];
      return reader
        .holdings(world, ref, installation)
        .filter(({ mark }) => !here.some(({ entry }) => isOf(mark, installation, entry.name)))
        .map((holding) => ({ ...holding, key, dropped: here.length === 0 }));
    }),
  );
}

/** Content without a mark belongs to every grant there. */
const isOf = (mark: string, installation: string, grant: string): boolean =>
  mark === '' ||
  mark.startsWith(sidOfGrant(installation, grant)) ||
  mark.startsWith(keyGrantMark(installation, grant));

/** Whether a Sid belongs to a grant of one of the configurations. */
export const isSidOf = (sid: string, configurations: readonly Situation['configuration'][]): boolean =>
  configurations.some((each) =>
    entriesOf(each).some(({ name }) => sid.startsWith(sidOfGrant(each.installation, name))),
  );
