import type {
  DescribeKeyCommandInput,
  DescribeKeyCommandOutput,
  GetKeyPolicyCommandInput,
  GetKeyPolicyCommandOutput,
  PutKeyPolicyCommandInput,
  PutKeyPolicyCommandOutput,
} from '@aws-sdk/client-kms';
import { awsError } from '../aws-error.ts';
import { operation, type ServiceCall, type ServiceOperations } from '../call.ts';
import { acceptDocument, bytes, type DocumentRules, namesPrincipal, namesResource } from '../documents.ts';
import { strictDenialOf } from '../permissions.ts';
import type { SimulatedResource } from '../world.ts';

/** AWS Key Management Service: key policies. Source: KMS API reference, "PutKeyPolicy", "GetKeyPolicy". */
export const kms: ServiceOperations = {
  DescribeKey: operation<DescribeKeyCommandInput, DescribeKeyCommandOutput>((call) => {
    const key = authorisedKey(call, 'kms:DescribeKey');
    return {
      KeyMetadata: {
        KeyId: key.name,
        Arn: key.arn,
        AWSAccountId: key.accountId,
        KeyState: 'Enabled',
        Enabled: true,
      },
    };
  }),

  GetKeyPolicy: operation<GetKeyPolicyCommandInput, GetKeyPolicyCommandOutput>((call) => {
    expectDefaultName(call.input.PolicyName);
    const { policy } = authorisedKey(inOwnAccount(call), 'kms:GetKeyPolicy');
    return { ...(policy === undefined ? {} : { Policy: policy }), PolicyName: 'default' };
  }),

  PutKeyPolicy: operation<PutKeyPolicyCommandInput, PutKeyPolicyCommandOutput>((call) => {
    expectDefaultName(call.input.PolicyName);
    const key = authorisedKey(inOwnAccount(call), 'kms:PutKeyPolicy');
    const accepted = acceptDocument(call.world, call.input.Policy ?? '', keyRules);
    if (call.input.BypassPolicyLockoutSafetyCheck !== true) expectNoLockOut(call, key, accepted);
    key.policy = accepted;
    return {};
  }),
};

type KeyInput = { readonly KeyId: string | undefined };

function expectDefaultName(name: string | undefined): void {
  if (name !== undefined && name !== 'default')
    throw awsError('NotFoundException', `No such policy exists: ${name}`);
}

/** Policy operations accept no alias, and no key of another account. */
function inOwnAccount<Input extends KeyInput>(call: ServiceCall<Input>): ServiceCall<Input> {
  const keyId = call.input.KeyId ?? '';
  if (/(^|:)alias\//.test(keyId)) throw awsError('InvalidArnException', `Invalid keyId '${keyId}'`);
  const accountId = keyId.startsWith('arn:') ? keyId.split(':')[4] : call.caller.accountId;
  if (accountId !== call.caller.accountId)
    throw awsError('AccessDeniedException', `The key ${keyId} is in another account`);
  return call;
}

function authorisedKey({ world, caller, region, input }: ServiceCall<KeyInput>, action: string) {
  const keyId = input.KeyId ?? '';
  const arn = keyId.startsWith('arn:')
    ? keyId
    : `arn:${world.settings.partition}:kms:${region}:${caller.accountId}:key/${keyId}`;
  const key = world.keys.get(arn);
  if (key === undefined || key.region !== region)
    throw awsError('NotFoundException', `Key '${arn}' does not exist`);
  const denial = strictDenialOf(world, caller, attemptOn(key, action, key.policy));
  if (denial !== undefined) throw awsError('AccessDeniedException', denial);
  return key;
}

const attemptOn = (key: SimulatedResource, action: string, resourcePolicy: string | undefined) => ({
  action,
  resource: key.arn,
  resourceAccount: key.accountId,
  region: key.region,
  resourcePolicy,
  context: { 'kms:CallerAccount': key.accountId },
});

/** Under the new policy, the caller must still be able to put another one. */
function expectNoLockOut({ world, caller }: ServiceCall<KeyInput>, key: SimulatedResource, policy: string) {
  if (strictDenialOf(world, caller, attemptOn(key, 'kms:PutKeyPolicy', policy)) !== undefined)
    throw malformed('The new key policy will not allow you to update the key policy in the future.');
}

const malformed = (message: string) => awsError('MalformedPolicyDocumentException', message);

const keyRules: DocumentRules = {
  size: bytes,
  limit: 32_768,
  tooLarge: () => awsError('LimitExceededException', 'The key policy exceeds the maximum of 32768 bytes'),
  malformed,
  invalidPrincipal: () => malformed('Policy contains a statement with one or more invalid principals.'),
  wrongWith: (statement) => {
    if (!namesPrincipal(statement)) return 'Policy contains a statement with no principal.';
    return namesResource(statement) ? undefined : 'Policy contains a statement with no resource.';
  },
  indent: 2,
};
