import { expect, test } from '@jest/globals';
import type { GrantKind, ResourceRef } from '../../../shared/grants/contract.ts';
import type { PolicyDocument } from '../../../shared/iam/document.ts';
import { AccessDeniedError } from '../../../shared/platform/aws/errors.ts';
import { listActions, runFullLife } from '../../fixtures/grants/full-life.ts';
import { accountsOf, allowing, context, createGrantEnv, members } from '../../fixtures/grants/grant-env.ts';
import type { MakeGrantFixture } from '../../fixtures/grants/grant-fixture.ts';

const two = accountsOf(members.slice(0, 2));

/** The actions and the permissions of a kind are what it needs. */
export function actionContract(kind: GrantKind, on: MakeGrantFixture): void {
  const { read, write } = kind.actions;
  const all = listActions(kind);

  test('needs only the listed actions to write, change and remove a grant', async () => {
    await expect(runFullLife(kind, on(createGrantEnv(allowing(all))))).resolves.toBeDefined();
  });

  test('needs only the listed permissions to write, change and remove a grant, and they allow nothing else', async () => {
    const { ref, holder } = on();
    const elsewhere = { ...ref, id: holder.missingId };
    const permitted = kind.listPermissions(ref, context).flatMap(({ actions }) => actions);

    await expect(runFullLife(kind, on(createGrantEnv(permitting(kind, ref))))).resolves.toBeDefined();
    const { read: reading } = on(createGrantEnv(permitting(kind, elsewhere)));

    expect(permitted.filter((action) => !all.includes(action))).toEqual([]);
    await expect(reading()).rejects.toBeInstanceOf(AccessDeniedError);
  });

  test('denies the write with read actions only, and names the role, the action and the resource', async () => {
    const { bring, holder, ref } = on(createGrantEnv(allowing(read)));
    const before = JSON.stringify(holder.content());

    const error = await bring(two).catch((thrown: unknown) => thrown);

    expect(error).toBeInstanceOf(AccessDeniedError);
    expectNamed(error as AccessDeniedError, write, ref);
    expect(JSON.stringify(holder.content())).toBe(before);
  });

  test('denies the read when the read actions are missing', async () => {
    const { read: reading, ref } = on(createGrantEnv(allowing(write)));

    const error = await reading().catch((thrown: unknown) => thrown);

    expect(error).toBeInstanceOf(AccessDeniedError);
    expectNamed(error as AccessDeniedError, read, ref);
  });
}

const permitting = (kind: GrantKind, ref: ResourceRef): PolicyDocument => ({
  Version: '2012-10-17',
  Statement: kind.listPermissions(ref, context).map(({ actions, resources, condition }) => ({
    Effect: 'Allow',
    Action: actions,
    Resource: resources,
    ...(condition === undefined ? {} : { Condition: condition }),
  })),
});

function expectNamed({ message }: AccessDeniedError, actions: readonly string[], ref: ResourceRef): void {
  const action = actions.find((each) => message.startsWith(`${each} on `));
  expect(action).toBeDefined();
  expect(message).toContain(ref.id.split('/').at(-1));
  expect(message).toContain(`account ${ref.accountId}`);
  expect(message).toContain('role spoke');
}
