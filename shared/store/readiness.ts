import * as z from 'zod';

/**
 * How far one access is proven.
 * - `verified`: every half that the access has allows it.
 * - `central-only`: the central half allows it, and the member half could not be read.
 * - `unknown`: something that decides about it could not be judged.
 * - `pending`: the member role does not exist yet.
 * - `denied`: AWS would deny it.
 */
export const accessStatuses = ['verified', 'central-only', 'unknown', 'pending', 'denied'] as const;

export type AccessStatus = (typeof accessStatuses)[number];

/** `"unproven"`: no access is denied or pending, but at least one is not proven. */
export type Ready = boolean | 'unproven';

/** Whether accounts can use the access that the configuration gives them, as far as it could be proven. */
export interface Readiness {
  readonly ready: Ready;
  /** How many accesses have each status. A status without accesses is missing. */
  readonly counts: Readonly<Partial<Record<AccessStatus, number>>>;
  /** Why `ready` is not true, one line for each reason. Empty if it is true. */
  readonly reasons: readonly string[];
  /** How people sign in with the roles of the account's verified accesses. Absent if several accounts were verified. */
  readonly signIns?: readonly SignInGuide[] | undefined;
}

/** How people use a role that they may assume. */
export interface SignInGuide {
  readonly roleArn: string;
  /** A link that switches to the role in the console. Absent if the console cannot switch to it. */
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
