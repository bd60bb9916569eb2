import {
  DeleteRepositoryPolicyCommand,
  DescribeRepositoriesCommand,
  GetRepositoryPolicyCommand,
  SetRepositoryPolicyCommand,
} from '@aws-sdk/client-ecr';
import * as z from 'zod';
import { textSchema } from '../platform/schema-fields.ts';
import type { Discovery, GrantContext, ResourcePattern, ResourceRef } from './contract.ts';
import { createSearches, fitsGlob, listAllPages } from './discovery.ts';
import { createDocumentKind } from './document-kind.ts';
import type { Part, StatementRequest } from './document-rendering.ts';
import {
  accountsOnly,
  checkMatch,
  grantEntryFields,
  principalFields,
  regionsSchema,
  roleFields,
  uniqueListSchema,
} from './grant-schema.ts';
import { listRoleNames } from './member-roles/references.ts';
import {
  createAccountRequest,
  createCentralAccess,
  createPrincipalParts,
  createRoleAccesses,
  createServiceRequest,
} from './principals.ts';
import { createRawFields, createRawParts } from './raw-statements.ts';

const entryFields = {
  ...grantEntryFields,
  kind: z.literal('ecr-repository-policy'),
  regions: regionsSchema,
  /** Names of repositories, or patterns of names. `*` stands for any characters, including slashes. */
  repositories: uniqueListSchema(
    textSchema(
      /^([a-z0-9]+([._/-][a-z0-9]+)*|[a-z0-9._/*-]*\*[a-z0-9._/*-]*)$/,
      'a repository name, such as team/base-image, or a pattern, such as team/*',
    ),
    'must name at least one repository',
  ),
};

/**
 * When the Lambda service pulls an image, AWS documents a condition on the ARN of the function, and none on the
 * organization. So this preset must list its accounts.
 */
const lambdaMatch = accountsOnly(
  'AWS does not document that Lambda names its organization when it fetches an image',
);

/**
 * A statement needs no `Resource`, because the policy of a repository applies to this repository only (ECR user guide,
 * "Private repository policies").
 */
const noResource = z.undefined('absent: a repository policy applies to its own repository only').optional();

const schema = z
  .discriminatedUnion('preset', [
    z.strictObject({
      ...entryFields,
      ...principalFields,
      preset: z.literal('pull'),
      ...roleFields,
    }),
    z.strictObject({
      ...entryFields,
      ...principalFields,
      match: lambdaMatch,
      preset: z.literal('lambda-pull'),
    }),
    z.strictObject({ ...entryFields, ...createRawFields(noResource) }),
  ])
  .check(checkMatch);

type Entry = z.infer<typeof schema>;
type Request = StatementRequest<Entry>;

const functionsOf = (partition: string, accountId: string): string =>
  `arn:${partition}:lambda:*:${accountId}:function:*`;

const pullActions = ['ecr:BatchCheckLayerAvailability', 'ecr:BatchGetImage', 'ecr:GetDownloadUrlForLayer'];

/**
 * This action has no resource (Service Authorization Reference, "Actions, resources, and condition keys for Amazon
 * ECR").
 */
const logIn = { Effect: 'Allow', Action: 'ecr:GetAuthorizationToken', Resource: '*' } as const;

/** Statements that let accounts pull images. Source: ECR user guide, "Private repository policy examples". */
const pull = (roles: readonly string[] | undefined, request: Request): readonly Part[] =>
  createPrincipalParts(request, {
    part: 'pull',
    statement: { Effect: 'Allow', Action: pullActions },
    roles,
  });

const imageActions = ['ecr:BatchGetImage', 'ecr:GetDownloadUrlForLayer'];

/**
 * Two statements (Lambda developer guide, "Amazon ECR cross-account permissions"). The first lets the account create
 * and update functions with the image: without it, CreateFunction fails. The second lets Lambda itself pull the image
 * again for an idle function: without it, functions fail weeks later.
 */
const lambdaPull = (request: Request): readonly Part[] => [
  ...createPrincipalParts(request, { part: 'create', statement: { Effect: 'Allow', Action: imageActions } }),
  {
    part: 'run',
    statement: {
      Effect: 'Allow',
      Principal: { Service: 'lambda.amazonaws.com' },
      Action: imageActions,
      Condition: {
        ArnLike: {
          'aws:SourceArn': request.accounts.map(({ id }) => functionsOf(request.context.partition, id)),
        },
      },
    },
  },
];

const repositoryArn = ({ accountId, region, id }: ResourceRef, { partition }: GrantContext): string =>
  `arn:${partition}:ecr:${region}:${accountId}:repository/${id}`;

const isPattern = (name: string): boolean => name.includes('*');

/** Patterns work as in ECR's own filters, such as `myapp/*` (ECR API reference, "SigningRepositoryFilter"). */
const discovery: Discovery<Entry> = {
  listSearches: (entry, context) =>
    createSearches(
      entry,
      context,
      entry.repositories.filter(isPattern).map((name) => ({ name })),
    ),
  actions: ['ecr:DescribeRepositories'],
  resources: { 'ecr:DescribeRepositories': 'repository/*' },
  events: [{ source: 'aws.ecr', names: ['CreateRepository'] }],
  find: ({ ecr }, search, limit) =>
    listAllPages(search, limit, async (nextToken) => {
      const { accountId: registryId, pattern } = search;
      const page = await ecr.send(
        new DescribeRepositoriesCommand({ registryId, maxResults: 1_000, nextToken }),
      );
      const names = (page.repositories ?? []).flatMap(({ repositoryName }) => repositoryName ?? []);
      return { ids: names.filter((name) => fitsGlob(name, globOf(pattern))), next: page.nextToken };
    }),
};

function globOf(pattern: ResourcePattern): string {
  if ('name' in pattern) return pattern.name;
  throw new Error('a repository is found by its name, not by tags');
}

const registry = ({ accountId, id }: ResourceRef) => ({ registryId: accountId, repositoryName: id });

/** Limit: ECR API reference, SetRepositoryPolicy. */
export const ecrRepositoryPolicy = createDocumentKind<Entry>({
  name: 'ecr-repository-policy',
  title: 'ECR repository policy',
  resourceType: 'repository',
  policyKind: 'repository',
  schema,
  actions: {
    read: ['ecr:GetRepositoryPolicy'],
    write: ['ecr:SetRepositoryPolicy', 'ecr:DeleteRepositoryPolicy'],
    identify: ['ecr:DescribeRepositories'],
  },
  getLimit: () => 10_240,
  unit: 'characters',
  packings: ['listed'],
  listIds: ({ repositories }) => repositories.filter((name) => !isPattern(name)),
  discovery,
  formatArn: repositoryArn,
  createStatements: (request) => {
    const { entry, ref, context } = request;
    if (entry.preset === 'raw') return createRawParts(entry.statements, request, repositoryArn(ref, context));
    return entry.preset === 'pull' ? pull(listRoleNames(entry, context), request) : lambdaPull(request);
  },
  listAccesses: (entry, account, ref, context) => {
    if (entry.preset === 'raw') return [];
    const resource = repositoryArn(ref, context);
    const action = 'ecr:BatchGetImage';
    if (entry.preset === 'pull')
      return createRoleAccesses(entry, account, context, {
        what: `pull the image ${ref.id}`,
        action,
        resource,
      });
    const sourceArn = functionsOf(context.partition, account.id).replaceAll('*', 'any');
    return [
      createCentralAccess(
        account,
        `its roles make Lambda functions with the image ${ref.id}`,
        createAccountRequest(account, context, { action, resource }),
      ),
      createCentralAccess(
        account,
        `its Lambda functions run the image ${ref.id}`,
        createServiceRequest('lambda.amazonaws.com', account, { action, resource, sourceArn }),
      ),
    ];
  },
  listMemberStatements: (entry, on, context) =>
    entry.preset === 'pull'
      ? [
          { Effect: 'Allow', Action: pullActions, Resource: on.map((ref) => repositoryArn(ref, context)) },
          logIn,
        ]
      : [],
  read: async ({ ecr }, ref) => (await ecr.send(new GetRepositoryPolicyCommand(registry(ref)))).policyText,
  absentError: 'RepositoryPolicyNotFoundException',
  // A repository has only its name. If it is deleted and created again, its creation time differs (ECR API reference,
  // "Repository").
  readIdentity: async ({ ecr }, { accountId, id }) => {
    const wanted = { registryId: accountId, repositoryNames: [id] };
    const { repositories = [] } = await ecr.send(new DescribeRepositoriesCommand(wanted));
    return repositories[0]?.createdAt?.toISOString();
  },
  write: ({ ecr }, ref, text) =>
    ecr.send(new SetRepositoryPolicyCommand({ ...registry(ref), policyText: text })),
  remove: ({ ecr }, ref) => ecr.send(new DeleteRepositoryPolicyCommand(registry(ref))),
});
