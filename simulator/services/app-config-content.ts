import { findViolations } from '../../shared/configuration/json-schema.ts';
import type { HostedVersion, SimulatedProfile } from '../app-config-state.ts';
import { createAwsError } from '../aws-error.ts';
import type { ServiceCall } from '../call.ts';
import { findServiceAssumeDenial } from '../service-principals.ts';
import { toRoleCaller } from '../sessions.ts';
import type { SimulatedSecret } from '../simulated-resources.ts';
import type { Caller } from '../world.ts';
import { findKeyUseDenial } from './kms-keys.ts';
import { createDeletedError, expectKey, findSecretDenial, requireValue } from './secret-access.ts';

interface Wanted {
  readonly profile: SimulatedProfile;
  readonly version: string;
  /** The encryption settings of a StartDeployment. */
  readonly kmsKey: string | undefined;
}

/**
 * The content that AppConfig retrieves when a deployment starts, and checks with the profile's validators. Sources:
 * AppConfig user guide, "Creating a free form configuration profile"; "Deploying a configuration".
 */
export function retrieveContent(call: ServiceCall<object>, wanted: Wanted): HostedVersion {
  const { profile, version } = wanted;
  const content =
    profile.locationUri === 'hosted' ? hostedContent(call, wanted) : secretContent(call, wanted);
  if (content === undefined)
    throw createAwsError('BadRequestException', `Configuration version ${version} does not exist`);
  for (const validator of profile.validators) expectValid(validator, content.content);
  return content;
}

/**
 * The content of a hosted version. If the profile has a key, the caller needs the permission to decrypt. AWS does not
 * document which principal needs it.
 */
function hostedContent(call: ServiceCall<object>, { profile, version }: Wanted): HostedVersion | undefined {
  expectHostedKey(call, profile, 'kms:Decrypt');
  return profile.versions[Number(version) - 1];
}

/** Source: AppConfig user guide, "Data encryption at rest for AWS AppConfig". */
export function expectHostedKey(
  { world, caller }: ServiceCall<object>,
  { kmsKeyArn }: SimulatedProfile,
  action: 'kms:Decrypt' | 'kms:GenerateDataKey',
): void {
  const denial =
    kmsKeyArn === undefined
      ? undefined
      : findKeyUseDenial(world, caller, { keyArn: kmsKeyArn, action, context: {} });
  if (denial !== undefined) throw createAwsError('AccessDeniedException', denial, 403);
}

function secretContent(call: ServiceCall<object>, { profile, version, kmsKey }: Wanted): HostedVersion {
  const secret = secretAt(call, profile);
  try {
    if (secret.deletedAt !== undefined) throw createDeletedError();
    const caller = retrievalRole(call, profile);
    const denial = findSecretDenial(call.world, caller, secret, 'secretsmanager:GetSecretValue');
    if (denial !== undefined) throw createAwsError('AccessDeniedException', denial);
    expectKey(call.world, caller, secret, 'kms:Decrypt');
    if (secret.kmsKeyArn !== undefined && kmsKey === undefined)
      throw createAwsError(
        'BadRequestException',
        'A customer managed key is needed: specify KmsKeyIdentifier',
      );
    const { value } = requireValue(secret.versions.get(version), `VersionId: ${version}`);
    return { content: value, contentType: 'application/octet-stream' };
  } catch (thrown) {
    const reason = thrown instanceof Error ? thrown.message : String(thrown);
    throw createAwsError('BadRequestException', `Unable to retrieve the configuration: ${reason}`);
  }
}

/**
 * The secret that a location names: `secretsmanager://` with a name or an ARN, in the application's account and
 * region.
 */
function secretAt(
  { world, caller, region }: ServiceCall<object>,
  { locationUri }: SimulatedProfile,
): SimulatedSecret {
  const id = locationUri.replace(/^secretsmanager:\/\//, '');
  const secret = [...world.secrets.values()].find(
    (each) =>
      [each.name, each.arn].includes(id) && each.accountId === caller.accountId && each.region === region,
  );
  if (secret === undefined) throw createAwsError('BadRequestException', `There is no secret ${id}`);
  return secret;
}

/**
 * The role of the profile. AppConfig assumes it, so the role must trust AppConfig (AppConfig user guide, "Understanding
 * the configuration profile IAM role").
 */
function retrievalRole({ world }: ServiceCall<object>, { retrievalRoleArn }: SimulatedProfile): Caller {
  const role = world.roles.get(retrievalRoleArn ?? '');
  if (role === undefined) throw createAwsError('BadRequestException', 'The retrieval role cannot be assumed');
  const sessionName = 'AppConfig';
  const denial = findServiceAssumeDenial(world, role, { service: 'appconfig.amazonaws.com', sessionName });
  if (denial !== undefined) throw createAwsError('AccessDeniedException', denial);
  return toRoleCaller(world, role, sessionName);
}

/**
 * AppConfig checks when a deployment starts ("Creating a configuration profile", AppConfig user guide). The message
 * quotes the content, as some validators' messages do.
 */
function expectValid(schema: string, content: string): void {
  const wrong = findViolations(schema, json(content));
  if (wrong.length > 0)
    throw createAwsError(
      'BadRequestException',
      `The configuration ${content} is not valid: ${wrong.join(', ')}`,
    );
}

/** Parses JSON. `undefined` if the text is not JSON. */
function json(content: string): unknown {
  try {
    return JSON.parse(content);
  } catch {
    return undefined;
  }
}
