import { describe, expect, it } from '@jest/globals';
import { toAccessChanges, toRecordDocuments, toRecordedHolds } from '../../shared/reconcile/change-record.ts';
import {
  blockedHolds,
  configurationWith,
  graceHolds,
  now,
  onlyResource,
  planOnly,
  readSecret,
} from '../fixtures/plan-fixture.ts';

const configuration = configurationWith([readSecret()], { graceHours: 2 });
const plan = {
  ...planOnly(configuration, []),
  changed: true,
  added: ['1', '2'],
  removed: ['3'],
  holds: [],
};

describe('gainsOf', () => {
  it.each([
    [{}, { ...plan, changed: false }, []],
    [{ added: ['1', '2'], removed: ['3'] }, plan, []],
    [{ added: ['2'], removed: ['3'] }, plan, ['1']],
    [{ removed: ['3'] }, plan, ['1', '2']],
    [{ added: ['1', '2'] }, { ...plan, removed: [] }, ['3']],
    [{}, { ...plan, added: [], removed: [] }, []],
  ])(
    'returns the access changes %j when the plan is %j and AWS rejects the accounts %j',
    (expected, each, excluded) => {
      expect(toAccessChanges(each, excluded)).toEqual(expected);
      if (excluded.length === 0) expect(toAccessChanges(each)).toEqual(expected);
    },
  );
});

it('records each hold of a grace period with the time at which it ends', () => {
  const holds = [...graceHolds({ '1': now }), ...blockedHolds(['2'])];

  expect(toRecordedHolds(holds, configuration)).toEqual({
    holds: [{ ...holds[0], until: '2026-03-02T11:00:00.000Z' }, holds[1]],
  });
  expect(toRecordedHolds([], configuration)).toEqual({});
});
describe('documents', () => {
  it('stores null for a policy document that does not exist', () => {
    const desired = onlyResource(configuration, []);
    const [name = ''] = Object.keys(desired.kind.toDocuments(desired.kind.empty, []));

    expect(toRecordDocuments(desired, desired.kind.empty)).toEqual({ [name]: null });
  });
});
