import { expect, test } from '@jest/globals';
import { secretPattern } from '../../shared/configuration/secret-deployment.ts';
import { secretResourcePolicy } from '../../shared/grants/secret-resource-policy.ts';
import { secretNamePattern } from '../../shared/platform/aws/secret-arn.ts';

const grantOn = (secret: string) => ({
  name: 'database',
  kind: 'secret-resource-policy',
  account: 'shared',
  secrets: [secret],
  preset: 'read',
  for: { all: true },
});

/** Secrets Manager API reference, "CreateSecret", and the user guide, "Secrets managed by other AWS services". */
test.each([
  ['rds!cluster-1234abcd-12ab-34cd-56ef-1234567890ab', true],
  ['rds!db-1234abcd', true],
  ['events!connection/orders/1234abcd', true],
  ['a/b_c+d=e.f@g-h', true],
  ['with space', false],
  ['with:colon', false],
  ['with*star', false],
])('accepts the secret name %s in a grant exactly when a rotation target accepts it', (name, accepted) => {
  expect(secretNamePattern.test(name)).toBe(accepted);
  expect(secretResourcePolicy.schema.safeParse(grantOn(name)).success).toBe(accepted);
  expect(secretPattern.safeParse(name).success).toBe(accepted);
});
