import type { Configuration } from '../../shared/configuration/schema.ts';
import { desiredResources } from '../../shared/reconcile/desired-resources.ts';
import type { SimulatedOrganization } from '../../simulator/organization.ts';

/** An account outside the organization that others' statements name. */
export const partner = '999988887777';

/**
 * Puts statements of others into every policy, in forms that are legal and unusual: without Sid, with a Sid like
 * ours, of another installation, a single value where ours has a list, a single statement instead of a list.
 */
export function addForeign(organization: SimulatedOrganization, configuration: Configuration): void {
  organization.addForeignAccount(partner);
  const { buckets, keys, repositories, secrets } = organization.world;
  for (const { ref } of desiredResources(configuration, []))
    if (ref.kind === 'assume-role-permission') attachForeign(organization, ref.accountId, ref.id);
  for (const { name, arn } of buckets.values()) organization.editPolicy('bucket', name, bucketPolicy(arn));
  for (const { arn, accountId } of keys.values()) organization.editPolicy('key', arn, keyPolicy(accountId));
  for (const { arn } of repositories.values()) organization.editPolicy('repository', arn, repositoryPolicy);
  for (const { arn } of secrets.values()) organization.editPolicy('secret', arn, secretPolicy);
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

function attachForeign(organization: SimulatedOrganization, accountId: string, id: string): void {
  const [, name = ''] = id.split('/');
  const arn = organization.addManagedPolicy({
    accountId,
    name: `theirs-${name}`,
    document: JSON.stringify({
      Version: '2012-10-17',
      Statement: { Effect: 'Allow', Action: 'sts:GetCallerIdentity', Resource: '*' },
    }),
  });
  const { groups, roles } = organization.world;
  const entities = [...groups.values(), ...roles.values()];
  entities.find((each) => each.accountId === accountId && each.name === name)?.attached.add(arn);
}
