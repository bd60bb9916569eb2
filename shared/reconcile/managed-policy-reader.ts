import { GetPolicyCommand, GetPolicyVersionCommand, type IAMClient } from '@aws-sdk/client-iam';
import type { PolicyKind } from '../iam/applied-policy.ts';
import { toErrorRecord } from '../platform/errors.ts';
import { type PolicyReading, parseEncoded } from './parse-encoded.ts';

/** Reads each managed policy once. */
export interface ManagedPolicyReader {
  /** @throws the retryable errors of `shared/platform/aws` */
  read(iam: IAMClient, arn: string, kind: PolicyKind): Promise<PolicyReading>;
}

export function createManagedPolicyReader(): ManagedPolicyReader {
  const known = new Map<string, Promise<string | undefined>>();
  const readOnce = (iam: IAMClient, arn: string) => {
    const asked = known.get(arn) ?? readEncoded(iam, arn);
    known.set(arn, asked);
    // What failed is asked for again by the next role that has the policy.
    asked.catch(() => known.delete(arn));
    return asked;
  };
  return {
    read: async (iam, arn, kind) => {
      try {
        return parseEncoded(kind, `policy ${arn}`, await readOnce(iam, arn));
      } catch (error) {
        const { message, retryable } = toErrorRecord(error);
        if (retryable) throw error;
        return { unread: { kind, reason: message } };
      }
    },
  };
}

async function readEncoded(iam: IAMClient, PolicyArn: string): Promise<string | undefined> {
  const { Policy } = await iam.send(new GetPolicyCommand({ PolicyArn }));
  const VersionId = Policy?.DefaultVersionId;
  const { PolicyVersion } = await iam.send(new GetPolicyVersionCommand({ PolicyArn, VersionId }));
  return PolicyVersion?.Document;
}
