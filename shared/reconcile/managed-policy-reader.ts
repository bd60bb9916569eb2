import { GetPolicyCommand, GetPolicyVersionCommand, type IAMClient } from '@aws-sdk/client-iam';
import type { PolicyKind } from '../iam/applied-policy.ts';
import { toErrorRecord } from '../platform/errors.ts';
import { type PolicyReading, parseEncoded } from './parse-encoded.ts';
import type { PolicyReadings } from './policy-readings.ts';

/** Reads each AWS managed or customer managed policy once, even if many roles have it. */
export interface ManagedPolicyReader {
  /** @throws the retryable errors of `shared/platform/aws` */
  read(iam: IAMClient, arn: string, kind: PolicyKind): Promise<PolicyReading>;
}

export function createManagedPolicyReader({
  documents,
}: Pick<PolicyReadings, 'documents'>): ManagedPolicyReader {
  return {
    read: async (iam, arn, kind) => {
      try {
        return parseEncoded(kind, `policy ${arn}`, await documents(arn, () => readEncoded(iam, arn)));
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
