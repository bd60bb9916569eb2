import { CreateHostedConfigurationVersionCommand } from '@aws-sdk/client-appconfig';
import { AccessDeniedError } from '../../shared/platform/aws/errors.ts';
import { UsageError } from '../usage-error.ts';
import type { VersionContent } from './content.ts';
import { adviseOnDenied, isDenied } from './denied.ts';
import { InvalidContentError } from './errors.ts';
import type { ProfilePlace, PublishTools } from './publish-types.ts';

export interface CreatedVersion {
  readonly version: string;
  /** The customer managed key of the profile. AppConfig encrypts the version with it. */
  readonly kmsKey?: string;
}

export interface NewVersion extends ProfilePlace {
  readonly content: VersionContent;
  readonly label: string | undefined;
  /** The customer managed key of the profile, as the configuration says. */
  readonly key: string | undefined;
}

/**
 * Adds a version to a profile that AppConfig hosts.
 * @throws AccessDeniedError, InvalidContentError, UsageError if AppConfig rejects it; then nothing was created
 */
export async function createVersion(
  { client }: Pick<PublishTools, 'client'>,
  wanted: NewVersion,
): Promise<CreatedVersion> {
  const { application, profile, content, label } = wanted;
  const command = new CreateHostedConfigurationVersionCommand({
    ApplicationId: application,
    ConfigurationProfileId: profile,
    Content: content.bytes,
    ContentType: content.contentType,
    ...(label === undefined ? {} : { VersionLabel: label }),
  });
  const { VersionNumber, KmsKeyArn } = await client.send(command).catch((thrown: unknown) => {
    throw explain(thrown, wanted);
  });
  return { version: String(VersionNumber), ...(KmsKeyArn === undefined ? {} : { kmsKey: KmsKeyArn }) };
}

function explain(thrown: unknown, { content, label, key }: NewVersion): unknown {
  if (!(thrown instanceof Error)) return thrown;
  const words = `AppConfig refused the version (${thrown.name}: ${thrown.message}). Nothing was created.`;
  if (isDenied(thrown))
    return new AccessDeniedError(
      `${words} ${adviseOnDenied(thrown, {
        actions: ['appconfig:CreateHostedConfigurationVersion'],
        keyActions: ['kms:GenerateDataKey'],
        key,
      })}`,
      { awsError: thrown.name },
    );
  if (thrown.name === 'PayloadTooLargeException')
    return new InvalidContentError(
      `${words} The file has ${content.bytes.length} bytes. Split it into several profiles, or ask for a higher quota`,
    );
  if (thrown.name === 'ConflictException' && label !== undefined)
    return new UsageError(`${words} Each label names one version of a profile: choose another --label`);
  return thrown.name === 'BadRequestException' ? new InvalidContentError(words) : thrown;
}
