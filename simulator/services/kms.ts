import type {
  DescribeKeyCommandInput,
  DescribeKeyCommandOutput,
  GetKeyPolicyCommandInput,
  GetKeyPolicyCommandOutput,
  PutKeyPolicyCommandInput,
  PutKeyPolicyCommandOutput,
} from '@aws-sdk/client-kms';
import type { ContextValues } from '../../shared/iam/request.ts';
import { createAwsError } from '../aws-error.ts';
import { defineOperation, type ServiceCall, type ServiceOperations } from '../call.ts';
import {
  acceptDocument,
  countBytes,
  type DocumentRules,
  namesPrincipal,
  namesResource,
} from '../documents.ts';
import { findDenial } from '../permissions.ts';
import type { SimulatedResource } from '../simulated-resources.ts';
import { kmsData } from './kms-data.ts';
import { kmsGrants } from './kms-grants.ts';
import { authorizeKey, createKeyAttempt, type KeyInput } from './kms-keys.ts';
import { aliasListing } from './listings.ts';

/** AWS Key Management Service: key policies, and grants. Source: KMS API reference, "PutKeyPolicy", "GetKeyPolicy". */
export const kms: ServiceOperations = {
  ...kmsGrants,
  ...kmsData,
  ...aliasListing,

  DescribeKey: defineOperation<DescribeKeyCommandInput, DescribeKeyCommandOutput>((call) => {
    const key = authorizeKey(call, 'kms:DescribeKey');
    return {
      KeyMetadata: {
        KeyId: key.name,
        Arn: key.arn,
        AWSAccountId: key.accountId,
        KeyState: key.state,
        Enabled: key.state === 'Enabled',
        KeyManager: key.manager,
      },
    };
  }),

  GetKeyPolicy: defineOperation<GetKeyPolicyCommandInput, GetKeyPolicyCommandOutput>((call) => {
    expectDefaultName(call.input.PolicyName);
    const { policy } = authorizeKey(inOwnAccount(call), 'kms:GetKeyPolicy');
    return { ...(policy === undefined ? {} : { Policy: policy }), PolicyName: 'default' };
  }),

  PutKeyPolicy: defineOperation<PutKeyPolicyCommandInput, PutKeyPolicyCommandOutput>((call) => {
    expectDefaultName(call.input.PolicyName);
    const bypass = call.input.BypassPolicyLockoutSafetyCheck === true;
    const key = authorizeKey(inOwnAccount(call), 'kms:PutKeyPolicy', toBypassContext(bypass));
    const accepted = acceptDocument(call.world, call.input.Policy ?? '', keyRules);
    if (!bypass) expectNoLockOut(call, key, accepted);
    key.policy = accepted;
    return {};
  }),
};

/**
 * The condition key has its default value if the request does not have the parameter ("AWS KMS condition keys",
 * developer guide).
 */
const toBypassContext = (bypass: boolean): ContextValues => ({
  'kms:BypassPolicyLockoutSafetyCheck': String(bypass),
});

function expectDefaultName(name: string | undefined): void {
  if (name !== undefined && name !== 'default')
    throw createAwsError('NotFoundException', `No such policy exists: ${name}`);
}

/**
 * Checks that the request names a key of the caller's own account, by its id or ARN. Operations on key policies accept
 * nothing else.
 */
function inOwnAccount<Input extends KeyInput>(call: ServiceCall<Input>): ServiceCall<Input> {
  const keyId = call.input.KeyId ?? '';
  if (/(^|:)alias\//.test(keyId)) throw createAwsError('InvalidArnException', `Invalid keyId '${keyId}'`);
  const accountId = keyId.startsWith('arn:') ? keyId.split(':')[4] : call.caller.accountId;
  if (accountId !== call.caller.accountId)
    throw createAwsError('AccessDeniedException', `The key ${keyId} is in another account`);
  return call;
}

/** Checks that the caller may still change the policy afterwards. Otherwise nobody could ever change it again. */
function expectNoLockOut({ world, caller }: ServiceCall<KeyInput>, key: SimulatedResource, policy: string) {
  const attempt = { ...createKeyAttempt(key, 'kms:PutKeyPolicy', policy), context: toBypassContext(false) };
  if (findDenial(world, caller, attempt) !== undefined)
    throw malformed('The new key policy will not allow you to update the key policy in the future.');
}

const malformed = (message: string) => createAwsError('MalformedPolicyDocumentException', message);

const keyRules: DocumentRules = {
  size: countBytes,
  limit: 32_768,
  tooLarge: () =>
    createAwsError('LimitExceededException', 'The key policy exceeds the maximum of 32768 bytes'),
  malformed,
  invalidPrincipal: () => malformed('Policy contains a statement with one or more invalid principals.'),
  wrongWith: (statement) => {
    if (!namesPrincipal(statement)) return 'Policy contains a statement with no principal.';
    return namesResource(statement) ? undefined : 'Policy contains a statement with no resource.';
  },
  indent: 2,
};
