import { describe, expect, test } from '@jest/globals';
import { renderApplicationTemplate } from '../../shared/cloudformation/application.ts';
import { parseConfiguration } from '../../shared/configuration/load.ts';
import { readJson } from '../fixtures/deployment/deployment.ts';
import { watchKeyUse } from '../fixtures/key-use-watch.ts';
import { shared, smallText } from '../fixtures/small-configuration.ts';

const accountId = '111122223333';
const region = 'us-east-1';
const key = '1234abcd-12ab-34cd-56ef-1234567890ab';

const application = {
  name: 'shop',
  account: 'shared',
  region,
  environments: [{ name: 'test' }],
  profiles: [{ name: 'settings', key }],
  readerRole: 'readers/ShopReader',
  keyUsers: ['teams/Auditor'],
};

function render(more: object = {}) {
  // The events are of the account in AWS's documentation.
  const text = smallText(['secret']).replaceAll(shared, accountId);
  const configuration = parseConfiguration(
    `${text}applications: [${JSON.stringify({ ...application, ...more })}]\n`,
    'the test',
  );
  const [parsed] = configuration.applications ?? [];
  if (parsed === undefined) throw new Error('There is no application');
  return renderApplicationTemplate({ configuration, application: parsed, schemas: new Map() }).template;
}

const watch = (template = render()) => watchKeyUse({ template, accountId, region, applicationId: 'abc1234' });

/** The alarms that an event leads to. */
function alarmsAfter(event: unknown, template = render()): readonly string[] {
  const watched = watch(template);
  watched.deliver(event);
  return watched.listAlarms();
}

interface KeyEvent {
  readonly detail: Readonly<Record<string, unknown>>;
}

const eventNamed = (name: string) => readJson(`tests/fixtures/key-use/${name}.json`) as KeyEvent;

const change = (event: KeyEvent, detail: object): KeyEvent => ({
  ...event,
  detail: { ...event.detail, ...detail },
});

const byUser = eventNamed('decrypt-by-user');
const byRole = eventNamed('generate-data-key-by-role');
const byAppConfig = eventNamed('decrypt-by-appconfig');

const session = (role: string, more: object = {}) => ({
  userIdentity: {
    type: 'AssumedRole',
    arn: `arn:aws:sts::${accountId}:assumed-role/${role.split('/').at(-1)}/session`,
    accountId,
    sessionContext: { sessionIssuer: { type: 'Role', arn: `arn:aws:iam::${accountId}:role/${role}` } },
    ...more,
  },
});

const inContext = (encryptionContext: object) => ({ requestParameters: { encryptionContext } });

const deployment = (id: string) => ({
  'aws:appconfig:deployment:arn': `arn:aws:appconfig:${region}:${accountId}:application/${id}/environment/def5678/deployment/1`,
});

const alarm = ['UnexpectedKeyUsesAlarm'];

describe('an event of key use', () => {
  test.each([
    ['a user decrypts', byUser],
    ['an unknown role generates a data key', byRole],
    ['an unknown role decrypts', change(byRole, { eventName: 'Decrypt' })],
    [
      'an unknown role generates a data key without plaintext',
      change(byRole, { eventName: 'GenerateDataKeyWithoutPlaintext' }),
    ],
    ['the root user decrypts', change(byUser, { userIdentity: { type: 'Root', accountId } })],
    [
      'a principal of another account decrypts',
      change(byUser, { userIdentity: { type: 'AWSAccount', accountId: '999988887777' } }),
    ],
    [
      'an unknown role reads through AppConfig',
      change(byAppConfig, session('Other', { invokedBy: 'appconfig.amazonaws.com' })),
    ],
    ['a role has the name of a known role under another path', change(byRole, session('other/ShopReader'))],
    ['KMS denies the use', change(byUser, { errorCode: 'AccessDenied' })],
  ])('raises the key alarm when %s', (_, event) => {
    expect(alarmsAfter(event)).toEqual(alarm);
  });

  test.each([
    ['AppConfig decrypts for itself', byAppConfig],
    ['AppConfig generates a data key for itself', change(byAppConfig, { eventName: 'GenerateDataKey' })],
    ['KMS reports its own event', eventNamed('service-event')],
    [
      'a service event reports a use',
      {
        ...change(byAppConfig, {
          eventType: 'AwsServiceEvent',
          userIdentity: { accountId, invokedBy: 'appconfig.amazonaws.com' },
        }),
        'detail-type': 'AWS Service Event via CloudTrail',
      },
    ],
    ['the reader role decrypts', change(byAppConfig, session('readers/ShopReader'))],
    [
      'the reader role decrypts through AppConfig',
      change(byAppConfig, session('readers/ShopReader', { invokedBy: 'appconfig.amazonaws.com' })),
    ],
    ['a role of keyUsers decrypts', change(byUser, session('teams/Auditor'))],
    ['a user decrypts a secret', change(byUser, inContext({ SecretARN: 'arn:aws:secretsmanager:secret' }))],
    ['a user decrypts without an encryption context', change(byUser, { requestParameters: { keyId: key } })],
    ['a user decrypts for another application', change(byUser, inContext(deployment('abc12345')))],
    ['a user describes the key', change(byUser, { eventName: 'DescribeKey' })],
  ])('raises no key alarm when %s', (_, event) => {
    expect(alarmsAfter(event)).toEqual([]);
  });

  test('raises no key alarm when the deploying role generates a data key', () => {
    expect(alarmsAfter(change(byRole, session('account-onboarding/spoke')))).toEqual([]);
  });
});

describe('the template of an application', () => {
  test('renders a rule that matches read-only management events', () => {
    const { resources } = watch();

    expect(resources.KeyUseRule?.Properties.State).toBe('ENABLED_WITH_ALL_CLOUDTRAIL_MANAGEMENT_EVENTS');
  });

  test('raises no key alarm when the rule is only enabled without read-only events', () => {
    const plain = JSON.parse(
      JSON.stringify(render()).replace('ENABLED_WITH_ALL_CLOUDTRAIL_MANAGEMENT_EVENTS', 'ENABLED'),
    );

    expect(alarmsAfter(byUser, plain)).toEqual([]);
  });

  test("lets only the template's rule send to its queue", () => {
    expect(watch().resources.UnexpectedKeyUsesPolicy?.Properties.PolicyDocument).toMatchObject({
      Statement: [
        {
          Principal: { Service: 'events.amazonaws.com' },
          Action: 'sqs:SendMessage',
          Condition: { ArnEquals: { 'aws:SourceArn': ['<KeyUseRule.Arn>'] } },
        },
      ],
    });
  });

  test('renders no rule on key use when no profile has a key', () => {
    expect(watch(render({ profiles: [{ name: 'settings' }] })).resources).not.toHaveProperty('KeyUseRule');
  });
});
