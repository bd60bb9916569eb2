import type {
  DeleteResourcePolicyCommandInput,
  DeleteResourcePolicyCommandOutput,
  DescribeSecretCommandInput,
  DescribeSecretCommandOutput,
  GetResourcePolicyCommandInput,
  GetResourcePolicyCommandOutput,
  PutResourcePolicyCommandInput,
  PutResourcePolicyCommandOutput,
} from '@aws-sdk/client-secrets-manager';
import { parsePolicy } from '../../shared/policy/document.ts';
import { awsError } from '../aws-error.ts';
import { operation, type ServiceCall, type ServiceOperations } from '../call.ts';
import { acceptDocument, type DocumentRules, isPublic, namesPrincipal, namesResource } from '../documents.ts';
import { denialOf } from '../permissions.ts';
import type { SimulatedResource } from '../world.ts';

/** AWS Secrets Manager: resource policies. Source: Secrets Manager API reference, "PutResourcePolicy". */
export const secretsManager: ServiceOperations = {
  DescribeSecret: operation<DescribeSecretCommandInput, DescribeSecretCommandOutput>((call) =>
    answer(authorisedSecret(call, 'secretsmanager:DescribeSecret')),
  ),

  GetResourcePolicy: operation<GetResourcePolicyCommandInput, GetResourcePolicyCommandOutput>((call) => {
    const secret = authorisedSecret(call, 'secretsmanager:GetResourcePolicy');
    return { ...answer(secret), ...(secret.policy === undefined ? {} : { ResourcePolicy: secret.policy }) };
  }),

  PutResourcePolicy: operation<PutResourcePolicyCommandInput, PutResourcePolicyCommandOutput>((call) => {
    const secret = authorisedSecret(call, 'secretsmanager:PutResourcePolicy');
    const accepted = acceptDocument(call.world, call.input.ResourcePolicy ?? '', secretRules);
    if (call.input.BlockPublicPolicy === true && parsePolicy(accepted, secret.arn).Statement.some(isPublic))
      throw awsError(
        'PublicPolicyException',
        'The BlockPublicPolicy parameter is set to true, and the resource policy did not prevent broad access to the secret.',
      );
    secret.policy = accepted;
    return answer(secret);
  }),

  DeleteResourcePolicy: operation<DeleteResourcePolicyCommandInput, DeleteResourcePolicyCommandOutput>(
    (call) => {
      const secret = authorisedSecret(call, 'secretsmanager:DeleteResourcePolicy');
      secret.policy = undefined;
      return answer(secret);
    },
  ),
};

type SecretInput = { readonly SecretId: string | undefined };

/** A secret is found by its ARN, or by its name in the caller's own account. */
function secretOf({ world, caller, region, input }: ServiceCall<SecretInput>): SimulatedResource {
  const id = input.SecretId ?? '';
  const secret =
    world.secrets.get(id) ??
    [...world.secrets.values()].find((each) => each.name === id && each.accountId === caller.accountId);
  if (secret === undefined || secret.region !== region)
    throw awsError('ResourceNotFoundException', "Secrets Manager can't find the specified secret.");
  return secret;
}

function authorisedSecret(call: ServiceCall<SecretInput>, action: string): SimulatedResource {
  const secret = secretOf(call);
  const denial = denialOf(call.world, call.caller, {
    action,
    resource: secret.arn,
    resourceAccount: secret.accountId,
    region: secret.region,
    resourcePolicy: secret.policy,
    context: { 'secretsmanager:SecretId': secret.arn },
  });
  if (denial !== undefined) throw awsError('AccessDeniedException', denial);
  return secret;
}

const answer = ({ arn, name }: SimulatedResource) => ({ ARN: arn, Name: name });

const malformed = (message: string) => awsError('MalformedPolicyDocumentException', message);

const secretRules: DocumentRules = {
  size: (text) => text.length,
  limit: 20_480,
  tooLarge: () =>
    awsError(
      'ValidationException',
      "1 validation error detected: Value at 'resourcePolicy' failed to satisfy constraint: " +
        'Member must have length less than or equal to 20480',
    ),
  malformed: () => malformed('This policy contains invalid Json'),
  invalidPrincipal: () => malformed('This resource policy contains an unsupported principal.'),
  wrongWith: (statement) =>
    namesPrincipal(statement) && namesResource(statement) ? undefined : 'no principal or no resource',
};
