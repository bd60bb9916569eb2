import type { PolicyDocument, Statement } from '../../shared/iam/document.ts';
import type { SimulatedOrganization } from '../../simulator/organization.ts';

/**
 * Adds statements to policies of the example organization. They have the form that well-known Terraform modules write.
 */
export function addUnmanagedStatements({ world }: SimulatedOrganization): void {
  const { organizationId, managementAccountId } = world.settings;
  const members = [...world.accounts.values()]
    .filter(({ id, state }) => state === 'ACTIVE' && id !== managementAccountId)
    .map(({ id }) => id);
  const roots = members.slice(-3).map((id) => `arn:aws:iam::${id}:root`);
  const [repository, another] = world.repositories.values();
  const [secret] = world.secrets.values();
  const [bucket] = world.buckets.values();
  if (repository !== undefined)
    repository.policy = append(repository.policy, [
      {
        Sid: 'PullFromAccounts',
        Effect: 'Allow',
        Principal: { AWS: roots },
        Action: ['ecr:GetDownloadUrlForLayer', 'ecr:BatchGetImage', 'ecr:BatchCheckLayerAvailability'],
      },
      {
        Sid: 'PullFromPartner',
        Effect: 'Allow',
        Principal: { AWS: 'arn:aws:iam::999999999999:root' },
        Action: ['ecr:GetDownloadUrlForLayer', 'ecr:BatchGetImage'],
      },
    ]);
  if (another !== undefined)
    another.policy = append(another.policy, [
      {
        Sid: 'PullFromWorkloads',
        Effect: 'Allow',
        Principal: { AWS: roots.filter((root) => !root.includes('888888888888')) },
        Action: ['ecr:GetDownloadUrlForLayer', 'ecr:BatchGetImage', 'ecr:BatchCheckLayerAvailability'],
      },
    ]);
  if (secret !== undefined)
    secret.policy = append(secret.policy, [
      {
        Sid: 'ReadFromAccounts',
        Effect: 'Allow',
        Principal: { AWS: roots },
        Action: ['secretsmanager:GetSecretValue', 'secretsmanager:DescribeSecret'],
        Resource: '*',
      },
    ]);
  if (bucket !== undefined)
    bucket.policy = append(bucket.policy, [
      {
        Sid: 'AWSCloudTrailAclCheck',
        Effect: 'Allow',
        Principal: { Service: 'cloudtrail.amazonaws.com' },
        Action: 's3:GetBucketAcl',
        Resource: bucket.arn,
        Condition: { StringEquals: { 'aws:SourceOrgID': organizationId } },
      },
    ]);
}

/** The text of a policy with more statements. */
function append(text: string | undefined, statements: readonly Statement[]): string {
  const { Version, Statement }: PolicyDocument =
    text === undefined ? { Version: '2012-10-17', Statement: [] } : JSON.parse(text);
  return JSON.stringify({ Version, Statement: [...Statement, ...statements] });
}
