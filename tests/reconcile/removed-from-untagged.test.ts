import { expect, it } from '@jest/globals';
import { admitNamed } from '../../shared/grants/admitted-accounts.ts';
import { listUnjudgedLoss } from '../../shared/reconcile/former-grants.ts';
import { account } from '../fixtures/member-account.ts';
import {
  activationId,
  configurationWith,
  now,
  onlyResource,
  planOnly,
  readSecret,
} from '../fixtures/plan-fixture.ts';

const configuration = configurationWith([readSecret()]);
const [kept, gone, judged] = ['500000000001', '500000000002', '500000000003'] as const;

const stateOf = (...ids: readonly string[]) =>
  planOnly(
    configuration,
    ids.map((id) => account(id)),
  ).next;

it('names the accounts that lose access when no grant applied the removal limit', () => {
  const accounts = [account(kept)];
  const desired = onlyResource(configuration, accounts);
  const request = {
    desired,
    actual: stateOf(kept, gone, judged),
    remembered: [],
    configuration,
    accounts,
    now,
    activationId,
  };
  const plan = planOnly(configuration, accounts, { actual: request.actual });
  const share = { entry: desired.shares[0]?.entry, granted: admitNamed(new Set([judged])) };

  expect(listUnjudgedLoss(request, [share as never], plan)).toEqual([gone]);
  expect(listUnjudgedLoss(request, [], plan)).toEqual([gone, judged]);
  expect(listUnjudgedLoss({ ...request, actual: stateOf(kept) }, [], plan)).toEqual([]);
  expect(listUnjudgedLoss({ ...request, actual: desired.kind.empty }, [], plan)).toEqual([]);
});
