import {
  DeleteResourcePolicyCommand,
  GetResourcePolicyCommand,
  PutResourcePolicyCommand,
} from '@aws-sdk/client-secrets-manager';
import * as z from 'zod';
import type { GrantContext, ResourceRef } from './contract.ts';
import { documentKind } from './document-kind.ts';
import { eachOnce, grantEntryFields, membership, membershipFits, roleNames, text } from './entry.ts';
import { forPrincipals, requestOfAccount } from './principals.ts';
import { rawFields, rawParts, rawResource } from './raw-statements.ts';

const fields = {
  ...grantEntryFields,
  kind: z.literal('secret-resource-policy'),
  secrets: eachOnce(
    text(/^[\w/+=.@-]{1,512}$/, 'the name of a secret, such as deploy/runner-token'),
    'must name at least one secret',
  ),
};

const schema = z
  .discriminatedUnion('preset', [
    z.strictObject({ ...fields, membership, preset: z.literal('read'), roles: roleNames.optional() }),
    z.strictObject({ ...fields, ...rawFields(rawResource.default('*')) }),
  ])
  .check(membershipFits);

type Entry = z.infer<typeof schema>;

/** Its ARN ends in six characters that Secrets Manager has chosen (Secrets Manager user guide, "Secret ARN"). */
const secretArn = (
  { region, accountId, id }: ResourceRef,
  { partition }: GrantContext,
  end: string,
): string => `arn:${partition}:secretsmanager:${region}:${accountId}:secret:${id}-${end}`;

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
  arn: (ref, context) => secretArn(ref, context, '??????'),
  // Secrets Manager user guide, "Access AWS Secrets Manager secrets from a different account"; DescribeSecret beside
  // it, since the caching clients ask which version is current.
  statements: (request) => {
    const { entry, ref, context } = request;
    if (entry.preset === 'raw') return rawParts(entry.statements, request, secretArn(ref, context, '??????'));
    return forPrincipals(request, {
      part: 'read',
      statement: {
        Effect: 'Allow',
        Action: ['secretsmanager:DescribeSecret', 'secretsmanager:GetSecretValue'],
        Resource: '*',
      },
      roles: entry.roles,
    });
  },
  accesses: (entry, account, ref, context) =>
    entry.preset === 'raw'
      ? []
      : [
          {
            who: `Roles of ${account.id}`,
            what: `read the secret ${ref.id}`,
            request: requestOfAccount(account, context, {
              action: 'secretsmanager:GetSecretValue',
              resource: secretArn(ref, context, 'Any123'),
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
