/**
 * The roles of the functions and of the rules: the parts that all of them share, around what permissions.yml says of each.
 * YAML alone cannot do it, because an anchor takes no parameter such as the function's name.
 */
module.exports = async ({ resolveVariable }) => {
  const { functions, updateFunction, starts } = await resolveVariable('file(infrastructure/permissions.yml)');
  const neededRules = await resolveVariable('file(infrastructure/rules.cjs):names');
  const updates = await resolveVariable('self:custom.centralAccounts.updates');
  const traces = await resolveVariable('self:custom.centralAccounts.tracesFunctions');
  const key = await resolveVariable('self:custom.centralAccounts.stackKey');
  const functionRole = (name, statements) =>
    makeFunctionRole(name, [
      log(name),
      ...(traces ? [trace] : []),
      ...(key === '' ? [] : [useTableKey(key), ...(sendsMessages(statements) ? [useQueueKey(key)] : [])]),
      ...statements,
    ]);
  return {
    Resources: Object.fromEntries([
      ...updates.map(({ functionKey, accountId, roleArn }) => [
        roleId(functionKey),
        functionRole(functionKey, [...forAccount(updateFunction, accountId), assume(roleArn)]),
      ]),
      ...Object.entries(functions).map(([name, statements]) => [
        roleId(name),
        functionRole(name, statements),
      ]),
      ...Object.entries(starts)
        .map(([id, { stateMachine, rules }]) => [id, stateMachine, rules.filter(isIn(neededRules))])
        .filter(([, , rules]) => rules.length > 0)
        .map(([id, stateMachine, rules]) => [id, startRole(stateMachine, rules)]),
    ]),
  };
};

/** `plan-changes` → `PlanChangesRole` */
const roleId = (name) => `${name.replace(/(?:^|-)(\w)/g, (_, letter) => letter.toUpperCase())}Role`;

/** Permissions of an update function, for the items of its account in the table. */
const forAccount = (statements, accountId) =>
  JSON.parse(JSON.stringify(statements).replaceAll(/\bACCOUNT\b/g, accountId));

const isIn = (names) => (name) => names.includes(name);

const makeFunctionRole = (name, statements) => ({
  Type: 'AWS::IAM::Role',
  Properties: {
    // Spoke roles trust it by this name.
    RoleName: `\${self:custom.name}-${name}`,
    Path: '/account-onboarding/',
    AssumeRolePolicyDocument: policy([
      { Effect: 'Allow', Principal: { Service: 'lambda.amazonaws.com' }, Action: 'sts:AssumeRole' },
    ]),
    Policies: [{ PolicyName: 'step', PolicyDocument: policy(statements) }],
  },
});

const log = (name) => ({
  Effect: 'Allow',
  Action: ['logs:CreateLogStream', 'logs:PutLogEvents'],
  Resource: { 'Fn::Sub': `\${self:custom.functionLogs}-${name}:*` },
});

const assume = (roleArn) => ({ Effect: 'Allow', Action: 'sts:AssumeRole', Resource: roleArn });

const trace = {
  Effect: 'Allow',
  Action: ['xray:PutTraceSegments', 'xray:PutTelemetryRecords'],
  Resource: '*',
};

const toSub = (text) => (text.includes('${AWS::') ? { 'Fn::Sub': text } : text);

/**
 * DynamoDB decrypts the key of the table in the name of the caller, and does everything else by its own grants (DynamoDB developer
 * guide, "DynamoDB encryption at rest usage notes", "Monitoring DynamoDB interaction with AWS KMS").
 */
const useTableKey = (key) => ({
  Effect: 'Allow',
  Action: 'kms:Decrypt',
  Resource: toSub(key),
  Condition: {
    StringEquals: {
      'kms:ViaService': { 'Fn::Sub': 'dynamodb.${AWS::Region}.${AWS::URLSuffix}' },
      'kms:EncryptionContext:aws:dynamodb:tableName': '${self:custom.name}',
    },
  },
});

const sendsMessages = (statements) => statements.some(({ Action }) => Action === 'sqs:SendMessage');

/** SQS uses the key in the name of the sender (SQS developer guide, "Key management"). Lambda sends with the role of the function. */
const useQueueKey = (key) => ({
  Effect: 'Allow',
  Action: ['kms:Decrypt', 'kms:GenerateDataKey'],
  Resource: toSub(key),
  Condition: { StringEquals: { 'kms:ViaService': { 'Fn::Sub': 'sqs.${AWS::Region}.${AWS::URLSuffix}' } } },
});

/** EventBridge user guide, "Cross-service confused deputy prevention": only these rules of this account. */
const startRole = (stateMachine, rules) => ({
  Type: 'AWS::IAM::Role',
  Properties: {
    Path: '/account-onboarding/',
    AssumeRolePolicyDocument: policy([
      {
        Effect: 'Allow',
        Principal: { Service: 'events.amazonaws.com' },
        Action: 'sts:AssumeRole',
        Condition: {
          StringEquals: { 'aws:SourceAccount': { Ref: 'AWS::AccountId' } },
          ArnEquals: {
            'aws:SourceArn': rules.map((rule) => ({ 'Fn::Sub': `\${self:custom.rules}-hub-${rule}` })),
          },
        },
      },
    ]),
    Policies: [
      {
        PolicyName: 'start',
        PolicyDocument: policy([
          { Effect: 'Allow', Action: 'states:StartExecution', Resource: { Ref: stateMachine } },
        ]),
      },
    ],
  },
});

const policy = (statements) => ({ Version: '2012-10-17', Statement: statements });
