import type { SimulatedWorld } from '../../../../simulator/world.ts';
import { principals } from '../capacity.ts';
import { documentReader } from '../document-reader.ts';
import type { Entry } from '../entry.ts';
import { documentOf } from '../policies.ts';
import {
  byOrganizationTrail,
  byOtherRole,
  byRole,
  byService,
  type Call,
  forNobody,
  organizationTrailOf,
  sourceOf,
  trailService,
} from '../probes.ts';
import type { Candidate, Case, Patterns, Probes, Reader } from '../reader.ts';
import type { Request } from '../requests.ts';
import type { Ref } from '../resources.ts';

export const keyArn = ({ accountId, region, id }: Ref): string =>
  `arn:aws:kms:${region}:${accountId}:key/${id}`;

/** Never a part of a grant on a key. */
const administration = ['kms:PutKeyPolicy', 'kms:ScheduleKeyDeletion', 'kms:DisableKey'];

/** The actions that one preset allows the roles of an account, the condition keys, and the forbidden actions. */
interface Use {
  readonly actions: readonly string[];
  readonly keys?: (grantCase: Case) => Request['keys'];
  readonly refusedActions: readonly string[];
  readonly refusedKeys?: (grantCase: Case) => Request['keys'];
}

const throughSecrets = ({ ref }: Case): Request['keys'] => ({
  'kms:ViaService': `secretsmanager.${ref.region}.amazonaws.com`,
});

const deployment = (region: string, accountId: string): Request['keys'] => ({
  'kms:EncryptionContext:aws:appconfig:deployment:arn': `arn:aws:appconfig:${region}:${accountId}:application/a/environment/b/deployment/1`,
});

const uses: Readonly<Record<string, Use>> = {
  'launch-encrypted-ami': {
    actions: [
      'kms:Decrypt',
      'kms:DescribeKey',
      'kms:ReEncryptFrom',
      'kms:ReEncryptTo',
      'kms:GenerateDataKeyWithoutPlaintext',
    ],
    refusedActions: ['kms:CreateGrant'],
  },
  decrypt: {
    actions: ['kms:Decrypt', 'kms:DescribeKey'],
    refusedActions: ['kms:Encrypt', 'kms:CreateGrant'],
  },
  'decrypt-secrets': {
    actions: ['kms:Decrypt', 'kms:DescribeKey'],
    keys: throughSecrets,
    refusedActions: ['kms:Encrypt'],
    refusedKeys: () => ({}),
  },
  'read-configurations': {
    actions: ['kms:Decrypt'],
    keys: ({ ref, subject }) => deployment(ref.region, subject.id),
    refusedActions: ['kms:GenerateDataKey'],
    refusedKeys: ({ ref }) => deployment(ref.region, '121212121212'),
  },
  'deploy-configurations': {
    actions: ['kms:GenerateDataKey'],
    keys: ({ ref, subject }) => deployment(ref.region, subject.id),
    refusedActions: ['kms:Decrypt'],
    refusedKeys: ({ ref }) => deployment(ref.region, '121212121212'),
  },
};

function use(grantCase: Case, preset: string, { actions, keys, refusedActions, refusedKeys }: Use): Probes {
  const resource = keyArn(grantCase.ref);
  const call = (action: string, given = keys?.(grantCase) ?? {}): Call => ({ action, resource, keys: given });
  const forVolumes = { 'kms:GrantIsForAWSResource': 'true' };
  return {
    allowed: [
      ...actions.map((action) => byRole(grantCase, call(action))),
      ...(preset === 'launch-encrypted-ami' ? [byRole(grantCase, call('kms:CreateGrant', forVolumes))] : []),
    ],
    refused: [
      ...[...administration, ...refusedActions].map((action) => byRole(grantCase, call(action))),
      ...(refusedKeys === undefined
        ? []
        : actions.map((action) => byRole(grantCase, call(action, refusedKeys(grantCase))))),
      ...actions.flatMap((action) => byOtherRole(grantCase, call(action))),
    ],
  };
}

function trails(grantCase: Case): Probes {
  const resource = keyArn(grantCase.ref);
  const service = 'cloudtrail.amazonaws.com';
  const source = 'cloudtrail:trail/any';
  const keys = { 'kms:EncryptionContext:aws:cloudtrail:arn': sourceOf(grantCase.subject, source) };
  const encrypt = byService(grantCase, service, { action: 'kms:GenerateDataKey', resource, keys, source });
  return {
    allowed: [
      encrypt,
      byService(grantCase, service, { action: 'kms:Decrypt', resource, keys, source }),
      byService(grantCase, service, { action: 'kms:DescribeKey', resource, source }),
    ],
    refused: [
      byService(grantCase, service, { action: 'kms:GenerateDataKey', resource, source }),
      byService(grantCase, service, { action: 'kms:Encrypt', resource, keys, source }),
      { ...encrypt, who: { service: 'other.amazonaws.com' } },
      byRole(grantCase, { action: 'kms:GenerateDataKey', resource, keys }),
    ],
  };
}

/** The organization trail, for the logs of one account. */
function organizationTrail(grantCase: Case): Probes {
  const resource = keyArn(grantCase.ref);
  const arn = organizationTrailOf(grantCase);
  const keys = { 'kms:EncryptionContext:aws:cloudtrail:arn': arn };
  const own = {
    'kms:EncryptionContext:aws:cloudtrail:arn': sourceOf(grantCase.subject, 'cloudtrail:trail/any'),
  };
  const call = { action: 'kms:GenerateDataKey', resource, keys };
  const encrypt = byOrganizationTrail(grantCase, call);
  return {
    allowed: [
      encrypt,
      byOrganizationTrail(grantCase, { ...call, action: 'kms:Decrypt' }),
      byOrganizationTrail(grantCase, { action: 'kms:DescribeKey', resource }),
    ],
    refused: [
      byOrganizationTrail(grantCase, { ...call, keys: {} }),
      byOrganizationTrail(grantCase, { ...call, action: 'kms:Encrypt' }),
      byService(grantCase, trailService, { ...call, keys: own, source: 'cloudtrail:trail/any' }),
      forNobody(byOrganizationTrail(grantCase, { action: 'kms:DescribeKey', resource })),
      { ...encrypt, who: { service: 'other.amazonaws.com' } },
      byRole(grantCase, call),
    ],
  };
}

/** Services that encrypt logs, and their calls. */
const services: Readonly<Record<string, readonly [service: string, source: string, ...actions: string[]]>> = {
  'config-encrypt': ['config.amazonaws.com', 'config:any', 'kms:Decrypt', 'kms:GenerateDataKey'],
  'flow-logs-encrypt': [
    'delivery.logs.amazonaws.com',
    'logs:any',
    'kms:Encrypt',
    'kms:Decrypt',
    'kms:ReEncryptFrom',
    'kms:ReEncryptTo',
    'kms:GenerateDataKey',
    'kms:DescribeKey',
  ],
};

function delivery(
  grantCase: Case,
  [service, source, ...actions]: readonly [string, string, ...string[]],
): Probes {
  const resource = keyArn(grantCase.ref);
  const requests = actions.map((action) => byService(grantCase, service, { action, resource, source }));
  return {
    allowed: requests,
    refused: [
      ...requests.map(forNobody),
      ...administration.map((action) => byService(grantCase, service, { action, resource, source })),
      ...actions.map((action) => byRole(grantCase, { action, resource })),
    ],
  };
}

/** `"arn:aws:cloudtrail:*:555566667777:trail/*",` */
const asTrail = 44;

const presetOf = (entry: Entry): string => ('preset' in entry ? String(entry.preset) : '');

export const keyPatterns = (entry: Entry): Patterns => ({
  names: [],
  tags: 'tags' in entry ? (entry.tags as Patterns['tags']) : undefined,
});

export const namedKeys = (entry: Entry): readonly string[] =>
  'key' in entry && entry.key !== undefined ? [String(entry.key)] : [];

export const allKeys = (world: SimulatedWorld): readonly (Candidate & { readonly state: string })[] =>
  [...world.keys.values()].map(({ name, ...rest }) => ({ ...rest, id: name }));

/** Patterns do not match a key that is pending deletion. */
export const findableKeys = (world: SimulatedWorld): readonly Candidate[] =>
  allKeys(world).filter(({ state }) => !state.startsWith('Pending'));

export const keys: Reader = documentReader({
  limit: 32_768,
  lists: (entry) =>
    presetOf(entry) === 'cloudtrail-encrypt' ? { statements: 2, perAccount: asTrail } : principals(entry, 2),
  named: namedKeys,
  patterns: keyPatterns,
  all: allKeys,
  findable: findableKeys,
  documents: (world, ref) => [documentOf(world.keys.get(keyArn(ref))?.policy)],
  probes: (grantCase) => {
    const preset = presetOf(grantCase.entry);
    if (preset === 'cloudtrail-encrypt') return trails(grantCase);
    if (preset === 'organization-cloudtrail-encrypt') return organizationTrail(grantCase);
    const service = services[preset];
    if (service !== undefined) return delivery(grantCase, service);
    const presetUse = uses[preset];
    if (presetUse !== undefined) return use(grantCase, preset, presetUse);
    throw new Error(`The oracle knows no preset ${preset} of keys`);
  },
});
