import { DescribeKeyCommand } from '@aws-sdk/client-kms';
import pMap from 'p-map';
import type { Configuration } from '../configuration/schema.ts';
import type { ResourceRef } from '../grants/contract.ts';
import type { ContentKey } from '../grants/kind-actions.ts';
import { grantKinds } from '../grants/kinds.ts';
import type { AccountRegion } from '../platform/aws/account-region.ts';
import { ResourceMissingError, ThrottledError } from '../platform/aws/errors.ts';
import { toErrorRecord } from '../platform/errors.ts';
import type { DesiredResource } from './desired-resource.ts';
import type { KeyReading } from './judge-keys.ts';
import type { PolicyReadings } from './policy-readings.ts';
import { readKindAccess } from './read-resource-access.ts';
import type { RecordedReadingsIndex } from './recorded-readings.ts';
import type { Services } from './services.ts';

export interface KeyReadingRequest {
  readonly runId: string;
  readonly configuration: Configuration;
  readonly readings: PolicyReadings;
  /** What runs of a burst have recorded. Default: everything is read. */
  readonly recorded?: RecordedReadingsIndex | undefined;
  /** The account whose keys can be read. Default: each central account. */
  readonly onlyAccountId?: string;
}

/** What was read of the keys that encrypt each resource. */
export interface ContentKeyIndex {
  find(resource: Pick<DesiredResource, 'key'>): readonly KeyReading[];
}

/**
 * Reads the keys that encrypt resources. This takes one or two calls for each resource, and three for each key. If AWS
 * throttles a call, the key counts as not read, for the reason that `readPrincipal` gives.
 * @throws the retryable errors of `shared/platform/aws`, except ThrottledError
 */
export async function collectContentKeys(
  services: Services,
  request: KeyReadingRequest,
  resources: readonly DesiredResource[],
): Promise<ContentKeyIndex> {
  const distinct = new Map(resources.map((each) => [each.key, each]));
  const read = await pMap(
    distinct,
    async ([key, each]) => [key, await readContentKeys(services, request, each)] as const,
    { concurrency: 8 },
  );
  const readingsByResource = new Map(read);
  return { find: ({ key }) => readingsByResource.get(key) ?? [] };
}

/**
 * The keys that encrypt one resource.
 * @throws as `collectContentKeys`
 */
export async function readContentKeys(
  services: Services,
  request: KeyReadingRequest,
  resource: DesiredResource,
): Promise<readonly KeyReading[]> {
  const recorded = await request.recorded?.find(resource.key);
  if (recorded?.keys !== undefined) return recorded.keys;
  return request.readings
    .contentKeys(resource.key, () => readKeysOf(services, request, resource))
    .catch((error: unknown) => toUnreadNow(resource, error));
}

/** A result that is not shared with other runs, so that they try to read the key themselves. */
function toUnreadNow({ ref }: DesiredResource, error: unknown): readonly KeyReading[] {
  if (!(error instanceof ThrottledError)) throw error;
  const reason = `the run cannot find out now which key encrypts ${ref.id}: ${error.message}`;
  return [{ outcome: 'unreadable', reason }];
}

async function readKeysOf(
  services: Services,
  request: KeyReadingRequest,
  { kind, ref }: DesiredResource,
): Promise<readonly KeyReading[]> {
  const { runId, configuration, readings } = request;
  try {
    const clients = services.aws(runId, configuration).getReader(ref);
    const keys = (await kind.readContentKeys?.(clients, ref)) ?? [];
    return await Promise.all(
      keys.map((key) =>
        readings.keys(nameOf(key, ref), () => readContentKey(services, request, { key, ref })),
      ),
    );
  } catch (error) {
    return [toUnreadable(`the run cannot find out which key encrypts ${ref.id}`, error)];
  }
}

/** The name of a key in messages. A key id without an ARN is in the account and region of its resource. */
const nameOf = (key: ContentKey, { accountId, region }: ResourceRef): string =>
  `${accountId}/${region}/${JSON.stringify(key)}`;

/** A key that cannot be read is a result, no error. @throws the retryable errors of `shared/platform/aws` */
function toUnreadable(what: string, error: unknown): KeyReading {
  const { message, retryable } = toErrorRecord(error);
  if (retryable) throw error;
  return { outcome: 'unreadable', reason: `${what}: ${message}` };
}

interface LocatedKey {
  readonly key: ContentKey;
  /** The resource that is encrypted with the key. */
  readonly ref: ResourceRef;
}

async function readContentKey(
  services: Services,
  request: KeyReadingRequest,
  { key, ref }: LocatedKey,
): Promise<KeyReading> {
  if ('unclear' in key) return { outcome: 'unreadable', reason: key.unclear };
  const { keyId } = key;
  const { accountId } = ref;
  if (/(^|:)alias\/aws\//.test(keyId)) return { outcome: 'aws-managed', name: keyId, accountId };
  const accountRegion = findPlace(keyId) ?? ref;
  const { centralAccounts } = request.configuration;
  if (!Object.values(centralAccounts).some(({ id }) => id === accountRegion.accountId)) {
    const reason = `the key ${keyId} encrypts ${ref.id}, and account ${accountRegion.accountId} is no central account of the configuration`;
    return { outcome: 'unreadable', reason };
  }
  const { onlyAccountId = accountRegion.accountId } = request;
  if (accountRegion.accountId !== onlyAccountId)
    return { outcome: 'unreadable', reason: `the key ${keyId} is in another account` };
  try {
    return await readKey(services, request, { keyId, place: accountRegion });
  } catch (error) {
    if (error instanceof ResourceMissingError)
      return { outcome: 'unusable', reason: `the key ${keyId} encrypts ${ref.id}, and does not exist` };
    return toUnreadable(`the key ${keyId} of ${ref.id} cannot be read`, error);
  }
}

/** The account and region in a key's ARN. `undefined` for a key id without an ARN. */
function findPlace(keyId: string): AccountRegion | undefined {
  const [, region, accountId] = /^arn:[^:]*:kms:([^:]+):(\d{12}):/.exec(keyId) ?? [];
  return region === undefined || accountId === undefined ? undefined : { region, accountId };
}

/** KMS can use a key only in these states ("Key states of AWS KMS keys", KMS developer guide). */
const usableStates: ReadonlySet<string> = new Set(['Enabled', 'Updating']);

async function readKey(
  services: Services,
  { runId, configuration }: KeyReadingRequest,
  { keyId, place }: { readonly keyId: string; readonly place: AccountRegion },
): Promise<KeyReading> {
  const { kms } = services.aws(runId, configuration).getReader(place);
  const { KeyMetadata } = await kms.send(new DescribeKeyCommand({ KeyId: keyId }));
  const { Arn: arn = keyId, KeyId: id = keyId, KeyManager, KeyState = '' } = KeyMetadata ?? {};
  if (KeyManager === 'AWS') return { outcome: 'aws-managed', name: arn, accountId: place.accountId };
  if (!usableStates.has(KeyState))
    return { outcome: 'unusable', reason: `the key ${arn} encrypts it, and is in the state ${KeyState}` };
  const kinds = grantKinds.filter(({ resourceType }) => resourceType === 'key');
  const { accountId, region } = place;
  const read = await Promise.all(
    kinds.map((kind) =>
      readKindAccess(services, { runId, configuration }, kind, { kind: kind.name, accountId, region, id }),
    ),
  );
  return {
    outcome: 'read',
    arn,
    policies: read.flatMap(({ policies }) => policies),
    keyGrants: read.flatMap(({ keyGrants }) => keyGrants),
  };
}
