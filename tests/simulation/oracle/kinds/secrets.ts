import type { SimulatedWorld } from '../../../../simulator/world.ts';
import { documentReader } from '../document-reader.ts';
import { documentOf } from '../policies.ts';
import { byOtherRole, byRole } from '../probes.ts';
import type { Patterns, Reader } from '../reader.ts';
import type { Ref } from '../resources.ts';

const secretAt = ({ secrets }: SimulatedWorld, { accountId, region, id }: Ref) =>
  [...secrets.values()].find(
    (each) => each.accountId === accountId && each.region === region && each.name === id,
  );

const actions = ['secretsmanager:DescribeSecret', 'secretsmanager:GetSecretValue'];

export const secrets: Reader = documentReader({
  limit: 20_480,
  named: (entry) => ('secrets' in entry ? ((entry.secrets ?? []) as readonly string[]) : []),
  patterns: (entry) => ({
    names: [],
    tags: 'tags' in entry ? (entry.tags as Patterns['tags']) : undefined,
  }),
  all: (world) => [...world.secrets.values()].map(({ name, ...rest }) => ({ ...rest, id: name })),
  documents: (world, ref) => [documentOf(secretAt(world, ref)?.policy)],
  probes: (grantCase) => {
    const { region, accountId, id } = grantCase.ref;
    const resource = `arn:aws:secretsmanager:${region}:${accountId}:secret:${id}-AbCdEf`;
    return {
      allowed: actions.map((action) => byRole(grantCase, { action, resource })),
      refused: [
        ...['PutSecretValue', 'DeleteSecret', 'PutResourcePolicy'].map((action) =>
          byRole(grantCase, { action: `secretsmanager:${action}`, resource }),
        ),
        ...actions.flatMap((action) => byOtherRole(grantCase, { action, resource })),
      ],
    };
  },
});
