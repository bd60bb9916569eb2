import type {
  DeleteResourcePolicyCommandInput,
  DeleteResourcePolicyCommandOutput,
  DescribeSecretCommandInput,
  DescribeSecretCommandOutput,
  Filter,
  GetResourcePolicyCommandInput,
  GetResourcePolicyCommandOutput,
  ListSecretsCommandInput,
  ListSecretsCommandOutput,
  PutResourcePolicyCommandInput,
  PutResourcePolicyCommandOutput,
} from '@aws-sdk/client-secrets-manager';
import { parsePolicy } from '../../shared/iam/document.ts';
import { absent, type ContextValues } from '../../shared/iam/request.ts';
import { createAwsError } from '../aws-error.ts';
import { defineOperation, type ServiceCall, type ServiceOperations } from '../call.ts';
import { acceptDocument, type DocumentRules, isPublic, namesPrincipal, namesResource } from '../documents.ts';
import { getPage } from '../paging.ts';
import { findDenial } from '../permissions.ts';
import type { SimulatedSecret } from '../simulated-resources.ts';
import { toTagList } from '../tags.ts';
import { randomPassword } from './random-password.ts';
import { authorizeSecret, requireLivingSecret, type SecretInput } from './secret-access.ts';
import { secretVersions, toNames } from './secret-versions.ts';

/** AWS Secrets Manager: resource policies, and versions. Source: Secrets Manager API reference, "PutResourcePolicy". */
export const secretsManager: ServiceOperations = {
  ...secretVersions,
  ...randomPassword,

  DescribeSecret: defineOperation<DescribeSecretCommandInput, DescribeSecretCommandOutput>((call) =>
    described(authorizeSecret(call, 'secretsmanager:DescribeSecret')),
  ),

  /** "ListSecrets", "Filter": filters match prefixes, and all must match. */
  ListSecrets: defineOperation<ListSecretsCommandInput, ListSecretsCommandOutput>((call) => {
    const { NextToken, IncludePlannedDeletion = false } = call.input;
    const listed = secretsHere(call).filter(
      ({ deletedAt }) => IncludePlannedDeletion || deletedAt === undefined,
    );
    const { items, next } = getPage('secrets', listed, NextToken);
    return { SecretList: items.map(entryOf), ...(next === undefined ? {} : { NextToken: next }) };
  }),

  GetResourcePolicy: defineOperation<GetResourcePolicyCommandInput, GetResourcePolicyCommandOutput>(
    (call) => {
      const secret = requireLivingSecret(call, 'secretsmanager:GetResourcePolicy');
      return {
        ...toNames(secret),
        ...(secret.policy === undefined ? {} : { ResourcePolicy: secret.policy }),
      };
    },
  ),

  PutResourcePolicy: defineOperation<PutResourcePolicyCommandInput, PutResourcePolicyCommandOutput>(
    (call) => {
      const { BlockPublicPolicy } = call.input;
      const secret = primarySecret(call, 'secretsmanager:PutResourcePolicy', {
        'secretsmanager:BlockPublicPolicy':
          BlockPublicPolicy === undefined ? absent : String(BlockPublicPolicy),
      });
      const accepted = acceptDocument(call.world, call.input.ResourcePolicy ?? '', secretRules);
      if (BlockPublicPolicy === true && parsePolicy(accepted, secret.arn).Statement.some(isPublic))
        throw createAwsError(
          'PublicPolicyException',
          'The BlockPublicPolicy parameter is set to true, and the resource policy did not prevent broad access to the secret.',
        );
      secret.policy = accepted;
      return toNames(secret);
    },
  ),

  DeleteResourcePolicy: defineOperation<DeleteResourcePolicyCommandInput, DeleteResourcePolicyCommandOutput>(
    (call) => {
      const secret = primarySecret(call, 'secretsmanager:DeleteResourcePolicy');
      secret.policy = undefined;
      return toNames(secret);
    },
  ),
};

/**
 * The description of a secret. It contains neither the key `aws/secretsmanager` nor versions without a label
 * ("DescribeSecret").
 */
const described = (secret: SimulatedSecret) => ({
  ...toNames(secret),
  ...(secret.kmsKeyArn === undefined ? {} : { KmsKeyId: secret.kmsKeyArn }),
  ...(secret.deletedAt === undefined ? {} : { DeletedDate: new Date(secret.deletedAt) }),
  ...(secret.primaryRegion === undefined ? {} : { PrimaryRegion: secret.primaryRegion }),
  ...(secret.rotationFunctionArn === undefined
    ? {}
    : { RotationEnabled: true, RotationLambdaARN: secret.rotationFunctionArn }),
  VersionIdsToStages: Object.fromEntries(
    [...secret.versions.values()]
      .filter(({ stages }) => stages.size > 0)
      .map(({ id, stages }) => [id, [...stages]]),
  ),
});

function secretsHere({ world, caller, region, input }: ServiceCall<ListSecretsCommandInput>) {
  const denial = findDenial(world, caller, {
    action: 'secretsmanager:ListSecrets',
    resource: '*',
    resourceAccount: caller.accountId,
    region,
  });
  if (denial !== undefined) throw createAwsError('AccessDeniedException', denial);
  return [...world.secrets.values()].filter(
    (secret) =>
      secret.accountId === caller.accountId &&
      secret.region === region &&
      (input.Filters ?? []).every((filter) => passes(secret, filter)),
  );
}

function passes({ tags }: SimulatedSecret, { Key, Values = [] }: Filter): boolean {
  if (Key !== 'tag-key') throw createAwsError('NotSimulated', `The filter ${Key} is not simulated`, 501);
  return Values.some((value) => Object.keys(tags).some((key) => key.startsWith(value)));
}

const entryOf = ({ arn, name, tags, kmsKeyArn, primaryRegion, deletedAt }: SimulatedSecret) => ({
  ARN: arn,
  Name: name,
  ...(kmsKeyArn === undefined ? {} : { KmsKeyId: kmsKeyArn }),
  Tags: toTagList(tags),
  ...(primaryRegion === undefined ? {} : { PrimaryRegion: primaryRegion }),
  ...(deletedAt === undefined ? {} : { DeletedDate: new Date(deletedAt) }),
});

/** Finds a secret that is not a replica. The error message comes from reports of users. */
function primarySecret(
  call: ServiceCall<SecretInput>,
  action: string,
  context: ContextValues = {},
): SimulatedSecret {
  const secret = requireLivingSecret(call, action, context);
  if (secret.primaryRegion !== undefined && secret.primaryRegion !== secret.region)
    throw createAwsError(
      'InvalidParameterException',
      "Operation not permitted on a replica secret. Call must be made in primary secret's region.",
    );
  return secret;
}

const malformed = (message: string) => createAwsError('MalformedPolicyDocumentException', message);

const secretRules: DocumentRules = {
  size: (text) => text.length,
  limit: 20_480,
  tooLarge: () =>
    createAwsError(
      'ValidationException',
      "1 validation error detected: Value at 'resourcePolicy' failed to satisfy constraint: " +
        'Member must have length less than or equal to 20480',
    ),
  malformed: () => malformed('This policy contains invalid Json'),
  invalidPrincipal: () => malformed('This resource policy contains an unsupported principal.'),
  wrongWith: (statement) =>
    namesPrincipal(statement) && namesResource(statement) ? undefined : 'no principal or no resource',
};
