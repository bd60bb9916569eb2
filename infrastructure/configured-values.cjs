/**
 * The values that serverless.yml takes from the configuration. Each central account has an update function in the hub, a
 * role for that function, and a place in the permissions of other functions. YAML alone cannot express that, because the
 * configuration chooses the names.
 */
module.exports = async ({ options, resolveVariable }) => {
  const { accounts, organizationId, managementAccount, region, tracesFunctions, rules, stackKey, topicKey } =
    await readConfiguration(await resolveVariable('self:custom.configuration'), options);
  return {
    organizationId,
    managementAccount,
    region,
    tracesFunctions,
    rules,
    // The key of the table and the queues. Empty: none. In `Fn::Sub`.
    stackKey,
    // The customer managed key of the topic. Empty: none.
    topicKey: topicKey ?? '',
    useTopicKey: useTopicKey(topicKey),
    functions: Object.fromEntries(accounts.map((account) => [account.functionKey, updateFunction(account)])),
    functionArns: accounts.map(({ functionKey }) => ({ 'Fn::GetAtt': [functionId(functionKey), 'Arn'] })),
    // For plan-changes: what it calls for which account.
    functionNames: JSON.stringify(
      Object.fromEntries(accounts.map(({ name, functionKey }) => [name, deployedName(functionKey)])),
    ),
    roleArns: unique(accounts.map(roleArn)),
    // For the role of each update function.
    updates: accounts.map((account) => ({
      functionKey: account.functionKey,
      accountId: account.id,
      roleArn: roleArn(account),
    })),
    forwarderArns: [
      ...unique(accounts.map(({ id }) => arn(id, '${self:custom.forwarder}'))),
      // Another account's rules forward events about accounts only if the hub is not in the management account.
      {
        'Fn::If': [
          'HubIsElsewhere',
          arn(managementAccount, '${self:custom.accountForwarder}'),
          { Ref: 'AWS::NoValue' },
        ],
      },
    ],
  };
};

/** Seconds. */
const updateTimeout = 120;

module.exports.updateTimeout = updateTimeout;

/** A configuration with mistakes is not deployed. */
async function readConfiguration(path, options) {
  const { loadConfiguration } = await import('../shared/configuration/load.ts');
  const { findDeployOptionMistake, getDefaultHubRegion } = await import(
    '../shared/configuration/hub-options.ts'
  );
  const { planHubRules } = await import('../shared/cloudformation/hub-rules.ts');
  const { getSpokeRole, toUpdateFunctionName } = await import('../shared/platform/central-accounts.ts');
  const { getPartitionFacts } = await import('../shared/platform/partitions.ts');
  const { getStackKeyArn } = await import('../shared/configuration/stack-options.ts');
  const configuration = await loadConfiguration(path).catch(refuse);
  const mistake = findDeployOptionMistake(configuration, {
    // The framework says `null` for an option that is not given.
    region: options.region ?? undefined,
    stage: options.stage ?? undefined,
  });
  if (mistake !== undefined) refuse(new Error(mistake));
  const accounts = Object.entries(configuration.centralAccounts).map(([name, { id }]) => ({
    name,
    id,
    role: getSpokeRole(configuration, id),
    functionKey: toUpdateFunctionName(name),
  }));
  return {
    accounts,
    organizationId: configuration.organization.id,
    managementAccount: configuration.organization.managementAccount,
    region: getDefaultHubRegion(configuration),
    tracesFunctions: getPartitionFacts(configuration.partition).tracesFunctions,
    rules: planHubRules(configuration),
    stackKey: getStackKeyArn(configuration, '${AWS::Region}') ?? '',
    topicKey: configuration.notifications?.key,
  };
}

/** The framework prints the stack in place of the message. */
function refuse(error) {
  throw Object.assign(error, { stack: `${error.message}\nNothing was packaged or deployed.` });
}

/**
 * SNS uses the key of the topic with the rights of the publisher: SNS developer guide, "Securing Amazon SNS data with server-side
 * encryption", "Key management". Without a key the condition removes the statement. An empty ARN in it would be a finding of cfn-lint.
 */
const useTopicKey = (
  key = { 'Fn::Sub': 'arn:${AWS::Partition}:kms:${AWS::Region}:${AWS::AccountId}:key/none' },
) => ({
  'Fn::If': [
    'HasTopicKey',
    {
      Effect: 'Allow',
      Action: ['kms:Decrypt', 'kms:GenerateDataKey'],
      Resource: key,
      Condition: {
        StringEquals: { 'kms:ViaService': { 'Fn::Sub': 'sns.${AWS::Region}.${AWS::URLSuffix}' } },
      },
    },
    { Ref: 'AWS::NoValue' },
  ],
});

/** These accounts have an entry file of their own. */
const withOwnFile = ['log', 'security', 'shared'];

const updateFunction = ({ name, functionKey }) => ({
  name: deployedName(functionKey),
  handler: `functions/${withOwnFile.includes(name) ? functionKey : 'update-central-account'}.handler`,
  role: roleId(functionKey),
  timeout: updateTimeout,
});

const deployedName = (functionKey) => `\${self:custom.name}-${functionKey}`;

/** How the framework names the resource of a function: `UpdateDashlogDashaccountLambdaFunction`. */
const functionId = (functionKey) => `${functionKey.replace(/^u/, 'U').replaceAll('-', 'Dash')}LambdaFunction`;

/** `update-log-account` → `UpdateLogAccountRole`, as in roles.cjs. */
const roleId = (functionKey) =>
  `${functionKey.replace(/(?:^|-)(\w)/g, (_, letter) => letter.toUpperCase())}Role`;

const roleArn = ({ id, role }) => arn(id, `role/${role}`);

const arn = (accountId, resource) => ({
  'Fn::Sub': `arn:\${AWS::Partition}:iam::${accountId}:${resource}`,
});

/** One account may have several names. */
const unique = (values) => [...new Map(values.map((value) => [value['Fn::Sub'], value])).values()];
