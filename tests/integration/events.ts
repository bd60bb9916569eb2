import { readFile } from 'node:fs/promises';

type Json = Record<string, unknown>;

const fixture = async (name: string): Promise<Json> =>
  JSON.parse(await readFile(new URL(`../fixtures/events/${name}.json`, import.meta.url), 'utf8'));

/** The documented event, about another account. */
async function eventAbout(name: string, accountId: string): Promise<Json> {
  return replaced(await fixture(name), { '555566667777': accountId });
}

export const createdEvent = (accountId: string): Promise<Json> =>
  eventAbout('create-account-result', accountId);

export const closedEvent = (accountId: string): Promise<Json> =>
  eventAbout('close-account-result', accountId);

export const removedEvent = (accountId: string): Promise<Json> =>
  eventAbout('remove-account-from-organization', accountId);

export const movedEvent = async (
  accountId: string,
  { from, to }: { from: string; to: string },
): Promise<Json> =>
  replaced(await eventAbout('move-account', accountId), { 'r-exam': from, 'ou-exam-workload1': to });

/** A call that changed resources, as it arrives where the hub is: with the account and region of the call. */
export const callEvent = (
  { accountId, region, source }: { accountId: string; region: string; source: string },
  eventName: string,
  requestParameters: Json = {},
): Json => ({
  version: '0',
  id: 'e0000060-1a2b-4c3d-8e4f-000000000060',
  'detail-type': 'AWS API Call via CloudTrail',
  source,
  account: accountId,
  time: '2026-03-02T09:50:00Z',
  region,
  resources: [],
  detail: {
    eventVersion: '1.09',
    eventSource: source.replace(/^aws\.(.*)$/, '$1.amazonaws.com'),
    eventName,
    awsRegion: region,
    requestParameters,
    readOnly: false,
    managementEvent: true,
    recipientAccountId: accountId,
  },
});

/** With other texts where a text is one of the keys. */
function replaced(value: Json, texts: Readonly<Record<string, string>>): Json {
  return JSON.parse(JSON.stringify(value), (_, inner: unknown) =>
    typeof inner === 'string' ? (texts[inner] ?? inner) : inner,
  );
}
