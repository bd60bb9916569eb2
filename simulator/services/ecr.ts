import type {
  DeleteRepositoryPolicyCommandInput,
  DeleteRepositoryPolicyCommandOutput,
  DescribeRepositoriesCommandInput,
  DescribeRepositoriesCommandOutput,
  GetRepositoryPolicyCommandInput,
  GetRepositoryPolicyCommandOutput,
  SetRepositoryPolicyCommandInput,
  SetRepositoryPolicyCommandOutput,
} from '@aws-sdk/client-ecr';
import { createAwsError } from '../aws-error.ts';
import { defineOperation, type ServiceCall, type ServiceOperations } from '../call.ts';
import { acceptDocument, type DocumentRules, namesPrincipal, namesResource } from '../documents.ts';
import { getPage } from '../paging.ts';
import { findDenial } from '../permissions.ts';
import type { SimulatedResource } from '../simulated-resources.ts';
/** Amazon ECR: repository policies. Source: ECR API reference, "SetRepositoryPolicy". */
export const ecr: ServiceOperations = {
  DescribeRepositories: defineOperation<DescribeRepositoriesCommandInput, DescribeRepositoriesCommandOutput>(
    (call) => {
      const { items, next } = getPage('repositories', wantedRepositories(call), call.input.nextToken);
      return {
        repositories: items.map(({ name, arn, accountId, createdAt }) => ({
          repositoryName: name,
          repositoryArn: arn,
          registryId: accountId,
          createdAt,
        })),
        ...(next === undefined ? {} : { nextToken: next }),
      };
    },
  ),

  GetRepositoryPolicy: defineOperation<GetRepositoryPolicyCommandInput, GetRepositoryPolicyCommandOutput>(
    (call) => {
      const repository = authorized(call, repositoryOf(call), 'ecr:GetRepositoryPolicy');
      return answer(repository, existingPolicy(repository));
    },
  ),

  SetRepositoryPolicy: defineOperation<SetRepositoryPolicyCommandInput, SetRepositoryPolicyCommandOutput>(
    (call) => {
      const repository = authorized(call, repositoryOf(call), 'ecr:SetRepositoryPolicy');
      repository.policy = acceptDocument(call.world, call.input.policyText ?? '', repositoryRules);
      return answer(repository, repository.policy);
    },
  ),

  DeleteRepositoryPolicy: defineOperation<
    DeleteRepositoryPolicyCommandInput,
    DeleteRepositoryPolicyCommandOutput
  >((call) => {
    const repository = authorized(call, repositoryOf(call), 'ecr:DeleteRepositoryPolicy');
    const policyText = existingPolicy(repository);
    repository.policy = undefined;
    return answer(repository, policyText);
  }),
};

interface RepositoryInput {
  readonly registryId?: string | undefined;
  readonly repositoryName: string | undefined;
}

/** Finds the repository of a request. Without a registry id, it is in the registry of the caller. */
function repositoryOf({ world, caller, region, input }: ServiceCall<RepositoryInput>): SimulatedResource {
  const registry = input.registryId ?? caller.accountId;
  const arn = `arn:${world.settings.partition}:ecr:${region}:${registry}:repository/${input.repositoryName}`;
  const repository = world.repositories.get(arn);
  if (repository === undefined)
    throw createAwsError(
      'RepositoryNotFoundException',
      `The repository with name '${input.repositoryName}' does not exist in the registry with id '${registry}'`,
    );
  return repository;
}

function wantedRepositories(
  call: ServiceCall<DescribeRepositoriesCommandInput>,
): readonly SimulatedResource[] {
  const { world, caller, region, input } = call;
  const { registryId = caller.accountId, repositoryNames } = input;
  const action = 'ecr:DescribeRepositories';
  if (repositoryNames !== undefined)
    return repositoryNames.map((repositoryName) =>
      authorized(call, repositoryOf({ ...call, input: { registryId, repositoryName } }), action),
    );
  const all = `arn:${world.settings.partition}:ecr:${region}:${registryId}:repository/*`;
  authorized(call, { arn: all, accountId: registryId, region, policy: undefined }, action);
  return [...world.repositories.values()].filter(
    (repository) => repository.accountId === registryId && repository.region === region,
  );
}

function authorized<T extends Pick<SimulatedResource, 'arn' | 'accountId' | 'region' | 'policy'>>(
  { world, caller }: ServiceCall<object>,
  repository: T,
  action: string,
): T {
  const denial = findDenial(world, caller, {
    action,
    resource: repository.arn,
    resourceAccount: repository.accountId,
    region: repository.region,
    resourcePolicy: { kind: 'repository', text: repository.policy },
  });
  if (denial !== undefined) throw createAwsError('AccessDeniedException', denial);
  return repository;
}

function existingPolicy({ name, accountId, policy }: SimulatedResource): string {
  if (policy === undefined)
    throw createAwsError(
      'RepositoryPolicyNotFoundException',
      `Repository policy does not exist for the repository with name '${name}' in the registry with id '${accountId}'`,
    );
  return policy;
}

const answer = ({ name, accountId }: SimulatedResource, policyText: string) => ({
  registryId: accountId,
  repositoryName: name,
  policyText,
});

const invalidText = (reason: string) =>
  createAwsError(
    'InvalidParameterException',
    `Invalid parameter at 'PolicyText' failed to satisfy constraint: '${reason}'`,
  );

const repositoryRules: DocumentRules = {
  size: (text) => text.length,
  limit: 10_240,
  tooLarge: () => invalidText('must have length less than or equal to 10240'),
  malformed: () => invalidText('Invalid repository policy provided'),
  invalidPrincipal: (_, { olderRefusals }) =>
    invalidText(olderRefusals.has('ecr') ? 'Invalid repository policy provided' : 'Principal not found'),
  wrongWith: (statement) =>
    namesResource(statement) || !namesPrincipal(statement) ? 'resource or no principal' : undefined,
  indent: 2,
};
