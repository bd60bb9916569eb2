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
import { createAwsError } from '../aws-error.ts';
import { defineOperation, type ServiceCall, type ServiceOperations } from '../call.ts';
import { getPage } from '../paging.ts';
import { isKnownPrincipal } from '../principals.ts';
import type { SimulatedGrant, SimulatedKey } from '../simulated-resources.ts';
import { makeDigest, makeRandomText, type SimulatedWorld } from '../world.ts';
import { authorizeKey } from './kms-keys.ts';

/** Grants that AWS allows for one key ("Resource quotas", KMS developer guide). */
const maxGrants = 50_000;

/** AWS Key Management Service: grants. Source: KMS API reference, "CreateGrant" and the operations after it. */
export const kmsGrants: ServiceOperations = {
  CreateGrant: defineOperation<CreateGrantCommandInput, CreateGrantCommandOutput>((call) => {
    const key = authorizeKey(call, 'kms:CreateGrant');
    expectEnabled(key);
    const grants = grantsOf(call.world, key.arn);
    const wanted = wantedGrant(call);
    // If a grant with this name and these parameters exists, CreateGrant returns it and creates none.
    const existing = wanted.name === undefined ? undefined : grants.find((grant) => alike(grant, wanted));
    if (existing === undefined && grants.length >= maxGrants)
      throw createAwsError('LimitExceededException', `The key has ${maxGrants} grants already`);
    const grant = existing ?? { ...wanted, id: newId(call.world, grants, wanted) };
    if (existing === undefined) grants.push(grant);
    return { GrantId: grant.id, GrantToken: makeRandomText(call.world, 64) };
  }),

  ListGrants: defineOperation<ListGrantsCommandInput, ListGrantsCommandOutput>((call) => {
    const key = authorizeKey(call, 'kms:ListGrants');
    const { GrantId, GranteePrincipal, Marker, Limit = 50 } = call.input;
    if (Limit < 1 || Limit > 100)
      throw createAwsError('ValidationException', 'Limit must be between 1 and 100');
    const wanted = grantsOf(call.world, key.arn)
      .filter(({ id }) => GrantId === undefined || id === GrantId)
      .filter(({ grantee }) => GranteePrincipal === undefined || grantee === GranteePrincipal);
    const { items, next } = getPage(`grants of ${key.arn}`, wanted, Marker, Limit);
    return {
      Grants: items.map((grant) => ({ KeyId: key.arn, IssuingAccount: key.accountId, ...listed(grant) })),
      Truncated: next !== undefined,
      ...(next === undefined ? {} : { NextMarker: next }),
    };
  }),

  RevokeGrant: defineOperation<RevokeGrantCommandInput, RevokeGrantCommandOutput>((call) => {
    const key = authorizeKey(call, 'kms:RevokeGrant');
    remove(call.world, key.arn, call.input.GrantId);
    return {};
  }),

  RetireGrant: defineOperation<RetireGrantCommandInput, RetireGrantCommandOutput>((call) => {
    const { KeyId, GrantId, GrantToken } = call.input;
    if (GrantToken !== undefined)
      throw createAwsError('NotSimulated', 'Retiring by grant token is not simulated', 501);
    const key = authorizeKey({ ...call, input: { KeyId } }, 'kms:RetireGrant');
    remove(call.world, key.arn, GrantId);
    return {};
  }),
};

/**
 * "Key states of AWS KMS keys" (KMS developer guide): among the modeled operations, only CreateGrant needs an enabled
 * key.
 */
function expectEnabled({ arn, state }: SimulatedKey): void {
  if (state === 'Enabled') return;
  if (state === 'Disabled') throw createAwsError('DisabledException', `${arn} is disabled.`);
  const words = state.replaceAll(/(?<!^)[A-Z]/g, (letter) => ` ${letter}`).toLowerCase();
  throw createAwsError('KMSInvalidStateException', `${arn} is ${words}.`);
}

type Wanted = Omit<SimulatedGrant, 'id'>;

function wantedGrant({ world, input }: ServiceCall<CreateGrantCommandInput>): Wanted {
  const { Name, GranteePrincipal = '', Operations = [], Constraints } = input;
  if (Name !== undefined && !/^[a-zA-Z0-9:/_-]{1,256}$/.test(Name))
    throw createAwsError('ValidationException', `The name '${Name}' does not satisfy [a-zA-Z0-9:/_-]+`);
  if (Operations.length === 0) throw createAwsError('ValidationException', 'A grant needs an operation');
  if (!isKnownPrincipal(world, 'AWS', GranteePrincipal))
    throw createAwsError(
      'InvalidArnException',
      `ARN does not refer to a valid principal: ${GranteePrincipal}`,
    );
  return {
    name: Name,
    grantee: GranteePrincipal,
    operations: [...new Set(Operations)].sort(),
    constraints: Constraints,
  };
}

const alike = ({ id: _, ...grant }: SimulatedGrant, wanted: Wanted): boolean =>
  JSON.stringify(grant) === JSON.stringify(wanted);

/** The id of a new grant. It is random, and also unique if a test makes all random numbers equal. */
const newId = (world: SimulatedWorld, grants: readonly SimulatedGrant[], wanted: Wanted): string =>
  makeDigest(
    [makeRandomText(world, 8), grants.length, grants.at(-1)?.id, JSON.stringify(wanted)].join('/'),
    32,
  );

const listed = ({ id, name, grantee, operations, constraints }: SimulatedGrant) => ({
  GrantId: id,
  ...(name === undefined ? {} : { Name: name }),
  GranteePrincipal: grantee,
  Operations: [...operations],
  ...(constraints === undefined ? {} : { Constraints: constraints }),
});

function grantsOf({ grants }: SimulatedWorld, keyArn: string): SimulatedGrant[] {
  const grantsOfKey = grants.get(keyArn) ?? [];
  grants.set(keyArn, grantsOfKey);
  return grantsOfKey;
}

function remove(world: SimulatedWorld, keyArn: string, grantId: string | undefined): void {
  const grants = grantsOf(world, keyArn);
  const index = grants.findIndex(({ id }) => id === grantId);
  if (index < 0) throw createAwsError('NotFoundException', `Grant ID ${grantId} not found`);
  grants.splice(index, 1);
}
