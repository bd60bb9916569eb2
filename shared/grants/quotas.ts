/** An AWS quota that operators may have raised. The configuration then says so under `limits`. */
export interface Quota {
  /** AWS's default quota. */
  readonly default: number;
  /** The largest quota that AWS gives on request. Absent if AWS documents none. */
  readonly highest?: number;
}

/**
 * Sources: IAM user guide, "IAM and AWS STS quotas" (the size of a managed policy and the number of policies of a group
 * are fixed); KMS developer guide, "Resource quotas"; EC2 user guide, "AMI quotas". AWS raises the last two quotas on
 * request, and documents no maximum.
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

/** The values of all quotas, by default or as the configuration sets them. */
export type Limits = Readonly<Record<LimitName, number>>;

/**
 * Suggests to raise the quota and the setting, if AWS could raise the quota to `needed`. Otherwise returns an empty
 * text.
 */
export function adviseQuotaIncrease(name: LimitName, needed: number): string {
  const { highest = Number.POSITIVE_INFINITY }: Quota = quotas[name];
  return needed > highest ? '' : `. If AWS has raised your quota, set limits.${name} to ${needed}`;
}
