import { describe, expect, test } from '@jest/globals';
import { parseAccountEvent } from '../../shared/accounts/account-event.ts';
import { MalformedEventError } from '../../shared/platform/errors.ts';

const calls = [{ source: 'aws.ecr', names: ['CreateRepository', 'UntagResource'] }];

/** A forwarded event keeps the account and region of the call ("Sending and receiving events", EventBridge user guide). */
const event = (detail: object = {}, changed: object = {}) => ({
  version: '0',
  id: 'e0000060-1a2b-4c3d-8e4f-000000000060',
  'detail-type': 'AWS API Call via CloudTrail',
  source: 'aws.ecr',
  account: '444444444444',
  time: '2026-03-02T09:50:00Z',
  region: 'eu-west-1',
  resources: [],
  detail: {
    eventSource: 'ecr.amazonaws.com',
    eventName: 'CreateRepository',
    awsRegion: 'eu-west-1',
    requestParameters: { repositoryName: 'base/ruby' },
    ...detail,
  },
  ...changed,
});

const read = (input: unknown) => parseAccountEvent(input, calls);

function findings(input: unknown): readonly string[] {
  try {
    read(input);
    return [];
  } catch (error) {
    if (error instanceof MalformedEventError) return error.findings.map(({ path }) => path);
    throw error;
  }
}

describe('a call that changes resources', () => {
  test.each(['CreateRepository', 'UntagResource'])(
    'returns the account and region of the resource event %s',
    (eventName) => {
      expect(read(event({ eventName }))).toEqual({
        type: 'resource',
        place: { accountId: '444444444444', region: 'eu-west-1', source: 'aws.ecr' },
        cause: 'resource',
      });
    },
  );

  test('ignores a resource event whose call failed', () => {
    const failed = { errorCode: 'AccessDenied', errorMessage: 'not authorized' };
    expect(read(event(failed))).toEqual({
      type: 'ignored',
      reason: 'the call CreateRepository failed with AccessDenied: not authorized',
      eventName: 'CreateRepository',
    });
  });

  test('ignores a resource event that no grant kind needs', () => {
    expect(read(event({ eventName: 'PutImage' }))).toMatchObject({ type: 'ignored', eventName: 'PutImage' });
    expect(parseAccountEvent(event())).toMatchObject({
      type: 'ignored',
      reason: 'an event of aws.ecr, which reports no change of an account',
    });
  });

  test('ignores a resource event that is not an API call', () => {
    expect(read(event({}, { 'detail-type': 'ECR Image Action' }))).toMatchObject({ type: 'ignored' });
    expect(read({ source: 'aws.ecr' })).toMatchObject({ type: 'ignored' });
  });

  test('reports every missing field of an event about a resource', () => {
    expect(findings(event({}, { account: 444444444444, region: 'Ireland' }))).toEqual(['account', 'region']);
    expect(findings(event({}, { region: undefined }))).toEqual(['region']);
    expect(findings(event({ eventName: 7 }))).toEqual(['detail.eventName']);
    expect(findings(event({}, { detail: 'none' }))).toEqual(['detail']);
  });
});

test('reads an event of Organizations as an account event even if its name equals that of a resource event', () => {
  const untagged = event(
    { eventName: 'UntagResource', requestParameters: { resourceId: '555566667777' } },
    { source: 'aws.organizations' },
  );
  expect(read(untagged)).toMatchObject({ type: 'change', accountIds: ['555566667777'], cause: 'tagged' });
});
