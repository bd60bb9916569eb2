import {
  DeleteResourcePolicyCommand,
  DescribeSecretCommand,
  GetResourcePolicyCommand,
  ListSecretsCommand,
  PutResourcePolicyCommand,
} from '@aws-sdk/client-secrets-manager';
import * as z from 'zod';
import { secretNamePattern } from '../platform/aws/secret-arn.ts';
import { textSchema } from '../platform/schema-fields.ts';
import { createKeyReadPermission, keyReadActions, toViaService } from './content-keys.ts';
import type { Discovery, GrantContext, ResourceRef } from './contract.ts';
import {
  createSearches,
  getPatternTags,
  hasTags,
  listAllPages,
  requireNameOrTags,
  tagPatternSchema,
  toTagPatterns,
} from './discovery.ts';
import { createDocumentKind } from './document-kind.ts';
import {
  checkMatch,
  grantEntryFields,
  principalFields,
  regionsSchema,
  roleFields,
  uniqueListSchema,
} from './grant-schema.ts';
import { listRoleNames } from './member-roles/references.ts';
import { toWildcardRef } from './permissions.ts';
import { createPrincipalParts, createRoleAccesses } from './principals.ts';
import { createRawFields, createRawParts, rawResourceSchema } from './raw-statements.ts';

const fields = {
  ...grantEntryFields,
  kind: z.literal('secret-resource-policy'),
  regions: regionsSchema,
  secrets: uniqueListSchema(
    textSchema(secretNamePattern, 'the name of a secret, such as deploy/runner-token'),
    'must name at least one secret',
  ).optional(),
  tags: tagPatternSchema.optional(),
};

const schema = z
  .discriminatedUnion('preset', [
    z.strictObject({
      ...fields,
      ...principalFields,
      preset: z.literal('read'),
      ...roleFields,
    }),
    z.strictObject({ ...fields, ...createRawFields(rawResourceSchema.default('*')) }),
  ])
  .check(checkMatch)
  .check(requireNameOrTags('secrets'));

type Entry = z.infer<typeof schema>;

/**
 * Any ARN of the secret. It ends in six random characters, which are unknown here (Secrets Manager user guide, "Secret
 * ARN").
 */
const secretArn = (
  { region, accountId, id }: ResourceRef,
  { partition }: GrantContext,
  end: string,
): string => `arn:${partition}:secretsmanager:${region}:${accountId}:secret:${id}-${end}`;

const readActions = ['secretsmanager:DescribeSecret', 'secretsmanager:GetSecretValue'];

/**
 * Characters that the value of a filter may have. With an exclamation mark at the start, the filter would exclude the
 * value (API reference, "Filter").
 */
const filterValue = /^[a-zA-Z0-9 :_@/+=.-][a-zA-Z0-9 :_@/+=.!-]*$/;

/**
 * Lists secrets with a filter and then compares their tags. The filter alone is not enough: it matches the beginning of
 * a key or value, and does not connect a value with its key (Secrets Manager API reference, "Filter"). Replicas are
 * skipped, because a replica always has the policy of its primary secret ("Replicate AWS Secrets Manager secrets across
 * Regions", "Promote a replica secret", user guide; PutResourcePolicy answers "Operation not permitted on a replica
 * secret"). ListSecrets does not return secrets that are scheduled for deletion.
 */
const discovery: Discovery<Entry> = {
  listSearches: (entry, context) => createSearches(entry, context, toTagPatterns(entry.tags)),
  actions: ['secretsmanager:ListSecrets'],
  events: [
    {
      source: 'aws.secretsmanager',
      names: ['CreateSecret', 'RestoreSecret', 'StopReplicationToReplica', 'TagResource', 'UntagResource'],
    },
  ],
  find: ({ secretsManager }, search, limit) =>
    listAllPages(search, limit, async (NextToken) => {
      const keys = Object.keys(getPatternTags(search.pattern)).filter((key) => filterValue.test(key));
      const Filters = keys.map((key) => ({ Key: 'tag-key' as const, Values: [key] }));
      const page = await secretsManager.send(new ListSecretsCommand({ MaxResults: 100, Filters, NextToken }));
      const secrets = (page.SecretList ?? []).filter(
        ({ Tags, DeletedDate, PrimaryRegion }) =>
          hasTags(Tags, search.pattern) &&
          DeletedDate === undefined &&
          (PrimaryRegion === undefined || PrimaryRegion === search.region),
      );
      return { ids: secrets.flatMap(({ Name }) => Name ?? []), next: page.NextToken };
    }),
};

/** Size limit of the policy: Secrets Manager API reference, PutResourcePolicy. */
export const secretResourcePolicy = createDocumentKind<Entry>({
  name: 'secret-resource-policy',
  title: 'Secret resource policy',
  resourceType: 'secret',
  policyKind: 'secret',
  schema,
  actions: {
    read: ['secretsmanager:GetResourcePolicy'],
    write: ['secretsmanager:PutResourcePolicy', 'secretsmanager:DeleteResourcePolicy'],
    // Denies the spoke role to put a policy without BlockPublicPolicy, the check that rejects public policies (Secrets
    // Manager user guide, "AWS Secrets Manager best practices": limit broad access). A request without the parameter is
    // denied as well.
    never: [
      {
        action: 'secretsmanager:PutResourcePolicy',
        condition: { BoolIfExists: { 'secretsmanager:BlockPublicPolicy': 'false' } },
      },
    ],
    readKeys: ['secretsmanager:DescribeSecret', ...keyReadActions],
  },
  getLimit: () => 20_480,
  unit: 'characters',
  packings: ['listed'],
  listIds: ({ secrets = [] }) => secrets,
  discovery,
  formatArn: (ref, context) => secretArn(ref, context, '??????'),
  // Source: Secrets Manager user guide, "Access AWS Secrets Manager secrets from a different account". DescribeSecret
  // is added, because AWS's caching clients call it to find the current version.
  createStatements: (request) => {
    const { entry, ref, context } = request;
    if (entry.preset === 'raw')
      return createRawParts(entry.statements, request, secretArn(ref, context, '??????'));
    return createPrincipalParts(request, {
      part: 'read',
      statement: {
        Effect: 'Allow',
        Action: readActions,
        Resource: '*',
      },
      roles: listRoleNames(entry, context),
    });
  },
  listAccesses: (entry, account, ref, context) =>
    entry.preset === 'raw'
      ? []
      : createRoleAccesses(entry, account, context, {
          what: `read the secret ${ref.id}`,
          action: 'secretsmanager:GetSecretValue',
          resource: secretArn(ref, context, 'Any123'),
          // Secrets Manager decrypts with the caller's permissions ("Secret encryption and decryption in AWS Secrets
          // Manager"). The encryption context is not checked here: it contains the full ARN of the secret, which is
          // unknown.
          keyUse: {
            actions: ['kms:Decrypt'],
            context: toViaService('secretsmanager', ref, context),
            preset: 'decrypt-secrets',
          },
        }),
  // No key in the answer means AWS's default key, `aws/secretsmanager` ("DescribeSecret", API reference).
  readContentKeys: async ({ secretsManager }, { id }) => {
    const { KmsKeyId } = await secretsManager.send(new DescribeSecretCommand({ SecretId: id }));
    return [{ keyId: KmsKeyId ?? 'alias/aws/secretsmanager' }];
  },
  listKeyPermissions: (entry, on, context) =>
    entry.preset === 'raw'
      ? []
      : [
          {
            actions: ['secretsmanager:DescribeSecret'],
            resources: [secretArn(toWildcardRef(on), context, '??????')],
          },
          createKeyReadPermission(on, context),
        ],
  // Only for secrets that the entry names. If tags select the secrets, their names are unknown here. The policy of each
  // secret decides anyway.
  listMemberStatements: (entry, on, context) =>
    entry.preset === 'read'
      ? [
          {
            Effect: 'Allow',
            Action: readActions,
            Resource: on.map((ref) => secretArn(ref, context, '??????')),
          },
        ]
      : [],
  // The identity is the ARN. A secret that is deleted and created again has other random characters in it.
  read: async ({ secretsManager }, { id }) => {
    const { ARN, ResourcePolicy } = await secretsManager.send(new GetResourcePolicyCommand({ SecretId: id }));
    return { text: ResourcePolicy, identity: ARN };
  },
  write: ({ secretsManager }, { id }, text) =>
    secretsManager.send(
      new PutResourcePolicyCommand({ SecretId: id, ResourcePolicy: text, BlockPublicPolicy: true }),
    ),
  remove: ({ secretsManager }, { id }) =>
    secretsManager.send(new DeleteResourcePolicyCommand({ SecretId: id })),
});
