import { describe, expect, test } from '@jest/globals';
import { renderApplicationTemplate } from '../../shared/cloudformation/application.ts';
import { parseConfiguration } from '../../shared/configuration/load.ts';
import { shared, smallText } from '../fixtures/small-configuration.ts';

interface Resource {
  readonly Type: string;
  readonly DeletionPolicy?: string;
  readonly UpdateReplacePolicy?: string;
  readonly Properties: Readonly<Record<string, unknown>>;
}

const keyId = '1234abcd-12ab-34cd-56ef-1234567890ab';
const alarm = `arn:aws:cloudwatch:us-west-2:${shared}:alarm:errors`;
const otherKey = `arn:aws:kms:us-west-2:333333333333:key/${keyId}`;

const full = {
  name: 'web-shop',
  account: 'shared',
  region: 'us-west-2',
  description: 'What the shop is configured by',
  environments: [{ name: 'test' }, { name: 'production-eu', alarms: [alarm] }],
  profiles: [
    { name: 'settings', schema: 'settings.json', key: keyId },
    { name: 'data-base', secret: 'shop/database', key: otherKey },
  ],
  readerRole: 'readers/ShopReader',
};

function made(application: object, schemas = new Map([['settings.json', '{"title":"${AWS::Region}"}']])) {
  const text = `${smallText(['secret'])}applications: [${JSON.stringify(application)}]\n`;
  const configuration = parseConfiguration(text, 'the test');
  const [parsed] = configuration.applications ?? [];
  if (parsed === undefined) throw new Error('There is no application');
  const { template, ...place } = renderApplicationTemplate({ configuration, application: parsed, schemas });
  const { Resources, Outputs, Rules } = template as {
    readonly Resources: Readonly<Record<string, Resource>>;
    readonly Outputs: object;
    readonly Rules: object;
  };
  return { resources: Resources, outputs: Outputs, rules: Rules, place };
}

describe('the template of an application', () => {
  const { resources, outputs, rules, place } = made(full);

  test('renders the AppConfig resources and roles of an application', () => {
    expect(Object.entries(resources).map(([id, { Type }]) => [id, Type])).toEqual([
      ['Application', 'AWS::AppConfig::Application'],
      ['EnvironmentTest', 'AWS::AppConfig::Environment'],
      ['EnvironmentProductionEu', 'AWS::AppConfig::Environment'],
      ['AlarmRole', 'AWS::IAM::Role'],
      ['ProfileSettings', 'AWS::AppConfig::ConfigurationProfile'],
      ['ProfileDataBase', 'AWS::AppConfig::ConfigurationProfile'],
      ['RetrievalRoleDataBase', 'AWS::IAM::Role'],
      ['ReaderRole', 'AWS::IAM::Role'],
      ['KeyUseRule', 'AWS::Events::Rule'],
      ['UnexpectedKeyUses', 'AWS::SQS::Queue'],
      ['UnexpectedKeyUsesPolicy', 'AWS::SQS::QueuePolicy'],
      ['UnexpectedKeyUsesAlarm', 'AWS::CloudWatch::Alarm'],
    ]);
    expect(Object.keys(outputs)).toEqual([
      'ApplicationId',
      'EnvironmentTestId',
      'EnvironmentProductionEuId',
      'ProfileSettingsId',
      'ProfileDataBaseId',
      'ReaderRoleArn',
      'UnexpectedKeyUsesQueueUrl',
    ]);
  });

  test('retains reader resources when the stack or a line of the configuration is deleted, and removes them after a failed creation', () => {
    const read = Object.values(resources).filter(({ Type }) => /^AWS::(AppConfig|IAM)::/.test(Type));
    expect(read).toHaveLength(8);
    for (const { DeletionPolicy, UpdateReplacePolicy } of read)
      expect([DeletionPolicy, UpdateReplacePolicy]).toEqual(['RetainExceptOnCreate', 'Retain']);
  });

  test("renders the application's template for one account and region", () => {
    expect(place).toEqual({ accountId: shared, region: 'us-west-2' });
    expect(JSON.stringify(rules)).toContain('{"Fn::Equals":[{"Ref":"AWS::Region"},"us-west-2"]}');
    expect(JSON.stringify(rules)).toContain(`{"Fn::Equals":[{"Ref":"AWS::AccountId"},"${shared}"]}`);
  });

  test('renders the JSON Schema unchanged as the validator', () => {
    expect(resources.ProfileSettings?.Properties).toEqual({
      ApplicationId: { Ref: 'Application' },
      Name: 'settings',
      Type: 'AWS.Freeform',
      LocationUri: 'hosted',
      KmsKeyIdentifier: { 'Fn::Sub': `arn:\${AWS::Partition}:kms:us-west-2:${shared}:key/${keyId}` },
      Validators: [{ Type: 'JSON_SCHEMA', Content: '{"title":"${AWS::Region}"}' }],
    });
  });

  test('renders a retrieval role that reads the secret and its key only through Secrets Manager', () => {
    const arn = {
      'Fn::Sub': `arn:\${AWS::Partition}:secretsmanager:us-west-2:${shared}:secret:shop/database-??????`,
    };
    expect(resources.ProfileDataBase?.Properties).toEqual({
      ApplicationId: { Ref: 'Application' },
      Name: 'data-base',
      Type: 'AWS.Freeform',
      LocationUri: 'secretsmanager://shop/database',
      RetrievalRoleArn: { 'Fn::GetAtt': ['RetrievalRoleDataBase', 'Arn'] },
    });
    expect(resources.RetrievalRoleDataBase?.Properties.Policies).toMatchObject([
      {
        PolicyDocument: {
          Statement: [
            { Action: 'secretsmanager:GetSecretValue', Resource: arn },
            {
              Action: 'kms:Decrypt',
              Resource: { 'Fn::Sub': otherKey },
              Condition: {
                StringEquals: {
                  'kms:ViaService': { 'Fn::Sub': 'secretsmanager.${AWS::Region}.amazonaws.com' },
                },
                StringLike: { 'kms:EncryptionContext:SecretARN': arn },
              },
            },
          ],
        },
      },
    ]);
  });

  test("names a secret by its name in the profile, and by its ARN in the role's policy", () => {
    const secret = `arn:aws:secretsmanager:us-west-2:${shared}:secret:rds!shop-a1B2c3`;
    const { resources: those } = made({ ...full, profiles: [{ name: 'data-base', secret }] });
    expect(those.ProfileDataBase?.Properties.LocationUri).toBe('secretsmanager://rds!shop');
    expect(JSON.stringify(those.RetrievalRoleDataBase?.Properties.Policies)).toContain(`"${secret}"`);
  });

  test('renders the alarms of an environment and the role that reads them', () => {
    expect(resources.EnvironmentTest?.Properties).not.toHaveProperty('Monitors');
    expect(resources.EnvironmentProductionEu?.Properties.Monitors).toEqual([
      { AlarmArn: alarm, AlarmRoleArn: { 'Fn::GetAtt': ['AlarmRole', 'Arn'] } },
    ]);
  });

  test('lets readers read only this application, and decrypt its deployments', () => {
    const { RoleName, Path, Policies, AssumeRolePolicyDocument } = resources.ReaderRole?.Properties ?? {};
    const own =
      'arn:${AWS::Partition}:appconfig:${AWS::Region}:${AWS::AccountId}:application/${Application}/environment/*';

    expect([RoleName, Path]).toEqual(['ShopReader', '/readers/']);
    expect(JSON.stringify(AssumeRolePolicyDocument)).not.toContain('"Allow"');
    expect(Policies).toMatchObject([
      {
        PolicyDocument: {
          Statement: [
            { Resource: { 'Fn::Sub': `${own}/configuration/*` } },
            {
              Action: 'kms:Decrypt',
              Condition: {
                StringLike: {
                  'kms:EncryptionContext:aws:appconfig:deployment:arn': {
                    'Fn::Sub': `${own}/deployment/*`,
                  },
                },
              },
            },
          ],
        },
      },
    ]);
  });

  test('renders no role that nothing uses', () => {
    const { name, account, environments } = full;
    const plain = made({
      name,
      account,
      environments: environments.slice(0, 1),
      profiles: [{ name: 'settings' }],
    });
    expect(Object.keys(plain.resources)).toEqual(['Application', 'EnvironmentTest', 'ProfileSettings']);
    expect(plain.place.region).toBe('eu-west-1');
    expect(plain.resources.ProfileSettings?.Properties).not.toHaveProperty('Validators');
  });
});
