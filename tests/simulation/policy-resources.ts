import type { SimulatedCall } from '../../simulator/plugin.ts';
import type { SimulatedResource, SimulatedRole } from '../../simulator/simulated-resources.ts';
import type { SimulatedWorld } from '../../simulator/world.ts';
import { keyOf, type Ref } from './oracle/resources.ts';

/** A resource with one policy document, of any kind. */
export interface PolicyResource {
  readonly arn: string;
  /** `s3`, `kms`, `ecr`, `secretsmanager` or `iam`: its service. */
  readonly service: string;
  /** The name in records. */
  key(): string;
  read(): string | undefined;
  write(text: string): void;
}

/** The resource whose document a call reads or writes. `undefined` for any other call. */
export function findPolicyResourceOfCall(
  world: SimulatedWorld,
  { service, accountId, region, input }: Pick<SimulatedCall, 'service' | 'accountId' | 'region' | 'input'>,
): PolicyResource | undefined {
  const { Bucket, KeyId, repositoryName, SecretId, RoleName } = input as Readonly<Record<string, unknown>>;
  const id = String(Bucket ?? KeyId ?? repositoryName ?? SecretId ?? RoleName ?? '');
  return id === '' ? undefined : findPolicyResourceAt(world, { service, accountId, region, id });
}

/** The resource of the grant. */
export const findPolicyResource = (
  world: SimulatedWorld,
  { kind, ...ref }: Ref,
): PolicyResource | undefined => {
  const service = services[kind];
  return service === undefined ? undefined : findPolicyResourceAt(world, { service, ...ref });
};

/** Every resource that a grant of the kinds with one document can be on. */
export const listPolicyResources = (world: SimulatedWorld): readonly PolicyResource[] => [
  ...[...world.buckets.values()].map((resource) => toPolicyResource('s3', resource)),
  ...[...world.keys.values()].map((resource) => toPolicyResource('kms', resource)),
  ...[...world.repositories.values()].map((resource) => toPolicyResource('ecr', resource)),
  ...[...world.secrets.values()].map((resource) => toPolicyResource('secretsmanager', resource)),
  ...[...world.roles.values()].filter(({ path }) => path === readers).map(toTrustPolicyResource),
];

/** The path of the roles with grants on their trust policies. */
const readers = '/readers/';

const services: Readonly<Record<string, string>> = {
  's3-bucket-policy': 's3',
  'kms-key-policy': 'kms',
  'ecr-repository-policy': 'ecr',
  'secret-resource-policy': 'secretsmanager',
  'role-trust-policy': 'iam',
};

const kindOf = (service: string): string =>
  Object.entries(services).find(([, name]) => name === service)?.[0] ?? '';

interface At {
  readonly service: string;
  readonly accountId: string;
  readonly region: string;
  readonly id: string;
}

function findPolicyResourceAt(
  world: SimulatedWorld,
  { service, accountId, region, id }: At,
): PolicyResource | undefined {
  if (service === 'iam') {
    const name = id.split('/').at(-1);
    const role = [...world.roles.values()].find((each) => each.accountId === accountId && each.name === name);
    return role && toTrustPolicyResource(role);
  }
  const { buckets, keys, repositories, secrets } = world;
  const all = { s3: buckets, kms: keys, ecr: repositories, secretsmanager: secrets }[service];
  const resource = [...(all?.values() ?? [])].find(
    (each) =>
      (each.name === id || each.arn === id) &&
      (service === 's3' || (each.accountId === accountId && each.region === region)),
  );
  return resource && toPolicyResource(service, resource);
}

const toPolicyResource = (service: string, resource: SimulatedResource): PolicyResource => ({
  arn: resource.arn,
  service,
  key: () => keyOf({ ...resource, kind: kindOf(service), id: resource.name }),
  read: () => resource.policy,
  write: (text) => {
    resource.policy = text;
  },
});

const toTrustPolicyResource = (role: SimulatedRole): PolicyResource => ({
  arn: role.arn,
  service: 'iam',
  key: () =>
    keyOf({
      kind: kindOf('iam'),
      accountId: role.accountId,
      region: 'us-east-1',
      id: `${role.path.slice(1)}${role.name}`,
    }),
  read: () => role.trust,
  write: (text) => {
    role.trust = text;
  },
});
