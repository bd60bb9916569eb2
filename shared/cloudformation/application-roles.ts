import {
  type Application,
  type ApplicationProfile,
  locateApplication,
  resolveKeyArn,
  toLogicalName,
} from '../configuration/applications.ts';
import type { Configuration } from '../configuration/schema.ts';
import { getSecretsManagerService } from '../grants/key-conditions.ts';
import type { ApplicationRequest } from './application-request.ts';
/**
 * Keeps a profile and its roles when the stack is deleted or the entry is removed, because readers may still need the
 * configuration. AppConfig could not delete a profile with versions anyway: "Cannot delete configuration profile …
 * because there are still hosted configuration versions existing under it". Only if the creation of the stack fails are
 * they deleted, so that it can be repeated ("DeletionPolicy attribute", CloudFormation template reference).
 */
export const kept = { DeletionPolicy: 'RetainExceptOnCreate', UpdateReplacePolicy: 'Retain' } as const;

const sub = (text: string) => ({ 'Fn::Sub': text });

const partition = '${AWS::Partition}';

const policy = (name: string, statements: readonly object[]) => ({
  PolicyName: name,
  PolicyDocument: {
    Version: '2012-10-17',
    Statement: statements.map((statement) => ({ Effect: 'Allow', ...statement })),
  },
});

/**
 * Lets AppConfig assume a role. There is no condition, because AppConfig documents no `aws:SourceAccount` or
 * `aws:SourceArn` for its roles. See templates/appconfig-roles.yml.
 */
const trustsAppConfig = {
  Version: '2012-10-17',
  Statement: [
    { Effect: 'Allow', Principal: { Service: 'appconfig.amazonaws.com' }, Action: 'sts:AssumeRole' },
  ],
};

/**
 * The role with which AppConfig watches alarms. It allows all resources, as AWS's own example does: "Configure
 * permissions for automatic rollback" (AppConfig user guide).
 */
export const alarmRole = {
  Type: 'AWS::IAM::Role',
  ...kept,
  Properties: {
    Description: 'AppConfig assumes this role to watch alarms',
    AssumeRolePolicyDocument: trustsAppConfig,
    Policies: [policy('watch', [{ Action: 'cloudwatch:DescribeAlarms', Resource: '*' }])],
  },
};

/** The roles with which AppConfig reads secrets, one for each profile that serves a secret. */
export const renderRetrievalResources = (request: ApplicationRequest) =>
  Object.fromEntries(
    request.application.profiles
      .filter(({ secret }) => secret !== undefined)
      .map((profile) => [`RetrievalRole${toLogicalName(profile.name)}`, retrievalRole(profile, request)]),
  );

function retrievalRole(profile: ApplicationProfile, { configuration, application }: ApplicationRequest) {
  const arn = secretArn(profile, application, configuration);
  const { key } = profile;
  return {
    Type: 'AWS::IAM::Role',
    ...kept,
    Properties: {
      Description: 'AppConfig assumes this role to retrieve a secret',
      AssumeRolePolicyDocument: trustsAppConfig,
      Policies: [
        policy('retrieve', [
          { Action: 'secretsmanager:GetSecretValue', Resource: arn },
          ...(key === undefined
            ? []
            : [
                {
                  Action: 'kms:Decrypt',
                  Resource: sub(resolveKeyArn(key, { configuration, application, partition })),
                  // Secrets Manager decrypts with the permissions of this role (Secrets Manager user guide, "Secret
                  // encryption and decryption in AWS Secrets Manager").
                  Condition: {
                    StringEquals: { 'kms:ViaService': viaSecretsManager(configuration) },
                    StringLike: { 'kms:EncryptionContext:SecretARN': arn },
                  },
                },
              ]),
        ]),
      ],
    },
  };
}

function viaSecretsManager(configuration: Configuration) {
  const services = getSecretsManagerService({ region: '${AWS::Region}' }, configuration);
  return Array.isArray(services) ? services.map(sub) : sub(String(services));
}

/**
 * The ARN of a secret. If the secret is given by name, the ARN ends in a pattern for the six random characters that
 * Secrets Manager adds (Secrets Manager user guide, "Secret ARN").
 */
function secretArn(
  { secret = '' }: ApplicationProfile,
  application: Application,
  configuration: Configuration,
) {
  if (secret.startsWith('arn:')) return secret;
  const { accountId = '', region = '' } = locateApplication(application, configuration) ?? {};
  return sub(`arn:${partition}:secretsmanager:${region}:${accountId}:secret:${secret}-??????`);
}

/**
 * The role that readers in other accounts assume. At first no account may assume it. Grants of the kind
 * role-trust-policy then admit accounts. Principals outside the organization can never assume it.
 */
export function renderReaderResources({ configuration, application }: ApplicationRequest) {
  const { readerRole, profiles } = application;
  if (readerRole === undefined) return {};
  const [, path = '', RoleName = ''] = /^(.*\/)?([^/]+)$/.exec(readerRole) ?? [];
  const own = `arn:${partition}:appconfig:\${AWS::Region}:\${AWS::AccountId}:application/\${Application}/environment/*`;
  const keys = profiles.flatMap(({ key }) =>
    key === undefined ? [] : [resolveKeyArn(key, { configuration, application, partition })],
  );
  return {
    ReaderRole: {
      Type: 'AWS::IAM::Role',
      ...kept,
      Properties: {
        RoleName,
        Path: `/${path}`,
        Description: 'Readers in other accounts assume this role to get deployed configuration',
        AssumeRolePolicyDocument: {
          Version: '2012-10-17',
          Statement: [
            {
              Sid: 'OutsideOrganization',
              Effect: 'Deny',
              Principal: { AWS: '*' },
              Action: 'sts:AssumeRole',
              Condition: { StringNotEquals: { 'aws:PrincipalOrgID': configuration.organization.id } },
            },
          ],
        },
        Policies: [
          policy('read', [
            {
              Action: ['appconfig:StartConfigurationSession', 'appconfig:GetLatestConfiguration'],
              Resource: sub(`${own}/configuration/*`),
            },
            ...(keys.length === 0 ? [] : [decrypting(keys, own)]),
          ]),
        ],
      },
    },
  };
}

/**
 * The caller of GetLatestConfiguration needs the right to decrypt (AppConfig user guide, "Data encryption at rest for
 * AWS AppConfig").
 */
const decrypting = (keys: readonly string[], environments: string) => ({
  Action: 'kms:Decrypt',
  Resource: [...new Set(keys)].map(sub),
  Condition: {
    StringLike: {
      'kms:EncryptionContext:aws:appconfig:deployment:arn': sub(`${environments}/deployment/*`),
    },
  },
});
