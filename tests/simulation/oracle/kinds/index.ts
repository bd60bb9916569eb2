import type { Reader } from '../reader.ts';
import { assumableRoles } from './assumable-roles.ts';
import { buckets } from './buckets.ts';
import { images } from './images.ts';
import { keyGrants } from './key-grants.ts';
import { keys } from './keys.ts';
import { repositories } from './repositories.ts';
import { secrets } from './secrets.ts';
import { trustedRoles } from './trusted-roles.ts';

/** One reader for each grant kind; a test fails if one is missing. */
export const readers: Readonly<Record<string, Reader>> = {
  's3-bucket-policy': buckets,
  'kms-key-policy': keys,
  'kms-grant': keyGrants,
  'ami-launch-permission': images,
  'ecr-repository-policy': repositories,
  'secret-resource-policy': secrets,
  'assume-role-permission': assumableRoles,
  'role-trust-policy': trustedRoles,
};

export function readerOf(kind: string): Reader {
  const reader = readers[kind];
  if (reader === undefined) throw new Error(`The oracle has no reader for ${kind}`);
  return reader;
}
