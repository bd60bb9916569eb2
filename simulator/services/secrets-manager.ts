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
import { operation, type ServiceOperations } from '../call.ts';
import { acceptDocument, type DocumentRules, isPublic, namesPrincipal, namesResource } from '../documents.ts';
import type { SimulatedSecret } from '../secrets.ts';
import { randomPassword } from './random-password.ts';
import { authorisedSecret } from './secret-access.ts';
import { named, secretVersions } from './secret-versions.ts';

/** AWS Secrets Manager: resource policies, and versions. Source: Secrets Manager API reference, "PutResourcePolicy". */
export const secretsManager: ServiceOperations = {
  ...secretVersions,
  ...randomPassword,

  DescribeSecret: operation<DescribeSecretCommandInput, DescribeSecretCommandOutput>((call) =>
    described(authorisedSecret(call, 'secretsmanager:DescribeSecret')),
  ),

  GetResourcePolicy: operation<GetResourcePolicyCommandInput, GetResourcePolicyCommandOutput>((call) => {
    const secret = authorisedSecret(call, 'secretsmanager:GetResourcePolicy');
    return { ...named(secret), ...(secret.policy === undefined ? {} : { ResourcePolicy: secret.policy }) };
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
    return named(secret);
  }),

  DeleteResourcePolicy: operation<DeleteResourcePolicyCommandInput, DeleteResourcePolicyCommandOutput>(
    (call) => {
      const secret = authorisedSecret(call, 'secretsmanager:DeleteResourcePolicy');
      secret.policy = undefined;
      return named(secret);
    },
  ),
};

/** The key is left out where it is `aws/secretsmanager`; so are versions without a label ("DescribeSecret"). */
const described = (secret: SimulatedSecret) => ({
  ...named(secret),
  ...(secret.kmsKeyArn === undefined ? {} : { KmsKeyId: secret.kmsKeyArn }),
  ...(secret.deletedAt === undefined ? {} : { DeletedDate: new Date(secret.deletedAt) }),
  ...(secret.rotationFunctionArn === undefined
    ? {}
    : { RotationEnabled: true, RotationLambdaARN: secret.rotationFunctionArn }),
  VersionIdsToStages: Object.fromEntries(
    [...secret.versions.values()]
      .filter(({ stages }) => stages.size > 0)
      .map(({ id, stages }) => [id, [...stages]]),
  ),
});

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
