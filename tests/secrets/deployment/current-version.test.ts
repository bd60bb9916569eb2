import { SecretsManagerClient } from '@aws-sdk/client-secrets-manager';
import { expect, test } from '@jest/globals';
import { readCurrentSecret } from '../../../shared/secrets/deployment/current-version.ts';

const arn = 'arn:aws:secretsmanager:eu-west-1:444444444444:secret:db-AbCdEf';

/** A client that answers without a request. */
const answering = (output: object): SecretsManagerClient => {
  const client = new SecretsManagerClient({ region: 'eu-west-1' });
  client.middlewareStack.add(() => async () => ({ output: { $metadata: {}, ...output }, response: {} }), {
    step: 'initialize',
  });
  return client;
};

test.each([
  ['its ARN is not understood', { ARN: 'arn:aws:other:x' }, /ARN that cannot be parsed \(arn:aws:other:x\)/],
  ['it has no ARN', {}, /ARN that cannot be parsed \(none\)/],
  [
    'it is scheduled for deletion',
    { ARN: arn, DeletedDate: new Date(0) },
    /scheduled for deletion\. Restore it/,
  ],
  ['no version is current', { ARN: arn }, /No version .* is AWSCURRENT\. Give it a value/],
])('names the cause when a secret cannot be deployed because %s', async (_, output, expected) => {
  await expect(readCurrentSecret(answering(output), 'db')).rejects.toMatchObject({
    name: 'SecretNotDeployableError',
    message: expect.stringMatching(expected),
  });
});
