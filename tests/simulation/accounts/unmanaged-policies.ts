import type { SimulatedCall } from '../../../simulator/plugin.ts';
import type { Faults } from '../faults.ts';
import { type Document, documentOf, meaningOf } from '../oracle/policies.ts';
import { isManaged } from '../oracle/sids.ts';
import { readKey } from '../policy-calls.ts';
import type { PolicyResource } from '../policy-resources.ts';

export interface UnmanagedPolicies {
  /** Unmanaged content by ARN, as external changes last left it. If an edit was lost, the present content. */
  readonly left: Map<string, Document>;
  /** External changes between a run's last read and its write: a window that AWS does not close. */
  lostEdits(): number;
  /** An external change has just been made to the resource. */
  edited(place: PolicyResource): void;
  /** A write has changed the resource, which had this policy before. @returns the violations */
  check(call: SimulatedCall, place: PolicyResource, before: string | undefined): string | undefined;
}

interface UnmanagedPolicyOptions {
  readonly installation: string;
  readonly faults: Faults;
  readonly now: () => number;
}

/** Stores the part of each policy that this installation does not manage. */
export function observeUnmanagedPolicies({
  installation,
  faults,
  now,
}: UnmanagedPolicyOptions): UnmanagedPolicies {
  const left = new Map<string, Document>();
  const editedAt = new Map<string, number>();
  let lostEdits = 0;
  const unmanaged = (text: string | undefined): Document => ({
    ...documentOf(text),
    Statement: documentOf(text).Statement.filter(({ Sid }) => !isManaged(Sid, installation)),
  });
  return {
    left,
    lostEdits: () => lostEdits,
    edited: ({ arn, read }) => {
      editedAt.set(arn, now());
      left.set(arn, unmanaged(read()));
    },
    check: (call, { arn, read }, before) => {
      const after = read();
      if (meaningOf(unmanaged(before)) === meaningOf(unmanaged(after))) return undefined;
      // A run that never read the policy has no excuse.
      const readAt = faults.readAt.get(readKey(call)) ?? Number.POSITIVE_INFINITY;
      // Another attempt of its run may have read since.
      if ((editedAt.get(arn) ?? 0) < readAt && !faults.isLate(call))
        return `${call.operation} on ${arn} changed what is not ours`;
      lostEdits += 1;
      left.set(arn, unmanaged(after));
      return undefined;
    },
  };
}
