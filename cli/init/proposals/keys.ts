import { GetKeyPolicyCommand, paginateListAliases } from '@aws-sdk/client-kms';
import { OnboardingError } from '../../../shared/platform/errors.ts';
import type { Proposal } from '../facts.ts';
import { toName } from '../names.ts';
import { listAllowedServices } from './policy-services.ts';
import { noteMore, type Proposer, type Reading, readSome } from './proposer.ts';

interface AliasedKey {
  readonly alias: string;
  readonly key: string;
}

/** The preset for each service that encrypts logs with a key. */
const encryptions = [
  { service: 'cloudtrail.amazonaws.com', preset: 'cloudtrail-encrypt', what: 'CloudTrail' },
  { service: 'config.amazonaws.com', preset: 'config-encrypt', what: 'AWS Config' },
  { service: 'delivery.logs.amazonaws.com', preset: 'flow-logs-encrypt', what: 'VPC flow logs' },
] as const;

/** Words in the alias of a key, each with the grant that it suggests. The first word that occurs decides. */
const uses = [
  { word: /secret/, preset: 'decrypt-secrets', what: 'decrypts secrets' },
  { word: /ami|ebs|image/, preset: 'launch-encrypted-ami', what: 'launches instances from encrypted images' },
  { word: /(?:)/, preset: 'decrypt', what: 'decrypts with the key' },
] as const;

/** Proposes a grant for each customer managed key that has an alias. Keys without an alias get no proposal. */
export const keys: Proposer = {
  resources: 'keys',
  propose: async (reading) => {
    const pages = paginateListAliases({ client: reading.clients.kms }, {});
    const { items, more } = await readSome(pages, ({ Aliases = [] }) =>
      Aliases.flatMap(({ AliasName = '', TargetKeyId: key }): readonly AliasedKey[] => {
        const alias = AliasName.replace(/^alias\//, '');
        return key === undefined || alias.startsWith('aws/') || !alias.startsWith(reading.prefix)
          ? []
          : [{ alias, key }];
      }),
    );
    const proposals: Proposal[] = [];
    for (const item of items) proposals.push(...proposeKey(item, await readServices(reading, item), reading));
    return { proposals, notes: noteMore(more, 'keys with an alias', reading) };
  },
};

/** If the policy of a key cannot be read, the key is treated as if no log service used it. */
async function readServices({ clients }: Reading, { key }: AliasedKey): Promise<ReadonlySet<string>> {
  try {
    const { Policy } = await clients.kms.send(new GetKeyPolicyCommand({ KeyId: key }));
    return listAllowedServices(Policy, key);
  } catch (error) {
    if (error instanceof OnboardingError) return new Set();
    throw error;
  }
}

function proposeKey(
  { alias, key }: AliasedKey,
  services: ReadonlySet<string>,
  { central }: Reading,
): readonly Proposal[] {
  const base = { account: central.name };
  const logs = encryptions.filter(({ service }) => services.has(service));
  if (logs.length > 0)
    return logs.map(({ service, preset, what }) => ({
      ...base,
      name: toName(`${preset}-${alias}`, preset),
      fields: { kind: 'kms-key-policy', key, preset },
      why: [
        `alias/${alias}: the key policy already lets ${service} encrypt.`,
        `The grant lets ${what} of each account encrypt its logs.`,
      ],
      suggested: true,
    }));
  const use = uses.find(({ word }) => word.test(alias)) ?? uses[2];
  return [
    {
      ...base,
      name: toName(`${use.preset}-${alias}`, use.preset),
      fields: { kind: 'kms-key-policy', key, preset: use.preset },
      why: [
        `alias/${alias}: the name of the alias is all that init knows. Check the preset.`,
        `With the grant, each account ${use.what}.`,
      ],
      suggested: false,
    },
  ];
}
