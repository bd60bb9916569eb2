import { installationOf } from '../../shared/iam/managed-statements.ts';
import type { TestEnv } from './flows-fixture.ts';

export interface Mentions {
  /** Where something of ours names the text: `buckets example-logs`, each once, ordered. */
  readonly ours: readonly string[];
  /** The same of what is not ours. */
  readonly others: readonly string[];
}

/**
 * Every place in the raw state of the world whose text has `id` in it: policies, grants on keys, launch permissions,
 * what is attached to groups and roles. What is the account's own, and versions of policies that are not in force, do
 * not count.
 */
export function mentionsOf(
  { organization: { world: inside }, configuration }: TestEnv,
  id: string,
): Mentions {
  const { buckets, keys, grants, images, repositories, secrets, roles, groups, managedPolicies } = inside;
  const maps = { buckets, keys, grants, images, repositories, secrets, roles, groups, managedPolicies };
  const parts = Object.entries(maps).flatMap(([name, map]) =>
    [...(map as ReadonlyMap<string, unknown>)].flatMap(([key, value]) => {
      if ((value as { readonly accountId?: string }).accountId === id) return [];
      return partsOf(value, configuration.installation).map((part) => ({ ...part, where: `${name} ${key}` }));
    }),
  );
  const found = parts.filter(({ text }) => text.includes(id));
  const where = (ours: boolean) => [
    ...new Set(found.filter((part) => part.ours === ours).map((part) => part.where)),
  ];
  return { ours: where(true).sort(), others: where(false).sort() };
}

interface Part {
  readonly ours: boolean;
  readonly text: string;
}

/** A thing in pieces that belong to somebody: statements, grants, shares, versions. */
function partsOf(value: unknown, installation: string): readonly Part[] {
  const whole = {
    ours: true,
    text: JSON.stringify(value, (_, each) => (each instanceof Set ? [...each] : each)),
  };
  const { policy, trust, versions, defaultVersion, path } = value as {
    readonly policy?: string;
    readonly trust?: string;
    readonly versions?: readonly { readonly id: string; readonly document: string }[];
    readonly defaultVersion?: string;
    readonly path?: string;
  };
  if (typeof policy === 'string') return statementsOf(policy, installation);
  if (typeof trust === 'string') return statementsOf(trust, installation);
  if (versions !== undefined) {
    const inForce = versions.find((version) => version.id === defaultVersion);
    return [{ ours: path?.startsWith('/account-onboarding/') === true, text: inForce?.document ?? '' }];
  }
  if (!Array.isArray(value)) return [whole];
  return value.map((grant: { readonly name?: string }) => ({
    ours: grant.name?.startsWith(`account-onboarding/${installation}/`) === true,
    text: JSON.stringify(grant),
  }));
}

function statementsOf(policy: string, installation: string): readonly Part[] {
  const { Statement } = JSON.parse(policy) as { readonly Statement: object | readonly object[] };
  return [Statement].flat().map((statement) => ({
    ours: installationOf((statement as { readonly Sid?: string }).Sid) === installation,
    text: JSON.stringify(statement),
  }));
}
