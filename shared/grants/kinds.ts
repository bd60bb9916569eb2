import { compareByText } from '../platform/order.ts';
import { amiLaunchPermission } from './ami-launch-permission.ts';
import { assumeRolePermission } from './assume-role-permission.ts';
import type { CallEvents, GrantKind } from './contract.ts';
import { ecrRepositoryPolicy } from './ecr-repository-policy.ts';
import { kmsGrant } from './kms-grant.ts';
import { kmsKeyPolicy } from './kms-key-policy.ts';
import { roleTrustPolicy } from './role-trust-policy.ts';
import { s3BucketPolicy } from './s3-bucket-policy.ts';
import { secretResourcePolicy } from './secret-resource-policy.ts';

/** All grant kinds. A test checks that this list has every kind of the folder. */
export const grantKinds: readonly GrantKind[] = [
  s3BucketPolicy,
  kmsKeyPolicy,
  kmsGrant,
  amiLaunchPermission,
  ecrRepositoryPolicy,
  secretResourcePolicy,
  assumeRolePermission,
  roleTrustPolicy,
];

/** The calls after which a pattern may match other resources than before. Each service appears once. */
export function listCallEvents(kinds: readonly GrantKind[] = grantKinds): readonly CallEvents[] {
  const events = kinds.flatMap(({ discovery }) => discovery?.events ?? []);
  return [...Map.groupBy(events, ({ source }) => source)]
    .map(([source, alike]) => ({
      source,
      names: [...new Set(alike.flatMap(({ names }) => names))].toSorted(),
    }))
    .toSorted(compareByText(({ source }) => source));
}

const byName = new Map(grantKinds.map((kind) => [kind.name, kind]));

export function getGrantKind(name: string): GrantKind {
  const kind = byName.get(name);
  if (kind === undefined) throw new Error(`there is no grant kind ${name}`);
  return kind;
}
