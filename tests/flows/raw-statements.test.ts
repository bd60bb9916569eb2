import { expect, test } from '@jest/globals';
import { parseConfiguration } from '../../shared/configuration/load.ts';
import { created, eventOf, moved, workloads } from '../fixtures/account-events.ts';
import { log, smallText } from '../fixtures/small-configuration.ts';
import { createEnv, onboard, outcomes, policies } from '../fixtures/test-env.ts';

const bucket = `s3-bucket-policy/${log}/eu-west-1/example-org-reports`;

/** The example of docs/grants/raw-statements.md. */
const configuration = parseConfiguration(
  smallText(
    [],
    `
  - name: reports
    kind: s3-bucket-policy
    account: log
    bucket: example-org-reports
    preset: raw
    statements:
      - part: read
        Principal: { AWS: "{accountRoots}" }
        Action: [s3:GetObject]
        Resource: "{resourceArn}/\${aws:PrincipalAccount}/*"
      - part: deliver
        Principal: { Service: delivery.logs.amazonaws.com }
        Action: s3:PutObject
        Resource: "{resourceArn}/\${aws:SourceAccount}/*"
        Condition: { StringEquals: { "aws:SourceAccount": "{accountId}" } }
    for: { ous: [Workloads] }`,
  ),
  'the test',
);

test('writes raw statements for an account, reports them as verified, and revokes them', async () => {
  const env = await createEnv({ configuration });
  const { id } = created(env);
  const text = () => JSON.stringify(policies(env)[bucket]);

  const entered = await onboard(env, moved(env, id, workloads));

  expect(entered.run).toMatchObject({ status: 'succeeded' });
  expect(outcomes(entered)).toEqual({ [bucket]: 'written' });
  expect(text()).toContain(`arn:aws:iam::${id}:root`);
  expect(text()).toContain('example-org-reports/${aws:SourceAccount}/*');

  const left = await onboard(
    env,
    eventOf(env, () => env.organization.closeAccount(id)),
  );

  expect(left.run).toMatchObject({ status: 'succeeded' });
  expect(text()).not.toContain(id);
});
