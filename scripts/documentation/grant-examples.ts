import { getGrantContext } from '../../shared/configuration/context.ts';
import { parseConfiguration } from '../../shared/configuration/load.ts';
import type { Configuration } from '../../shared/configuration/schema.ts';
import type { GrantEntry } from '../../shared/grants/grant-schema.ts';
import { getGrantKind } from '../../shared/grants/kinds.ts';
import type { Account } from '../../shared/platform/account.ts';

/** A block of YAML with grants. */
export interface GrantExample {
  readonly yaml: string;
  /** The block of JSON with the statements of the grants, if it is the next block of the page. */
  readonly statements?: TextRange;
}

/** A text and where it begins and ends on its page. */
interface TextRange {
  readonly text: string;
  readonly start: number;
  readonly end: number;
}

const fences = /^```([^\n]*)\n(.*?)^```$/gms;

/** The examples of a page, in their order. */
export function findGrantExamples(page: string): readonly GrantExample[] {
  const blocks = [...page.matchAll(fences)].map(({ index, 0: whole, 1: language = '', 2: text = '' }) => {
    const end = index + whole.length - '```'.length;
    return { language, text, start: end - text.length, end };
  });
  return blocks.flatMap(({ language, text: yaml }, at) => {
    const next = blocks[at + 1];
    if (language !== 'yaml grants') return [];
    return next?.language === 'json statements' ? [{ yaml, statements: next }] : [{ yaml }];
  });
}

/** The configuration of an example organization with these grants. @throws ConfigurationError */
export const parseExample = (yaml: string): Configuration =>
  parseConfiguration(`${exampleConfiguration}grants:\n${yaml}`, 'an example');

/** The statements that grants write for two accounts, by the name of each policy document. */
export function listExampleStatements(configuration: Configuration): Readonly<Record<string, unknown>> {
  const documents = configuration.grants.flatMap((entry) => renderGrant(entry, configuration));
  return Object.fromEntries(documents);
}

function renderGrant(
  entry: GrantEntry,
  configuration: Configuration,
): readonly (readonly [string, unknown])[] {
  const kind = getGrantKind(entry.kind);
  const context = getGrantContext(configuration);
  return kind.listResources(entry, context).flatMap((ref) => {
    const shares = [{ entry, accounts: exampleAccounts }];
    const { next, owned } = kind.render({ ref, actual: kind.empty, shares, remembered: [], context });
    return Object.values(kind.toDocuments(next, owned)).flatMap((document) =>
      document === undefined ? [] : [[`${kind.title} of ${ref.id}`, document.Statement] as const],
    );
  });
}

const exampleAccount = (id: string, name: string): Account => ({
  id,
  name,
  state: 'ACTIVE',
  parentIds: ['r-abcd', 'ou-abcd-workload'],
  ouPath: 'Workloads',
  tags: {},
});

const exampleAccounts: readonly Account[] = [
  exampleAccount('555566667777', 'orders-production'),
  exampleAccount('777777777777', 'sandbox-1'),
];

const exampleConfiguration = `version: 1
installation: example
organization: { id: o-exampleorg1, managementAccount: "111111111111" }
centralAccounts:
  log: { id: "222222222222", region: eu-west-1 }
  security: { id: "333333333333", region: us-east-1 }
  shared: { id: "444444444444", region: eu-west-1 }
memberRoles:
  - { name: people/ReadOnly, kind: people, for: { ous: [Workloads] } }
  - { name: app/Web, kind: application, trusts: { service: ec2 }, for: { ous: [Workloads] } }
`;
