import { expect, it } from '@jest/globals';
import { ResourceMissingError, ThrottledError } from '../../shared/platform/aws/errors.ts';
import {
  missing,
  pendingDeletion,
  readUnlessMissing,
  toMissingState,
} from '../../shared/reconcile/missing-resource.ts';
import { readIdentity } from '../../shared/reconcile/resource-identity.ts';
import { createStateWriter } from '../../shared/reconcile/versioned-state.ts';
import { configurationWith, onlyResource, readSecret } from '../fixtures/plan-fixture.ts';
import { aReconciliation, aState, at } from '../fixtures/store-items.ts';

const desired = onlyResource(configurationWith([readSecret()]), []);
const discovered = { ...desired, named: false };
const missingError = (restorable?: boolean) =>
  new ResourceMissingError('gone', restorable === undefined ? {} : { restorable });
const failing = (error: Error) => () => Promise.reject(error);

const identify = (identity?: () => Promise<string | undefined>) =>
  readIdentity(
    { ...desired, kind: { ...desired.kind, readIdentity: identity } as typeof desired.kind },
    {} as never,
    {},
  );

it("returns the resource's identity when the kind knows one", async () => {
  expect(await identify(async () => 'id')).toBe('id');
  expect(await identify()).toBeUndefined();
});

it('returns no identity when AWS denies the read, and throws a programming error again', async () => {
  expect(await identify(failing(new ThrottledError('slow')))).toBeUndefined();
  await expect(identify(failing(new TypeError('bug')))).rejects.toThrow('bug');
});

it('returns the policy that it reads when the resource exists', async () => {
  expect(await readUnlessMissing(discovered, async () => 'state')).toBe('state');
});

it('returns whether a discovered resource is gone for good or may come back', async () => {
  expect(await readUnlessMissing(discovered, failing(missingError()))).toBe(missing);
  expect(await readUnlessMissing(discovered, failing(missingError(false)))).toBe(missing);
  expect(await readUnlessMissing(discovered, failing(missingError(true)))).toBe(pendingDeletion);
});

it('throws when a configured resource is missing or another error occurs', async () => {
  await expect(readUnlessMissing(desired, failing(missingError()))).rejects.toThrow('gone');
  await expect(readUnlessMissing(discovered, failing(new ThrottledError('slow')))).rejects.toThrow('slow');
});

it('stores a missing resource as new when a pattern found it, and otherwise as up to date', () => {
  const seen = { desired, active: { hash: 'h', activatedAt: 'then' }, revision: 7, state: undefined };
  const state = aState({ lastReconciliation: aReconciliation({ generation: 4 }) });
  const run = { runId: 'run', at };

  expect(toMissingState(seen as never, run)).toEqual({
    managed: { sids: [] },
    lastReconciliation: {
      ...run,
      revision: 0,
      activationId: 'h@then',
      grants: ['token'],
      generation: 1,
    },
  });
  expect(toMissingState({ ...seen, state, desired: { ...desired, shares: [] } } as never, run)).toEqual({
    managed: { sids: [] },
    lastReconciliation: { ...run, revision: 7, activationId: 'h@then', grants: [], generation: 5 },
  });
});

it('stores a state only over the version that it has read, and throws when another run has written meanwhile', async () => {
  const versions: unknown[] = [];
  const answers = [5, 6, undefined];
  const resources = {
    put: async (_: string, { version }: { version?: unknown }) => {
      versions.push(version);
      return answers.shift();
    },
  };
  const state = { managed: { sids: [] } };
  const { remember } = createStateWriter({ resources } as never, 'bucket', {
    ...state,
    version: 4,
  } as never);

  await remember(state);
  await remember({ ...state, version: 1 } as never);
  await expect(remember(state)).rejects.toMatchObject({
    name: 'LeaseLostError',
    fields: { resource: 'bucket' },
  });
  expect(versions).toEqual([4, 5, 6]);
});
