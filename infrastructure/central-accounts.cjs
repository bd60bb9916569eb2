/**
 * What each central account of the configuration has in the hub: an update function, that function's role, and its place
 * in the permissions of others. YAML alone cannot do it, because the configuration chooses the names.
 */
module.exports = async ({ resolveVariable }) => {
  const { accounts, organizationId } = await readConfiguration(
    await resolveVariable('self:custom.configuration'),
  );
  return {
    organizationId,
    functions: Object.fromEntries(accounts.map((account) => [account.functionKey, updateFunction(account)])),
    functionArns: accounts.map(({ functionKey }) => ({ 'Fn::GetAtt': [functionId(functionKey), 'Arn'] })),
    // For plan-changes: what it calls for which account.
    functionNames: JSON.stringify(
      Object.fromEntries(accounts.map(({ name, functionKey }) => [name, deployedName(functionKey)])),
    ),
    roleArns: unique(accounts.map(roleArn)),
    roleArnsByFunction: Object.fromEntries(
      accounts.map((account) => [account.functionKey, roleArn(account)]),
    ),
    forwarderArns: unique(accounts.map(({ id }) => arn(id, '${self:custom.forwarder}'))),
  };
};

/** Seconds. */
const updateTimeout = 120;

module.exports.updateTimeout = updateTimeout;

/** A configuration with mistakes is not deployed. */
async function readConfiguration(path) {
  const { loadConfiguration } = await import('../shared/configuration/load.ts');
  const { getSpokeRole, toUpdateFunctionName } = await import('../shared/platform/central-accounts.ts');
  const configuration = await loadConfiguration(path).catch((error) => {
    // The framework prints the stack in place of the message.
    throw Object.assign(error, { stack: `${error.message}\nNothing was packaged or deployed.` });
  });
  const accounts = Object.entries(configuration.centralAccounts).map(([name, { id }]) => ({
    name,
    id,
    role: getSpokeRole(configuration, id),
    functionKey: toUpdateFunctionName(name),
  }));
  return { accounts, organizationId: configuration.organization.id };
}

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
