import type { SimulatedCall } from '../../simulator/plugin.ts';
import type { SimulatedResource, SimulatedRole } from '../../simulator/simulated-resources.ts';
import type { World } from '../../simulator/world.ts';
import { keyOf, type Ref } from './oracle/resources.ts';

/** A resource that has one policy document, whatever it is. */
export interface Place {
  readonly arn: string;
  /** `s3`, `kms`, `ecr`, `secretsmanager` or `iam`: the service that has it. */
  readonly service: string;
  /** The name in records. */
  key(): string;
  read(): string | undefined;
  write(text: string): void;
}

/** The resource whose document a call reads or writes; `undefined` for a call that is about none. */
export function placeOfCall(
  world: World,
  { service, accountId, region, input }: Pick<SimulatedCall, 'service' | 'accountId' | 'region' | 'input'>,
): Place | undefined {
  const { Bucket, KeyId, repositoryName, SecretId, RoleName } = input as Readonly<Record<string, unknown>>;
  const id = String(Bucket ?? KeyId ?? repositoryName ?? SecretId ?? RoleName ?? '');
  return id === '' ? undefined : placeAt(world, { service, accountId, region, id });
}

/** The resource that a grant is on. */
export const placeOf = (world: World, { kind, ...ref }: Ref): Place | undefined => {
  const service = services[kind];
  return service === undefined ? undefined : placeAt(world, { service, ...ref });
};

/** Every resource that a grant of the kinds with one document can be on. */
export const places = (world: World): readonly Place[] => [
  ...[...world.buckets.values()].map((resource) => placeOfResource('s3', resource)),
  ...[...world.keys.values()].map((resource) => placeOfResource('kms', resource)),
  ...[...world.repositories.values()].map((resource) => placeOfResource('ecr', resource)),
  ...[...world.secrets.values()].map((resource) => placeOfResource('secretsmanager', resource)),
  ...[...world.roles.values()].filter(({ path }) => path === readers).map(placeOfRole),
];

/** The path of the roles whose trust policies grants are on. */
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

function placeAt(world: World, { service, accountId, region, id }: At): Place | undefined {
  if (service === 'iam') {
    const name = id.split('/').at(-1);
    const role = [...world.roles.values()].find((each) => each.accountId === accountId && each.name === name);
    return role && placeOfRole(role);
  }
  const { buckets, keys, repositories, secrets } = world;
  const all = { s3: buckets, kms: keys, ecr: repositories, secretsmanager: secrets }[service];
  const found = [...(all?.values() ?? [])].find(
    (each) =>
      (each.name === id || each.arn === id) &&
      (service === 's3' || (each.accountId === accountId && each.region === region)),
  );
  return found && placeOfResource(service, found);
}

const placeOfResource = (service: string, resource: SimulatedResource): Place => ({
  arn: resource.arn,
  service,
  key: () => keyOf({ ...resource, kind: kindOf(service), id: resource.name }),
  read: () => resource.policy,
  write: (text) => {
    resource.policy = text;
  },
});

const placeOfRole = (role: SimulatedRole): Place => ({
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
