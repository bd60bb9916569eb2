import type { ServiceOperations } from '../call.ts';
import { iamAttachments } from './iam-attachments.ts';
import { iamInlinePolicies } from './iam-inline-policies.ts';
import { iamInstanceProfiles } from './iam-instance-profiles.ts';
import { iamPolicies } from './iam-policies.ts';
import { iamRoles } from './iam-roles.ts';
import { groupListing } from './listings.ts';

/** AWS Identity and Access Management. Source: IAM API reference. */
export const iam: ServiceOperations = {
  ...iamPolicies,
  ...iamRoles,
  ...iamInlinePolicies,
  ...iamInstanceProfiles,
  ...iamAttachments,
  ...groupListing,
};
