import { paginateListSecrets } from '@aws-sdk/client-secrets-manager';
import { secretNamePattern } from '../../../shared/platform/aws/secret-arn.ts';
import { toName } from '../names.ts';
import { noteMore, type Proposer, readSome } from './proposer.ts';

/** Other accounts cannot use the key `aws/secretsmanager`, so a secret with that key gets a note and no proposal. */
export const secrets: Proposer = {
  resources: 'secrets',
  propose: async (reading) => {
    const { central, clients, prefix } = reading;
    const { items, more } = await readSome(
      paginateListSecrets({ client: clients.secretsManager }, {}),
      ({ SecretList = [] }) =>
        SecretList.flatMap(({ Name: name = '', KmsKeyId: key }) =>
          name.startsWith(prefix) && secretNamePattern.test(name)
            ? [{ name, shareable: key !== undefined && !key.endsWith('alias/aws/secretsmanager') }]
            : [],
        ),
    );
    return {
      proposals: items
        .filter(({ shareable }) => shareable)
        .map(({ name }) => ({
          name: toName(`secret-${name}`, 'secret'),
          account: central.name,
          fields: { kind: 'secret-resource-policy', secrets: [name], preset: 'read' },
          why: [
            'A customer managed key encrypts the secret, so other accounts can read it.',
            'Each account also needs a grant on the key, with preset decrypt-secrets.',
          ],
          suggested: false,
        })),
      notes: [
        ...noteMore(more, 'secrets', reading),
        ...items
          .filter(({ shareable }) => !shareable)
          .map(
            ({ name }) => `${name} has no proposal: other accounts cannot use its key aws/secretsmanager.`,
          ),
      ],
    };
  },
};
