import type { GrantKind, Rendering, ResourceRef, Share } from '../../shared/grants/contract.ts';
import type { GrantEntry } from '../../shared/grants/grant-schema.ts';
import type { Account } from '../../shared/platform/account.ts';
import { entryOf, type KindCases } from './cases.ts';
import { context, createGrantEnv, type GrantEnv, type Holder } from './grants-fixture.ts';
import { holders } from './kind-fixtures.ts';

/** One grant on one resource of a new world, and what a run would do with it. */
export interface GrantFixture {
  readonly env: GrantEnv;
  readonly holder: Holder;
  readonly ref: ResourceRef;
  readonly entry: GrantEntry;
  read(): Promise<unknown>;
  render(actual: unknown, accounts: readonly Account[], remembered?: readonly string[]): Rendering<unknown>;
  /** Reads, renders, writes where it differs, and reads back. */
  bring(accounts: readonly Account[], remembered?: readonly string[], more?: More): Promise<Brought>;
}

interface More {
  /** Another name of the grant. */
  readonly name?: string;
  readonly keepUnclaimed?: boolean;
}

export interface Brought extends Rendering<unknown> {
  readonly changed: boolean;
  readonly back: unknown;
}

export function createGrantFixture(
  kind: GrantKind,
  cases: KindCases,
  fields: object,
  on: GrantEnv = createGrantEnv(),
): GrantFixture {
  const entry = entryOf(kind, fields);
  const [ref] = kind.resources(entry, context);
  const holder = holders[cases.resource]?.(on, ref as ResourceRef);
  if (ref === undefined || holder === undefined) throw new Error(`${kind.name} has no resource to try`);
  const read = () => kind.read(on.clients(ref.region), ref, context);
  const render = (
    actual: unknown,
    accounts: readonly Account[],
    remembered: readonly string[] = [],
    { name = entry.name, keepUnclaimed = false }: More = {},
  ): Rendering<unknown> =>
    kind.render({
      ref,
      actual,
      shares: shareOf({ ...entry, name }, accounts),
      remembered,
      context,
      keepUnclaimed,
    });
  return {
    env: on,
    holder,
    ref,
    entry,
    read,
    render,
    bring: async (accounts, remembered, more) => {
      const actual = await read();
      const rendering = render(actual, accounts, remembered, more);
      const changed = !kind.same(actual, rendering.next);
      const change = { from: actual, to: rendering.next };
      if (changed) await kind.write(on.clients(ref.region), ref, change, context);
      return { ...rendering, changed, back: await read() };
    },
  };
}

const shareOf = (entry: GrantEntry, accounts: readonly Account[]): readonly Share[] => [{ entry, accounts }];
