import { GetKeyPolicyCommand, PutKeyPolicyCommand } from '@aws-sdk/client-kms';
import * as z from 'zod';
import type { Access } from './access.ts';
import { keyReadActions } from './content-keys.ts';
import type { GrantContext, ResourceRef } from './contract.ts';
import { createDocumentKind } from './document-kind.ts';
import type { Part, StatementRequest } from './document-rendering.ts';
import {
  accountsOnly,
  checkMatch,
  grantEntryFields,
  match,
  principalFields,
  roleFields,
} from './grant-schema.ts';
import { deploymentKey, getSecretsManagerService } from './key-conditions.ts';
import { checkKeyEntry, createKeyDiscovery, keyFields, listKeyIds } from './key-discovery.ts';
import { isKeyUsePreset, type KeyUsePreset, keyUsePresets, listKeyUses } from './key-uses.ts';
import { listRoleNames } from './member-roles/references.ts';
import { createTrailKeyAccess, createTrailKeyParts, organizationTrailFields } from './organization-trail.ts';
import { toWildcardRef } from './permissions.ts';
import {
  createCentralAccess,
  createPrincipalParts,
  createRoleAccesses,
  createServiceRequest,
  listAccountIds,
  restrictSources,
} from './principals.ts';
import { createRawFields, createRawParts, rawResourceSchema } from './raw-statements.ts';

const fields = {
  ...grantEntryFields,
  ...keyFields,
  kind: z.literal('kms-key-policy'),
};

/**
 * This preset must list its accounts. Source: CloudTrail user guide, "Configure AWS KMS key policies for CloudTrail";
 * see `cloudTrailEncrypt`.
 */
const trailMatch = accountsOnly(
  "CloudTrail's use of a KMS key can be restricted by the ARNs of trails only, and AWS documents no condition on the organization",
);

const schema = z
  .discriminatedUnion('preset', [
    z.strictObject({ ...fields, match: trailMatch, preset: z.literal('cloudtrail-encrypt') }),
    z.strictObject({ ...fields, match, preset: z.enum(['config-encrypt', 'flow-logs-encrypt']) }),
    z.strictObject({
      ...fields,
      ...organizationTrailFields,
      preset: z.literal('organization-cloudtrail-encrypt'),
    }),
    z.strictObject({
      ...fields,
      ...principalFields,
      preset: z.enum(keyUsePresets),
      ...roleFields,
    }),
    z.strictObject({ ...fields, ...createRawFields(rawResourceSchema.default('*')) }),
  ])
  .check(checkMatch)
  .check(checkKeyEntry);

type Entry = z.infer<typeof schema>;
type TrailEntry = Extract<Entry, { trail: unknown }>;
type Request = StatementRequest<Entry>;
type PrincipalEntry = Extract<Entry, { preset: KeyUsePreset }>;

const isPrincipalEntry = (entry: Entry): entry is PrincipalEntry => isKeyUsePreset(entry.preset);

/** The presets with which principals read and write encrypted content of other resources. */
const contentPresets: ReadonlySet<string> = new Set([
  'launch-encrypted-ami',
  'decrypt',
  'decrypt-secrets',
  'config-encrypt',
  'flow-logs-encrypt',
]);

/** In a key policy, the resource `*` means the key itself (KMS developer guide, "Key policies in AWS KMS"). */
const thisKey = { Effect: 'Allow', Resource: '*' } as const;

/**
 * A statement for a service that acts for accounts. It also names the organization. Reason: an RCP that AWS recommends
 * against confused deputies denies requests of services that name an account without its organization (Organizations
 * user guide, "Resource control policy examples").
 */
const fromService = (service: string, request: Request, action: readonly string[]): Part => ({
  part: 'encrypt',
  statement: {
    ...thisKey,
    Principal: { Service: service },
    Action: action,
    Condition: restrictSources(request),
  },
});

const usesByPrincipals = (entry: PrincipalEntry, request: Request): readonly Part[] =>
  listKeyUses(entry.preset, request.ref, request.context).flatMap(({ part, statement }) =>
    createPrincipalParts(request, {
      part,
      statement: { ...thisKey, ...statement },
      roles: listRoleNames(entry, request.context),
    }),
  );

const trailsOf = ({ partition }: GrantContext, accountId: string): string =>
  `arn:${partition}:cloudtrail:*:${accountId}:trail/*`;

/**
 * Statements for CloudTrail (CloudTrail user guide, "Configure AWS KMS key policies for CloudTrail"). If the bucket
 * uses S3 bucket keys, CloudTrail needs Decrypt with the same encryption context (Control Tower user guide, "Configure
 * AWS KMS keys"). For DescribeKey the condition names the account. An ARN with wildcards for the trail's name and
 * region would not be stricter, and would take three times the space.
 */
function cloudTrailEncrypt(request: Request): readonly Part[] {
  const trails = request.accounts.map(({ id }) => trailsOf(request.context, id));
  const common = { ...thisKey, Principal: { Service: 'cloudtrail.amazonaws.com' } };
  return [
    {
      part: 'encrypt',
      statement: {
        ...common,
        Action: ['kms:GenerateDataKey*', 'kms:Decrypt'],
        Condition: { StringLike: { 'kms:EncryptionContext:aws:cloudtrail:arn': trails } },
      },
    },
    {
      part: 'describe',
      statement: {
        ...common,
        Action: 'kms:DescribeKey',
        Condition: { StringEquals: { 'aws:SourceAccount': listAccountIds(request.accounts) } },
      },
    },
  ];
}

const servicePresets: Readonly<
  Record<
    Exclude<Entry['preset'], 'raw' | KeyUsePreset | TrailEntry['preset']>,
    (request: Request) => readonly Part[]
  >
> = {
  'cloudtrail-encrypt': cloudTrailEncrypt,
  // Config developer guide, "Permissions for the KMS key".
  'config-encrypt': (request) => [
    fromService('config.amazonaws.com', request, ['kms:Decrypt', 'kms:GenerateDataKey']),
  ],
  // CloudWatch Logs user guide, "Amazon S3 bucket server-side encryption", as the VPC user guide refers to it.
  'flow-logs-encrypt': (request) => [
    fromService('delivery.logs.amazonaws.com', request, [
      'kms:Encrypt',
      'kms:Decrypt',
      'kms:ReEncrypt*',
      'kms:GenerateDataKey*',
      'kms:DescribeKey',
    ]),
  ],
};

const keyArn = ({ id, accountId, region }: ResourceRef, { partition }: GrantContext): string =>
  `arn:${partition}:kms:${region}:${accountId}:key/${id}`;

const services: Readonly<Record<string, readonly [label: string, principal: string, source: string]>> = {
  'cloudtrail-encrypt': ['CloudTrail', 'cloudtrail.amazonaws.com', 'cloudtrail:any:ID:trail/any'],
  'config-encrypt': ['Config', 'config.amazonaws.com', 'config:any:ID:any'],
  'flow-logs-encrypt': ['VPC flow logs', 'delivery.logs.amazonaws.com', 'logs:any:ID:any'],
};

/** What a preset lets principals do with the key, in words. Presets that are not listed: decrypt. */
const uses: Readonly<Record<string, string>> = {
  'launch-encrypted-ami': 'launch AMIs encrypted',
  'read-configurations': 'read configurations of AppConfig encrypted',
  'deploy-configurations': 'deploy configurations by AppConfig encrypted',
};

/** Size limit of a key policy: KMS developer guide, "Resource quotas". */
export const kmsKeyPolicy = createDocumentKind<Entry>({
  name: 'kms-key-policy',
  title: 'KMS key policy',
  resourceType: 'key',
  policyKind: 'key',
  schema,
  actions: {
    // `explain` and `who-can` read the grants of a key as well, so they need ListGrants.
    read: ['kms:GetKeyPolicy', 'kms:ListGrants'],
    write: ['kms:PutKeyPolicy'],
    readKeys: keyReadActions,
    // Denies the spoke role to skip the lockout check of PutKeyPolicy. With this check, KMS rejects a policy that would
    // let nobody change it afterwards (KMS developer guide, "AWS KMS condition keys").
    never: [
      { action: 'kms:PutKeyPolicy', condition: { Bool: { 'kms:BypassPolicyLockoutSafetyCheck': 'true' } } },
    ],
  },
  // `readIdentity` is absent, because KMS never uses a key id again.
  getLimit: () => 32_768,
  unit: 'bytes',
  packings: ['listed'],
  listIds: listKeyIds,
  isForAllMembers: (entry) => 'trail' in entry,
  discovery: createKeyDiscovery(),
  formatArn: keyArn,
  createStatements: (request) => {
    const { entry, ref, context } = request;
    if ('trail' in entry) return createTrailKeyParts(entry.trail, context);
    if (entry.preset === 'raw') return createRawParts(entry.statements, request, keyArn(ref, context));
    return isPrincipalEntry(entry) ? usesByPrincipals(entry, request) : servicePresets[entry.preset](request);
  },
  listAccesses: (entry, account, ref, context): readonly Access[] => {
    if (entry.preset === 'raw') return [];
    const resource = keyArn(ref, context);
    if ('trail' in entry)
      return [createTrailKeyAccess({ trail: entry.trail, ref, keyArn: resource, account, context })];
    const service = services[entry.preset];
    if (service !== undefined) {
      const [label, principal, source] = service;
      const sourceArn = `arn:${context.partition}:${source.replace('ID', account.id)}`;
      return [
        createCentralAccess(
          account,
          `${label} encrypt its logs with key ${ref.id}`,
          createServiceRequest(principal, account, {
            action: 'kms:GenerateDataKey',
            resource,
            sourceArn,
            in: context,
            context: { 'kms:EncryptionContext:aws:cloudtrail:arn': sourceArn },
          }),
        ),
      ];
    }
    if (!isPrincipalEntry(entry)) return [];
    const applications = `arn:${context.partition}:appconfig:${ref.region}:${account.id}:application`;
    return createRoleAccesses(entry, account, context, {
      what: `${uses[entry.preset] ?? 'decrypt'} with key ${ref.id}`,
      action: entry.preset === 'deploy-configurations' ? 'kms:GenerateDataKey' : 'kms:Decrypt',
      resource,
      context: {
        'kms:ViaService': [getSecretsManagerService(ref, context)].flat()[0] ?? '',
        [deploymentKey]: `${applications}/any/environment/any/deployment/1`,
      },
    });
  },
  listMemberStatements: (entry, on, context) =>
    isPrincipalEntry(entry)
      ? on.flatMap((ref) =>
          listKeyUses(entry.preset, ref, context).map(({ statement }) => ({
            ...statement,
            Effect: 'Allow',
            Resource: keyArn(ref, context),
          })),
        )
      : [],
  // Lets the spoke role of another central account read this key, because it encrypts a resource there.
  listKeyPermissions: (entry, on, context) =>
    contentPresets.has(entry.preset)
      ? [{ actions: keyReadActions, resources: [keyArn(toWildcardRef(on), context)] }]
      : [],
  read: async ({ kms }, { id }) =>
    (await kms.send(new GetKeyPolicyCommand({ KeyId: id, PolicyName: 'default' }))).Policy,
  write: ({ kms }, { id }, text) =>
    kms.send(new PutKeyPolicyCommand({ KeyId: id, PolicyName: 'default', Policy: text })),
});
