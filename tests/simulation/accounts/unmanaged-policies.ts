import type { SimulatedCall } from '../../../simulator/plugin.ts';
import type { Faults } from '../faults.ts';
import { type Document, documentOf, meaningOf } from '../oracle/policies.ts';
import { isManaged } from '../oracle/sids.ts';
import { readKey } from '../policy-calls.ts';
import type { PolicyResource } from '../policy-resources.ts';

export interface UnmanagedPolicies {
  /** What is not ours, as others last left it, by ARN; where an edit was lost, what stands there. */
  readonly left: Map<string, Document>;
  /** Edits of outsiders between a run's last read and its write: the window that AWS leaves. */
  lostEdits(): number;
  /** An outsider has just edited the resource. */
  edited(place: PolicyResource): void;
  /** A write has changed the resource, which had this policy before. @returns what is wrong with that */
  check(call: SimulatedCall, place: PolicyResource, before: string | undefined): string | undefined;
}

interface UnmanagedPolicyOptions {
  readonly installation: string;
  readonly faults: Faults;
  readonly now: () => number;
}

/** Remembers the part of each policy that this installation does not manage. */
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
      // A run that was never shown the policy has no excuse.
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
