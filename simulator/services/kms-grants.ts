import type {
  CreateGrantCommandInput,
  CreateGrantCommandOutput,
  ListGrantsCommandInput,
  ListGrantsCommandOutput,
  RetireGrantCommandInput,
  RetireGrantCommandOutput,
  RevokeGrantCommandInput,
  RevokeGrantCommandOutput,
} from '@aws-sdk/client-kms';
import { awsError } from '../aws-error.ts';
import { operation, type ServiceCall, type ServiceOperations } from '../call.ts';
import { page } from '../paging.ts';
import { isKnownPrincipal } from '../principals.ts';
import type { SimulatedGrant, SimulatedKey } from '../simulated-resources.ts';
import { digest, randomText, type World } from '../world.ts';
import { authorizedKey } from './kms-keys.ts';

/** AWS allows 50,000 ("Resource quotas", KMS developer guide). */
const mostGrants = 50_000;

/** AWS Key Management Service: grants. Source: KMS API reference, "CreateGrant" and those after it. */
export const kmsGrants: ServiceOperations = {
  CreateGrant: operation<CreateGrantCommandInput, CreateGrantCommandOutput>((call) => {
    const key = authorizedKey(call, 'kms:CreateGrant');
    expectEnabled(key);
    const grants = grantsOf(call.world, key.arn);
    const wanted = wantedGrant(call);
    // A name makes the request idempotent, if all its parameters are the same.
    const known = wanted.name === undefined ? undefined : grants.find((grant) => alike(grant, wanted));
    if (known === undefined && grants.length >= mostGrants)
      throw awsError('LimitExceededException', `The key has ${mostGrants} grants already`);
    const grant = known ?? { ...wanted, id: newId(call.world, grants, wanted) };
    if (known === undefined) grants.push(grant);
    return { GrantId: grant.id, GrantToken: randomText(call.world, 64) };
  }),

  ListGrants: operation<ListGrantsCommandInput, ListGrantsCommandOutput>((call) => {
    const key = authorizedKey(call, 'kms:ListGrants');
    const { GrantId, GranteePrincipal, Marker, Limit = 50 } = call.input;
    if (Limit < 1 || Limit > 100) throw awsError('ValidationException', 'Limit must be between 1 and 100');
    const wanted = grantsOf(call.world, key.arn)
      .filter(({ id }) => GrantId === undefined || id === GrantId)
      .filter(({ grantee }) => GranteePrincipal === undefined || grantee === GranteePrincipal);
    const { items, next } = page(`grants of ${key.arn}`, wanted, Marker, Limit);
    return {
      Grants: items.map((grant) => ({ KeyId: key.arn, IssuingAccount: key.accountId, ...listed(grant) })),
      Truncated: next !== undefined,
      ...(next === undefined ? {} : { NextMarker: next }),
    };
  }),

  RevokeGrant: operation<RevokeGrantCommandInput, RevokeGrantCommandOutput>((call) => {
    const key = authorizedKey(call, 'kms:RevokeGrant');
    remove(call.world, key.arn, call.input.GrantId);
    return {};
  }),

  RetireGrant: operation<RetireGrantCommandInput, RetireGrantCommandOutput>((call) => {
    const { KeyId, GrantId, GrantToken } = call.input;
    if (GrantToken !== undefined)
      throw awsError('NotSimulated', 'Retiring by grant token is not simulated', 501);
    const key = authorizedKey({ ...call, input: { KeyId } }, 'kms:RetireGrant');
    remove(call.world, key.arn, GrantId);
    return {};
  }),
};

/** "Key states of AWS KMS keys" (KMS developer guide): of the operations here, CreateGrant alone needs an enabled key. */
function expectEnabled({ arn, state }: SimulatedKey): void {
  if (state === 'Enabled') return;
  if (state === 'Disabled') throw awsError('DisabledException', `${arn} is disabled.`);
  const words = state.replaceAll(/(?<!^)[A-Z]/g, (letter) => ` ${letter}`).toLowerCase();
  throw awsError('KMSInvalidStateException', `${arn} is ${words}.`);
}

type Wanted = Omit<SimulatedGrant, 'id'>;

function wantedGrant({ world, input }: ServiceCall<CreateGrantCommandInput>): Wanted {
  const { Name, GranteePrincipal = '', Operations = [], Constraints } = input;
  if (Name !== undefined && !/^[a-zA-Z0-9:/_-]{1,256}$/.test(Name))
    throw awsError('ValidationException', `The name '${Name}' does not satisfy [a-zA-Z0-9:/_-]+`);
  if (Operations.length === 0) throw awsError('ValidationException', 'A grant needs an operation');
  if (!isKnownPrincipal(world, 'AWS', GranteePrincipal))
    throw awsError('InvalidArnException', `ARN does not refer to a valid principal: ${GranteePrincipal}`);
  return {
    name: Name,
    grantee: GranteePrincipal,
    operations: [...new Set(Operations)].sort(),
    constraints: Constraints,
  };
}

const alike = ({ id: _, ...grant }: SimulatedGrant, wanted: Wanted): boolean =>
  JSON.stringify(grant) === JSON.stringify(wanted);

/** Random, and told from the others even where a test's random numbers are all the same. */
const newId = (world: World, grants: readonly SimulatedGrant[], wanted: Wanted): string =>
  digest([randomText(world, 8), grants.length, grants.at(-1)?.id, JSON.stringify(wanted)].join('/'), 32);

const listed = ({ id, name, grantee, operations, constraints }: SimulatedGrant) => ({
  GrantId: id,
  ...(name === undefined ? {} : { Name: name }),
  GranteePrincipal: grantee,
  Operations: [...operations],
  ...(constraints === undefined ? {} : { Constraints: constraints }),
});

function grantsOf({ grants }: World, keyArn: string): SimulatedGrant[] {
  const known = grants.get(keyArn) ?? [];
  grants.set(keyArn, known);
  return known;
}

function remove(world: World, keyArn: string, grantId: string | undefined): void {
  const grants = grantsOf(world, keyArn);
  const index = grants.findIndex(({ id }) => id === grantId);
  if (index < 0) throw awsError('NotFoundException', `Grant ID ${grantId} not found`);
  grants.splice(index, 1);
}
