import * as z from 'zod';

/**
 * How far it is proven that one access works. The central half of an access is the policy in the central account, and
 * the member half is the role in the member account.
 * - `verified`: each half that this access has allows it.
 * - `central-only`: the central half allows it, and the member half could not be read.
 * - `unknown`: something that decides about the access could not be judged.
 * - `pending`: the member role does not exist yet.
 * - `denied`: AWS would deny the access.
 */
export const accessStatuses = ['verified', 'central-only', 'unknown', 'pending', 'denied'] as const;

export type AccessStatus = (typeof accessStatuses)[number];

/** `"unproven"`: no access is denied, and no member role is missing, but at least one access could not be proven. */
export type Ready = boolean | 'unproven';

/** Whether accounts can really use the access that the configuration gives them. */
export interface Readiness {
  readonly ready: Ready;
  /** How many accesses have each status. A status that no access has is absent. */
  readonly counts: Readonly<Partial<Record<AccessStatus, number>>>;
  /** Why `ready` is not true, one line for each reason. Empty if `ready` is true. */
  readonly reasons: readonly string[];
  /** How people sign in with the roles whose accesses are verified. Absent if the run was for several accounts. */
  readonly signIns?: readonly SignInGuide[] | undefined;
}

/** How a person signs in with a role. */
export interface SignInGuide {
  readonly roleArn: string;
  /** A link with which a person switches to the role in the console. Absent if the console cannot do that. */
  readonly switchRole?: string | undefined;
  /** Lines for the file `~/.aws/config`. */
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
