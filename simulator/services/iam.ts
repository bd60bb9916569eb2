import type { ServiceOperations } from '../call.ts';
import { iamAttachments } from './iam-attachments.ts';
import { iamPolicies } from './iam-policies.ts';

/** AWS Identity and Access Management. Source: IAM API reference. */
export const iam: ServiceOperations = { ...iamPolicies, ...iamAttachments };
