import * as z from 'zod';

/**
 * The proof of one access. `verified`: every half that it has allows it. `central-only`: the central half allows it,
 * and the half in the member account could not be read. `unknown`: something that decides about it cannot be judged.
 * `pending`: the role of the member account does not exist yet. `denied`: AWS would deny it.
 */
export const accessStatuses = ['verified', 'central-only', 'unknown', 'pending', 'denied'] as const;

export type AccessStatus = (typeof accessStatuses)[number];

/** `"unproven"`: no access is denied or pending, and at least one is not proven. */
export type Ready = boolean | 'unproven';

/** Whether accounts can use the access that the configuration grants to them, as far as it is proven. */
export interface Readiness {
  readonly ready: Ready;
  /** Number of accesses by status. A status without accesses is absent. */
  readonly counts: Readonly<Partial<Record<AccessStatus, number>>>;
  /** Why `ready` is not true, a line each. Empty if it is. */
  readonly reasons: readonly string[];
  /** How people assume the roles that one account's verified accesses allow. Absent if several accounts are checked. */
  readonly signIns?: readonly SignInGuide[] | undefined;
}

/** How people use a role that they may assume. */
export interface SignInGuide {
  readonly roleArn: string;
  /** A link to the console. Absent if the console cannot switch to the role. */
  readonly switchRole?: string | undefined;
  /** Lines for `~/.aws/config`. */
  readonly profile: readonly string[];
}

const signInSchema: z.ZodType<SignInGuide> = z.object({
  roleArn: z.string(),
  switchRole: z.string().optional(),
  profile: z.array(z.string()),
});

export const readinessSchema: z.ZodType<Readiness> = z.object({
  ready: z.union([z.boolean(), z.literal('unproven')]),
  counts: z.partialRecord(z.enum(accessStatuses), z.int().nonnegative()),
  reasons: z.array(z.string()),
  signIns: z.array(signInSchema).optional(),
});
