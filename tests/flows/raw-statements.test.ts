import { expect, test } from '@jest/globals';
import { parseConfiguration } from '../../shared/configuration/load.ts';
import { log, smallText } from './configurations.ts';
import { created, eventOf, moved, workloads } from './events.ts';
import { onboard, outcomes, policies, world } from './flows-fixture.ts';

const bucket = `s3-bucket-policy/${log}/eu-west-1/example-org-reports`;

/** The example of docs/configuration.md. */
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

test('raw statements are written for an account, not reported as unverified, and taken back', async () => {
  const of = await world({ configuration });
  const { id } = created(of);
  const text = () => JSON.stringify(policies(of)[bucket]);

  const entered = await onboard(of, moved(of, id, workloads));

  expect(entered.run).toMatchObject({ status: 'succeeded' });
  expect(outcomes(entered)).toEqual({ [bucket]: 'written' });
  expect(text()).toContain(`arn:aws:iam::${id}:root`);
  expect(text()).toContain('example-org-reports/${aws:SourceAccount}/*');

  const left = await onboard(
    of,
    eventOf(of, () => of.organization.closeAccount(id)),
  );

  expect(left.run).toMatchObject({ status: 'succeeded' });
  expect(text()).not.toContain(id);
});
