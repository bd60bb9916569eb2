import type { Configuration } from '../../shared/configuration/schema.ts';
import { desiredResources } from '../../shared/plan/desired.ts';
import type { SimulatedOrganisation } from '../../simulator/organisation.ts';

/** An account outside the organisation that others' statements name. */
export const partner = '999988887777';

/**
 * Puts statements of others into every policy, in forms that are legal and unusual: without Sid, with a Sid like
 * ours, of another deployment, a single value where ours has a list, a single statement instead of a list.
 */
export function addForeign(organisation: SimulatedOrganisation, configuration: Configuration): void {
  organisation.addForeignAccount(partner);
  const { buckets, keys, repositories, secrets } = organisation.world;
  for (const { ref } of desiredResources(configuration, []))
    if (ref.kind === 'assume-role-permission') attachForeign(organisation, ref.accountId, ref.id);
  for (const { name, arn } of buckets.values()) organisation.editPolicy('bucket', name, bucketPolicy(arn));
  for (const { arn, accountId } of keys.values()) organisation.editPolicy('key', arn, keyPolicy(accountId));
  for (const { arn } of repositories.values()) organisation.editPolicy('repository', arn, repositoryPolicy);
  for (const { arn } of secrets.values()) organisation.editPolicy('secret', arn, secretPolicy);
}

const bucketPolicy = (arn: string): string =>
  JSON.stringify(
    {
      Version: '2008-10-17',
      Id: 'theirs',
      Statement: [
        {
          Effect: 'Deny',
          Principal: '*',
          NotAction: 's3:GetBucketAcl',
          Resource: [`${arn}/*`, arn],
          Condition: { Bool: { 'aws:SecureTransport': false } },
        },
        {
          Sid: 'AccountOnboardingLooksLikeOurs',
          Effect: 'Allow',
          Principal: { AWS: [partner] },
          Action: ['S3:getobject'],
          Resource: `${arn}/theirs/*`,
        },
        {
          Sid: 'AccountOnboardingotherLogsWrite',
          Effect: 'Allow',
          Principal: { Service: 'cloudtrail.amazonaws.com' },
          Action: 's3:PutObject',
          Resource: `${arn}/other/*`,
          Condition: { StringEquals: { 'aws:SourceAccount': [partner] } },
        },
      ],
    },
    undefined,
    4,
  );

const keyPolicy = (accountId: string): string =>
  JSON.stringify({
    Version: '2012-10-17',
    Id: 'key-consolepolicy-3',
    Statement: [
      {
        Sid: 'Enable IAM User Permissions',
        Effect: 'Allow',
        Principal: { AWS: `arn:aws:iam::${accountId}:root` },
        Action: 'kms:*',
        Resource: '*',
      },
      {
        Effect: 'Allow',
        Principal: { AWS: [partner, accountId] },
        Action: 'kms:Decrypt',
        Resource: '*',
        Condition: { NumericLessThan: { 'aws:MultiFactorAuthAge': 300 } },
      },
    ],
  });

/** One statement that is not in a list. */
const repositoryPolicy = JSON.stringify({
  Version: '2012-10-17',
  Statement: { Effect: 'Allow', Principal: { AWS: partner }, Action: 'ecr:BatchGetImage' },
});

const secretPolicy = JSON.stringify({
  Version: '2012-10-17',
  Statement: [
    {
      Sid: 'account-onboarding',
      Effect: 'Deny',
      NotPrincipal: { AWS: partner },
      Action: 'secretsmanager:DeleteSecret',
      Resource: '*',
    },
  ],
});

function attachForeign(organisation: SimulatedOrganisation, accountId: string, id: string): void {
  const [, name = ''] = id.split('/');
  const arn = organisation.addManagedPolicy({
    accountId,
    name: `theirs-${name}`,
    document: JSON.stringify({
      Version: '2012-10-17',
      Statement: { Effect: 'Allow', Action: 'sts:GetCallerIdentity', Resource: '*' },
    }),
  });
  const { groups, roles } = organisation.world;
  const entities = [...groups.values(), ...roles.values()];
  entities.find((each) => each.accountId === accountId && each.name === name)?.attached.add(arn);
}
