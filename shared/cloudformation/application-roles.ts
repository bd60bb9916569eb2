import {
  type Application,
  type ApplicationProfile,
  locateApplication,
  resolveKeyArn,
  toLogicalName,
} from '../configuration/applications.ts';
import type { Configuration } from '../configuration/schema.ts';
import type { ApplicationRequest } from './application-request.ts';
/**
 * What readers read outlives its stack and its line in the configuration, and so do the roles that it needs. A profile
 * with versions could not be deleted anyway: "Cannot delete configuration profile … because there are still hosted
 * configuration versions existing under it", answers AppConfig. What a creation has made that failed goes, though, so that
 * it can be tried again ("DeletionPolicy attribute", CloudFormation template reference).
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

/** AppConfig documents no `aws:SourceAccount` or `aws:SourceArn` for its roles, as templates/appconfig-roles.yml says. */
const trustsAppConfig = {
  Version: '2012-10-17',
  Statement: [
    { Effect: 'Allow', Principal: { Service: 'appconfig.amazonaws.com' }, Action: 'sts:AssumeRole' },
  ],
};

/** "Configure permissions for automatic rollback", AppConfig user guide, which names no resource either. */
export const alarmRole = {
  Type: 'AWS::IAM::Role',
  ...kept,
  Properties: {
    Description: 'AppConfig watches alarms by it',
    AssumeRolePolicyDocument: trustsAppConfig,
    Policies: [policy('watch', [{ Action: 'cloudwatch:DescribeAlarms', Resource: '*' }])],
  },
};

/** For each profile of a secret the role by which AppConfig retrieves it. */
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
      Description: 'AppConfig retrieves a secret by it',
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
                  // Secrets Manager user guide, "Secret encryption and decryption in AWS Secrets Manager".
                  Condition: {
                    StringEquals: { 'kms:ViaService': sub('secretsmanager.${AWS::Region}.amazonaws.com') },
                    StringLike: { 'kms:EncryptionContext:SecretARN': arn },
                  },
                },
              ]),
        ]),
      ],
    },
  };
}

/** Of a name, with the six characters that Secrets Manager adds to it (Secrets Manager user guide, "Secret ARN"). */
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
 * The role by which readers of other accounts read: nobody may assume it until a grant of the kind role-trust-policy lets
 * accounts in, and nobody of another organization ever.
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
        Description: 'Readers of other accounts get deployed configuration by it',
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

/** AppConfig user guide, "Data encryption at rest for AWS AppConfig": the caller of GetLatestConfiguration decrypts. */
const decrypting = (keys: readonly string[], environments: string) => ({
  Action: 'kms:Decrypt',
  Resource: [...new Set(keys)].map(sub),
  Condition: {
    StringLike: {
      'kms:EncryptionContext:aws:appconfig:deployment:arn': sub(`${environments}/deployment/*`),
    },
  },
});
