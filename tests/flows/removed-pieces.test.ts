import { afterEach, beforeAll, describe, expect, it } from '@jest/globals';
import { grantKinds } from '../../shared/grants/kinds.ts';
import { type AccountCheck, checkAccount } from '../../shared/reconcile/check-account.ts';
import { onboardEveryKind } from '../fixtures/every-kind.ts';
import type { MemberEnv } from '../fixtures/member-env.ts';
import { askEverything, workingCalls } from '../fixtures/real-calls.ts';
import { accesses, type Piece } from '../fixtures/removed-pieces/accesses.ts';
import { callerRemovals, moveRole } from '../fixtures/removed-pieces/caller-removals.ts';
import { centralRemovals } from '../fixtures/removed-pieces/central-removals.ts';
import { memberRemovals } from '../fixtures/removed-pieces/member-removals.ts';
import { security } from '../fixtures/small-configuration.ts';
import { otherServices } from '../fixtures/test-env.ts';
import { createWorldChanges } from '../fixtures/world-changes.ts';

const ofApplications: readonly Piece[] = [
  'central statement',
  'central condition',
  'role',
  'trust',
  'policy',
  'boundary',
  'instance profile',
];

/** What an access of each kind rests on. A new kind adds its row here, and removals of its pieces below. */
const pieces: Readonly<Record<string, readonly Piece[]>> = {
  's3-bucket-policy': ofApplications,
  'kms-key-policy': ofApplications,
  'ecr-repository-policy': ofApplications,
  'secret-resource-policy': ofApplications,
  'role-trust-policy': ofApplications,
  'assume-role-permission': [
    'central statement',
    'central condition',
    'caller',
    'role',
    'trust',
    'trust condition',
  ],
  // The central half alone: a grant on a key, and an image that is shared.
  'kms-grant': ['central statement'],
  'ami-launch-permission': ['central statement'],
};

let env: MemberEnv;
let checks = 0;
const changes = createWorldChanges();

beforeAll(async () => {
  env = await onboardEveryKind();
});

afterEach(() => changes.undo());

const removals = [...centralRemovals, ...callerRemovals, ...memberRemovals];

const check = (): Promise<AccountCheck> => {
  checks += 1;
  return checkAccount(otherServices(env), { runId: `check-${checks}`, accountId: env.id });
};

/** The status of each access, by its short name. */
const statusesOf = ({ results }: AccountCheck): Readonly<Record<string, string>> =>
  Object.fromEntries(
    Object.entries(accesses).map(([name, [kind, what]]) => {
      const affected = results.filter(
        (each) => each.resource.startsWith(`${kind}/`) && each.what.startsWith(what),
      );
      return [name, affected.map(({ status }) => status).join()];
    }),
  );

const allVerified = Object.fromEntries(Object.keys(accesses).map((name) => [name, 'verified']));

/** What AWS answers to the calls. */
const answersWithout = (lost: readonly string[]): Readonly<Record<string, string>> =>
  Object.fromEntries(
    Object.keys(workingCalls).map((name) => [name, lost.includes(name) ? 'refused' : 'allowed']),
  );

describe('an account with an access of every grant kind', () => {
  it('verifies every access of every grant kind when nothing is removed', async () => {
    const checked = await check();

    expect(statusesOf(checked)).toEqual(allVerified);
    expect(checked.results).toHaveLength(Object.keys(accesses).length);
    expect(checked.readiness?.ready).toBe(true);
  });

  it.each(removals)('denies exactly the affected accesses when $title', async (removal) => {
    const { remove, affected, status = 'denied', reason } = removal;
    remove(env, changes);

    const checked = await check();

    const lost = Object.fromEntries(affected.map((name) => [name, status]));
    expect(statusesOf(checked)).toEqual({ ...allVerified, ...lost });
    expect(checked.readiness?.ready).toBe(false);
    expect(await askEverything(env)).toEqual(answersWithout(affected));
    for (const { reason: given } of checked.results.filter((each) => each.status === status))
      expect(given).toMatch(reason);
  });

  it('verifies the access when the trust policy accepts the path that the role has', async () => {
    moveRole(env, changes, `arn:aws:iam::${security}:role/Partners`, '/theirs/');

    expect(statusesOf(await check())).toEqual(allVerified);
    expect(await askEverything(env)).toEqual(answersWithout([]));
  });

  it('removes each piece of each grant kind in some case', () => {
    const removed = Map.groupBy(
      removals.flatMap(({ piece, affected }) => affected.map((name) => ({ piece, kind: accesses[name][0] }))),
      ({ kind }) => kind,
    );
    const statuses = Object.fromEntries(
      [...removed].map(([kind, each]) => [kind, [...new Set(each.map(({ piece }) => piece))].toSorted()]),
    );

    expect(Object.keys(pieces).toSorted()).toEqual(grantKinds.map(({ name }) => name).toSorted());
    expect(statuses).toEqual(
      Object.fromEntries(Object.entries(pieces).map(([kind, each]) => [kind, each.toSorted()])),
    );
  });
});
