/** Documents that others wrote before the project came; what they say must stay as it is. */

const root = (accountId: string): string => `arn:aws:iam::${accountId}:root`;

const policy = (...Statement: readonly object[]) => ({ Version: '2012-10-17', Statement });

/** With a statement without a Sid, a lone string where a list may stand, and a character that XML and JSON escape. */
export const bucketPolicy = (owner: string) =>
  policy(
    {
      Effect: 'Allow',
      Principal: { AWS: root(owner) },
      Action: 's3:GetObject',
      Resource: 'arn:aws:s3:::example-org-cloudtrail/*',
      Condition: { StringLike: { 's3:prefix': ['<audit> & "trail"/*', 'Prüfung/*'] } },
    },
    {
      Sid: 'DenyInsecureTransport',
      Effect: 'Deny',
      Principal: '*',
      Action: 's3:PutObject',
      Resource: ['arn:aws:s3:::example-org-cloudtrail/*'],
      Condition: { Bool: { 'aws:SecureTransport': 'false' } },
    },
  );

/** With an Id, and with spaces in a Sid, as the console writes them. */
export const keyPolicy = (owner: string) => ({
  Id: 'key-consolepolicy-3',
  ...policy(
    {
      Sid: 'Enable IAM User Permissions',
      Effect: 'Allow',
      Principal: { AWS: root(owner) },
      Action: 'kms:*',
      Resource: '*',
    },
    {
      Sid: 'Allow auditors',
      Effect: 'Allow',
      Principal: { AWS: root(owner) },
      Action: ['kms:Decrypt'],
      Resource: '*',
      Condition: { ArnLike: { 'aws:PrincipalArn': `arn:aws:iam::${owner}:role/audit/*` } },
    },
  ),
});

/** A version that is older than today's, and a principal that is a bare account id. */
export const repositoryPolicy = (owner: string) => ({
  Version: '2008-10-17',
  Statement: [
    {
      Sid: 'BuildersPush',
      Effect: 'Allow',
      Principal: { AWS: owner },
      Action: ['ecr:PutImage', 'ecr:UploadLayerPart'],
    },
  ],
});

/** For the people of the security account. */
export const secretPolicy = (security: string) =>
  policy({
    Sid: 'BreakGlass',
    Effect: 'Allow',
    Principal: { AWS: root(security) },
    Action: 'secretsmanager:PutSecretValue',
    Resource: '*',
  });

export const peoplePolicyName = 'ViewBilling';

export const peoplePolicy = policy({ Effect: 'Allow', Action: 'aws-portal:ViewBilling', Resource: '*' });

export const pipelineTrust = (owner: string) =>
  policy({ Effect: 'Allow', Principal: { AWS: root(owner) }, Action: 'sts:AssumeRole' });
