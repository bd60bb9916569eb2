/** A quota of AWS that the configuration's `limits` sets. */
export interface Quota {
  /** AWS's default quota. */
  readonly default: number;
  /** The largest quota that AWS gives on request. Absent if AWS documents none. */
  readonly highest?: number;
}

/**
 * Sources: IAM user guide, "IAM and AWS STS quotas" (a managed policy's size and a group's number of policies are fixed); KMS
 * developer guide, "Resource quotas"; EC2 user guide, "AMI quotas". The last two quotas are adjustable, without a documented
 * maximum.
 */
export const quotas = {
  managedPolicyCharacters: { default: 6_144, highest: 6_144 },
  managedPoliciesPerGroup: { default: 10, highest: 10 },
  managedPoliciesPerRole: { default: 10, highest: 25 },
  roleTrustPolicyCharacters: { default: 2_048, highest: 8_192 },
  grantsPerKey: { default: 50_000 },
  launchPermissionsPerImage: { default: 1_000 },
} as const satisfies Readonly<Record<string, Quota>>;

export type LimitName = keyof typeof quotas;

/** Limits that AWS raises on request, as the configuration sets them. */
export type Limits = Readonly<Record<LimitName, number>>;

/** The advice to set a limit, if AWS may have raised its quota to `needed`. */
export function adviseQuotaIncrease(name: LimitName, needed: number): string {
  const { highest = Number.POSITIVE_INFINITY }: Quota = quotas[name];
  return needed > highest ? '' : `. If AWS has raised your quota, set limits.${name} to ${needed}`;
}
