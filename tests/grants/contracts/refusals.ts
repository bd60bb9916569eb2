import { expect, test } from '@jest/globals';
import type { GrantKind } from '../../../shared/grants/contract.ts';
import { PolicyTooLargeError, ResourceMissingError } from '../../../shared/platform/aws/errors.ts';
import { context, manyAccounts } from '../../fixtures/grants/grant-env.ts';
import type { MakeGrantFixture } from '../../fixtures/grants/grant-fixture.ts';

/** More than any policy holds. */
const tooMany = manyAccounts(2_500);

/** What a kind cannot write or find, it refuses with a reason. */
export function refusalContract(kind: GrantKind, nowhere: MakeGrantFixture, on: MakeGrantFixture): void {
  test('refuses too many accounts, says how many fit, and writes nothing', async () => {
    const { bring, render, holder, read } = on();
    const before = JSON.stringify(holder.content());

    const error = await bring(tooMany).catch((thrown: unknown) => thrown);

    expect(error).toBeInstanceOf(PolicyTooLargeError);
    expect(JSON.stringify(holder.content())).toBe(before);
    const { fit, accounts } = (error as PolicyTooLargeError).fields as { fit: number; accounts: number };
    expect(accounts).toBe(tooMany.length);
    expect((error as PolicyTooLargeError).message).toContain(String(fit));
    const actual = await read();
    const fitting = render(actual, tooMany.slice(0, fit));
    expect(fitting.size).toBeLessThanOrEqual(fitting.limit);
    expect(() => render(actual, tooMany.slice(0, fit + 1))).toThrow(PolicyTooLargeError);
  });

  test('reports a resource that does not exist as missing', async () => {
    const { env: empty, ref, holder } = nowhere();
    const missing = { ...ref, id: holder.missingId };

    const reading = kind.read(empty.clients(ref.region), missing, context);

    await expect(reading).rejects.toBeInstanceOf(ResourceMissingError);
  });
}
