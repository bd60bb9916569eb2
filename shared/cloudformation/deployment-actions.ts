/**
 * Actions with which the spoke role deploys secrets. Sources: Service Authorization Reference, "AWS AppConfig";
 * AppConfig user guide, "Data encryption at rest for AWS AppConfig" (the key of a secret with a customer managed key).
 */
export const deploymentActions: readonly string[] = [
  'secretsmanager:DescribeSecret',
  'appconfig:ListApplications',
  'appconfig:ListConfigurationProfiles',
  'appconfig:ListEnvironments',
  'appconfig:ListHostedConfigurationVersions',
  'appconfig:ListDeployments',
  'appconfig:GetDeployment',
  'appconfig:StartDeployment',
  'appconfig:TagResource',
  'kms:GenerateDataKey*',
];
