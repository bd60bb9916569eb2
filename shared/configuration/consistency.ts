import { type GrantContext, resourceKey } from '../grants/contract.ts';
import { grantKind } from '../grants/kinds.ts';
import type { Account } from '../organization/account.ts';
import { grantContext } from './context.ts';
import type { Configuration } from './schema.ts';

interface PathFinding {
  readonly path: readonly PropertyKey[];
  readonly message: string;
}

/** What a schema cannot see: that the parts of a configuration fit each other. */
export function consistencyFindings(configuration: Configuration): readonly PathFinding[] {
  return [...grantNames(configuration), ...grantAccounts(configuration), ...sidClashes(configuration)];
}

const grantNames = ({ grants }: Configuration): readonly PathFinding[] =>
  grants.flatMap(({ name }, index) => {
    const first = grants.findIndex((grant) => grant.name === name);
    return first === index
      ? []
      : [
          {
            path: ['grants', index, 'name'],
            message: `${name} is the name of grants[${first}] too; names are unique`,
          },
        ];
  });

const grantAccounts = ({ grants, centralAccounts }: Configuration): readonly PathFinding[] =>
  grants.flatMap(({ account }, index) =>
    centralAccounts[account] === undefined
      ? [
          {
            path: ['grants', index, 'account'],
            message: `${account} is not among centralAccounts; add it there`,
          },
        ]
      : [],
  );

const anyAccount: Account = {
  id: '000000000000',
  name: '',
  state: 'ACTIVE',
  parentIds: [],
  ouPath: '',
  tags: {},
};

/** Grants such as `logs` (part `read-all`) and `logs-read` (part `all`) would write one Sid; say so early. */
function sidClashes(configuration: Configuration): readonly PathFinding[] {
  const context = grantContext(configuration);
  const owners = new Map<string, number>();
  return configuration.grants.flatMap((entry, index) => {
    if (configuration.centralAccounts[entry.account] === undefined) return [];
    return ownedNames(entry, context).flatMap((name) => {
      const first = owners.get(name) ?? index;
      owners.set(name, first);
      const other = configuration.grants[first]?.name;
      return first === index || other === entry.name
        ? []
        : [
            {
              path: ['grants', index, 'name'],
              message: `would write the same Sid as ${other}; rename one of them`,
            },
          ];
    });
  });
}

function ownedNames(entry: Configuration['grants'][number], context: GrantContext): readonly string[] {
  const kind = grantKind(entry.kind);
  return kind.resources(entry, context).flatMap((ref) => {
    const shares = [{ entry, accounts: [anyAccount] }];
    const documents = kind.documents(
      kind.render({ ref, actual: kind.empty, shares, remembered: [], context }).next,
    );
    const sids = Object.values(documents).flatMap((document) => document?.Statement ?? []);
    return sids.map(({ Sid }) => `${resourceKey(ref)} ${Sid}`);
  });
}
