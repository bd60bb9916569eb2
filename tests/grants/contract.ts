import { describe, expect, test } from '@jest/globals';
import type { GrantKind } from '../../shared/grants/contract.ts';
import { listActions, runFullLife } from '../fixtures/grants/full-life.ts';
import type { GrantEnv } from '../fixtures/grants/grant-env.ts';
import { createGrantFixture } from '../fixtures/grants/grant-fixture.ts';
import type { KindCases } from '../fixtures/grants/kind-cases.ts';
import { accessContract } from './contracts/access.ts';
import { actionContract } from './contracts/actions.ts';
import { grantingContract } from './contracts/granting.ts';
import { refusalContract } from './contracts/refusals.ts';
import { unmanagedContentContract } from './contracts/unmanaged-content.ts';

/** What every grant kind promises, for every preset of it. */
export function grantKindContract(kind: GrantKind, cases: KindCases): void {
  describe.each(Object.entries(cases.presets))('%s', (preset, fields) => {
    const on = (given?: GrantEnv) => {
      const made = createGrantFixture(kind, cases, fields, given);
      made.holder.make();
      return made;
    };
    grantingContract(kind, on);
    unmanagedContentContract(kind, on);
    refusalContract(kind, () => createGrantFixture(kind, cases, fields), on);
    accessContract(kind, on, cases.unverified?.includes(preset) ?? false);
    actionContract(kind, on);
  });
  test('uses every action that the kind lists when a grant is written, changed and removed', async () => {
    const used = await Promise.all(
      Object.values(cases.presets).map((fields) =>
        runFullLife(kind, createGrantFixture(kind, cases, fields)),
      ),
    );

    expect(new Set(used.flat())).toEqual(new Set(listActions(kind)));
  });
}
