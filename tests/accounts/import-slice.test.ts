import { describe, expect, test } from '@jest/globals';
import {
  firstCursor,
  type ImportCursor,
  importCursorSchema,
  packIds,
  unpackIds,
} from '../../shared/accounts/import-cursor.ts';
import { type ImportSlice, importSlice } from '../../shared/accounts/import-slice.ts';
import { importOrganization } from '../../shared/accounts/registry.ts';
import { createRegistryEnv, id, production, type RegistryEnv, sandbox } from '../fixtures/registry-env.ts';

/** One page at a time, the cursor copied as a state machine copies it. */
async function slices(
  here: RegistryEnv,
  between: (slice: number) => unknown = () => undefined,
): Promise<readonly ImportSlice[]> {
  const done: ImportSlice[] = [];
  let cursor: ImportCursor | undefined;
  do {
    const slice = await importSlice(here, cursor, { accounts: 1, pages: 1 });
    done.push(slice);
    cursor = slice.cursor && importCursorSchema.parse(JSON.parse(JSON.stringify(slice.cursor)));
    if (cursor !== undefined) await between(done.length);
  } while (cursor !== undefined && done.length < 100);
  return done;
}

const many = (here: RegistryEnv): readonly string[] => {
  const ids = Array.from({ length: 9 }, (_, number) => `00000000000${number}`);
  for (const one of ids)
    here.organization.accounts.set(one, {
      parentId: 'ou-exam-product01',
      tags: { a: '1', b: '2', c: '3' },
    });
  return [...ids, '111111111111', id, '888899990000'].toSorted();
};

describe('importSlice', () => {
  test('finds the same accounts in many slices as in one, and marks the registry ready after the last slice', async () => {
    const here = createRegistryEnv();
    const all = many(here);
    const readiness: unknown[] = [];

    const done = await slices(here, async () => readiness.push(await here.registry.getReadySince()));

    expect(done.length).toBeGreaterThan(10);
    expect(done.at(-1)?.counts).toEqual({ accounts: 12, changed: 12, departed: 0 });
    expect(new Set(readiness)).toEqual(new Set([undefined]));
    expect(await here.registry.getReadySince()).toBeDefined();
    const stored = await here.registry.listAccounts();
    expect(stored.map((account) => account.id)).toEqual(all);
    expect(stored[0]).toMatchObject({ ouPath: 'Workloads/Production', tags: { a: '1', b: '2', c: '3' } });
    expect(stored[0]?.parentIds).toEqual(['r-exam', 'ou-exam-workload1', 'ou-exam-product01']);
  });

  test('describes an account that moved from an OU that was not read yet to an OU that was', async () => {
    const here = createRegistryEnv();
    here.organization.accounts.set(id, { parentId: 'ou-exam-platform1' });
    await importOrganization(here);

    const done = await slices(
      here,
      (slice) => slice === 1 && here.organization.accounts.set(id, { parentId: 'r-exam' }),
    );

    expect(await here.registry.getAccount(id)).toMatchObject({ ouPath: '', state: 'ACTIVE' });
    expect(done.at(-1)?.counts).toEqual({ accounts: 3, changed: 1, departed: 0 });
  });

  test('finds a new account by ListAccounts when it moves to an OU that was already read', async () => {
    const here = createRegistryEnv();
    here.organization.accounts.set(id, { parentId: 'ou-exam-platform1' });

    await slices(here, (slice) => slice === 1 && here.organization.accounts.set(id, { parentId: 'r-exam' }));

    expect(await here.registry.getAccount(id)).toMatchObject({ ouPath: '', state: 'ACTIVE' });
  });

  test('stores the current OU when two slices list an account', async () => {
    const here = createRegistryEnv();
    here.organization.accounts.set(id, production);
    let moved = false;

    await slices(here, async () => {
      if (moved || (await here.registry.getAccount(id)) === undefined) return;
      moved = true;
      here.organization.accounts.set(id, sandbox);
    });

    expect(await here.registry.getAccount(id)).toMatchObject({ ouPath: 'Sandbox' });
  });

  test('skips an OU that is deleted before it is read, and keeps its accounts', async () => {
    const here = createRegistryEnv();
    await importOrganization(here);

    await slices(here, (slice) => {
      if (slice !== 1) return;
      here.organization.accounts.set('888899990000', { parentId: 'r-exam' });
      here.organization.ous.delete('ou-exam-sandbox01');
    });

    expect(await here.registry.getAccount('888899990000')).toMatchObject({ ouPath: '', state: 'ACTIVE' });
  });

  test('calls DescribeAccount for departed accounts in small groups', async () => {
    const here = createRegistryEnv();
    for (const left of many(here).slice(0, 9)) here.organization.accounts.set(left, sandbox);
    await importOrganization(here);
    for (const left of many(here).slice(0, 9)) here.organization.accounts.delete(left);

    const done = await slices(here);

    expect(done.at(-1)?.counts).toEqual({ accounts: 3, changed: 9, departed: 9 });
    expect(done.filter(({ cursor }) => cursor?.phase === 'absent')).toHaveLength(9);
  });

  test('returns the same cursor when a slice of an import is repeated', async () => {
    const here = createRegistryEnv();
    const first = await importSlice(here, firstCursor, { accounts: 1, pages: 1 });
    const again = await importSlice(here, firstCursor, { accounts: 1, pages: 1 });

    expect(again.cursor).toMatchObject({ seen: first.cursor?.seen, parents: first.cursor?.parents });
    expect((await here.registry.getHead()).revision).toBe(1);
  });

  test('reads tags of new accounts only, when no selector uses tags', async () => {
    const here = createRegistryEnv();
    await importOrganization(here);
    here.organization.accounts.set(id, { ...production, tags: { environment: 'test' } });
    here.organization.accounts.set('999999999999', { ...sandbox, tags: { fresh: 'yes' } });
    here.organization.asked.length = 0;

    expect(await importOrganization({ ...here, tags: false })).toMatchObject({ changed: 1 });

    expect(here.organization.asked.filter((asked) => asked === 'ListTagsForResource')).toHaveLength(1);
    expect(await here.registry.getAccount('999999999999')).toMatchObject({ tags: { fresh: 'yes' } });
    expect(await here.registry.getAccount(id)).toMatchObject({ tags: { environment: 'production' } });
  });

  test.each(['ListAccountsForParent', 'ListTagsForResource', 'ListParents'])(
    'does not add an unknown account when it leaves after %s and the registry is ready',
    async (asked) => {
      const here = createRegistryEnv();
      await importOrganization(here);
      here.organization.accounts.set('999999999999', sandbox);
      here.organization.after = (command, { ParentId = sandbox.parentId, ResourceId = '999999999999' }) => {
        const isAbout = ParentId === sandbox.parentId && ResourceId === '999999999999';
        if (command === asked && isAbout) here.organization.accounts.delete('999999999999');
      };

      await importOrganization(here);

      expect((await here.registry.getAccount('999999999999'))?.state ?? 'DEPARTED').toBe('DEPARTED');
    },
  );

  test('asks whether an account needs approval only for accounts that are new or wait for approval', async () => {
    const here = createRegistryEnv();
    await importOrganization(here);
    let asked = 0;
    const everybody = async () => {
      asked += 1;
      return () => true;
    };
    const importing = async (needsApproval: RegistryEnv['needsApproval']) => {
      asked = 0;
      await importOrganization({ ...here, needsApproval });
      return asked;
    };

    const unchanged = await importing(everybody);
    here.organization.accounts.set('999999999999', sandbox);
    const added = await importing(everybody);
    const waits = (await here.registry.getAccount('999999999999'))?.approval;
    const waiting = await importing(everybody);
    await importing(async () => undefined);

    expect({ known: unchanged, added, waiting }).toEqual({ known: 0, added: 1, waiting: 1 });
    expect(waits).toBeDefined();
    expect((await here.registry.getAccount('999999999999'))?.approval).toBeUndefined();
  });

  test('reads the tags of an account when another field of it has changed', async () => {
    const here = createRegistryEnv();
    await importOrganization(here);
    here.organization.accounts.set(id, { ...sandbox, tags: { environment: 'test' } });

    await importOrganization({ ...here, tags: false });

    expect(await here.registry.getAccount(id)).toMatchObject({
      ouPath: 'Sandbox',
      tags: { environment: 'test' },
    });
  });

  test('neither counts nor stores an account that leaves after its page was read', async () => {
    const here = createRegistryEnv();
    here.organization.before = (command, { ResourceId }) =>
      command === 'ListTagsForResource' && ResourceId === id && here.organization.accounts.delete(id);

    expect(await importOrganization(here)).toMatchObject({ accounts: 2, changed: 2, departed: 0 });
    expect(await here.registry.getAccount(id)).toBeUndefined();
  });
});

describe('the ids in a cursor', () => {
  test('restores account ids with leading zeros from a cursor', () => {
    const ids = new Set(['000000000001', '123456789012', '999999999999']);

    expect(unpackIds(packIds(ids))).toEqual(ids);
  });

  test('fits the cursor with the ids of 30,000 accounts into a state of 256 KiB', () => {
    const ids = new Set(Array.from({ length: 30_000 }, (_, number) => String(100_000_000_000 + number)));

    expect(packIds(ids).length).toBeLessThan(200_001);
  });
});
