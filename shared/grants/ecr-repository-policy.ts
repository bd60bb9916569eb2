import {
  DeleteRepositoryPolicyCommand,
  GetRepositoryPolicyCommand,
  SetRepositoryPolicyCommand,
} from '@aws-sdk/client-ecr';
import * as z from 'zod';
import type { ResourceRef } from './contract.ts';
import { documentKind, type Part, type StatementRequest } from './document-kind.ts';
import { eachOnce, grantEntryFields, roleNames, text } from './entry.ts';
import { accountPrincipals, onlyRoles, requestOfAccount, requestOfService } from './principals.ts';

const entryFields = {
  ...grantEntryFields,
  kind: z.literal('ecr-repository-policy'),
  repositories: eachOnce(
    text(/^[a-z0-9]+([._/-][a-z0-9]+)*$/, 'a repository name, such as team/base-image'),
    'must name at least one repository',
  ),
};

const schema = z.discriminatedUnion('preset', [
  z.strictObject({ ...entryFields, preset: z.literal('pull'), roles: roleNames.optional() }),
  z.strictObject({ ...entryFields, preset: z.literal('lambda-pull') }),
]);

type Entry = z.infer<typeof schema>;
type Request = StatementRequest<Entry>;

const functionsOf = (partition: string, accountId: string): string =>
  `arn:${partition}:lambda:*:${accountId}:function:*`;

/** ECR user guide, "Private repository policy examples". */
const pull = (roles: readonly string[] | undefined, { accounts, context }: Request): readonly Part[] => [
  {
    part: 'pull',
    statement: {
      Effect: 'Allow',
      Principal: accountPrincipals(accounts, context),
      Action: ['ecr:BatchCheckLayerAvailability', 'ecr:BatchGetImage', 'ecr:GetDownloadUrlForLayer'],
      ...onlyRoles(roles, context),
    },
  },
];

const imageActions = ['ecr:BatchGetImage', 'ecr:GetDownloadUrlForLayer'];

/**
 * Both halves of Lambda developer guide, "Amazon ECR cross-account permissions": the account makes and updates
 * functions with the image, and Lambda itself fetches it again for a function that has slept. Without the first,
 * CreateFunction is refused; without the second, functions fail weeks later.
 */
const lambdaPull = ({ accounts, context }: Request): readonly Part[] => [
  {
    part: 'create',
    statement: {
      Effect: 'Allow',
      Principal: accountPrincipals(accounts, context),
      Action: imageActions,
    },
  },
  {
    part: 'run',
    statement: {
      Effect: 'Allow',
      Principal: { Service: 'lambda.amazonaws.com' },
      Action: imageActions,
      Condition: {
        ArnLike: { 'aws:SourceArn': accounts.map(({ id }) => functionsOf(context.partition, id)) },
      },
    },
  },
];

const registry = ({ accountId, id }: ResourceRef) => ({ registryId: accountId, repositoryName: id });

/** Limit: ECR API reference, SetRepositoryPolicy. */
export const ecrRepositoryPolicy = documentKind<Entry>({
  name: 'ecr-repository-policy',
  title: 'ECR repository policy',
  schema,
  actions: {
    read: ['ecr:GetRepositoryPolicy'],
    write: ['ecr:SetRepositoryPolicy', 'ecr:DeleteRepositoryPolicy'],
  },
  limit: 10_240,
  unit: 'characters',
  packings: ['listed'],
  ids: ({ repositories }) => repositories,
  statements: (request) =>
    request.entry.preset === 'pull' ? pull(request.entry.roles, request) : lambdaPull(request),
  accesses: (entry, account, ref, context) => {
    const resource = `arn:${context.partition}:ecr:${ref.region}:${ref.accountId}:repository/${ref.id}`;
    const action = 'ecr:BatchGetImage';
    if (entry.preset === 'pull')
      return [
        {
          who: `Roles of ${account.id}`,
          what: `pull the image ${ref.id}`,
          request: requestOfAccount(account, context, { action, resource, roles: entry.roles }),
        },
      ];
    const sourceArn = functionsOf(context.partition, account.id).replaceAll('*', 'any');
    return [
      {
        who: `Roles of ${account.id}`,
        what: `make Lambda functions with the image ${ref.id}`,
        request: requestOfAccount(account, context, { action, resource }),
      },
      {
        who: `Lambda functions of ${account.id}`,
        what: `run the image ${ref.id}`,
        request: requestOfService('lambda.amazonaws.com', account, { action, resource, sourceArn }),
      },
    ];
  },
  read: async ({ ecr }, ref) => (await ecr.send(new GetRepositoryPolicyCommand(registry(ref)))).policyText,
  absentError: 'RepositoryPolicyNotFoundException',
  write: ({ ecr }, ref, text) =>
    ecr.send(new SetRepositoryPolicyCommand({ ...registry(ref), policyText: text })),
  remove: ({ ecr }, ref) => ecr.send(new DeleteRepositoryPolicyCommand(registry(ref))),
});
