import {
  DeleteResourcePolicyCommand,
  GetResourcePolicyCommand,
  PutResourcePolicyCommand,
} from '@aws-sdk/client-secrets-manager';
import * as z from 'zod';
import { documentKind } from './document-kind.ts';
import { eachOnce, grantEntryFields, roleNames, text } from './entry.ts';
import { accountPrincipals, onlyRoles, requestOfAccount } from './principals.ts';

const schema = z.strictObject({
  ...grantEntryFields,
  kind: z.literal('secret-resource-policy'),
  secrets: eachOnce(
    text(/^[\w/+=.@-]{1,512}$/, 'the name of a secret, such as deploy/runner-token'),
    'must name at least one secret',
  ),
  preset: z.literal('read'),
  roles: roleNames.optional(),
});

type Entry = z.infer<typeof schema>;

/** Limit: Secrets Manager API reference, PutResourcePolicy. */
export const secretResourcePolicy = documentKind<Entry>({
  name: 'secret-resource-policy',
  title: 'Secret resource policy',
  schema,
  actions: {
    read: ['secretsmanager:GetResourcePolicy'],
    write: ['secretsmanager:PutResourcePolicy', 'secretsmanager:DeleteResourcePolicy'],
  },
  limit: 20_480,
  unit: 'characters',
  packings: ['listed'],
  ids: ({ secrets }) => secrets,
  // Secrets Manager user guide, "Access AWS Secrets Manager secrets from a different account"; DescribeSecret beside
  // it, since the caching clients ask which version is current.
  statements: ({ entry, accounts, context }) => [
    {
      part: 'read',
      statement: {
        Effect: 'Allow',
        Principal: accountPrincipals(accounts, context),
        Action: ['secretsmanager:DescribeSecret', 'secretsmanager:GetSecretValue'],
        Resource: '*',
        ...onlyRoles(entry.roles, context),
      },
    },
  ],
  accesses: (entry, account, ref, context) => [
    {
      who: `Roles of ${account.id}`,
      what: `read the secret ${ref.id}`,
      request: requestOfAccount(account, context, {
        action: 'secretsmanager:GetSecretValue',
        resource: `arn:${context.partition}:secretsmanager:${ref.region}:${ref.accountId}:secret:${ref.id}-Any123`,
        roles: entry.roles,
      }),
    },
  ],
  read: async ({ secretsManager }, { id }) =>
    (await secretsManager.send(new GetResourcePolicyCommand({ SecretId: id }))).ResourcePolicy,
  write: ({ secretsManager }, { id }, text) =>
    secretsManager.send(
      new PutResourcePolicyCommand({ SecretId: id, ResourcePolicy: text, BlockPublicPolicy: true }),
    ),
  remove: ({ secretsManager }, { id }) =>
    secretsManager.send(new DeleteResourcePolicyCommand({ SecretId: id })),
});
