import { readdirSync, readFileSync } from 'node:fs';
import { parse } from 'yaml';
import * as z from 'zod';
import { applicationTemplate } from '../../shared/cloudformation/application.ts';
import { spokeTemplate } from '../../shared/cloudformation/template.ts';
import { applicationsOf } from '../../shared/configuration/applications.ts';
import { loadWithSchemas } from '../../shared/configuration/load-schemas.ts';
import { grantKinds } from '../../shared/grants/kinds.ts';
import { casesOf, contextOf, entryOf } from '../grants/cases.ts';
import { accountsOf } from '../grants/grants-fixture.ts';
import { deployment, root } from './deployment.ts';

const fields = z.looseObject({
  Effect: z.enum(['Allow', 'Deny']),
  Principal: z.unknown().optional(),
  Action: z.unknown().optional(),
  Condition: z.unknown().optional(),
});

/** A statement of a policy that the project deploys or writes, with where it stands: `serverless.yml/Topic/…`. */
export type PlacedStatement = z.infer<typeof fields> & { readonly place: string };

/**
 * Every statement of every policy that the project deploys, writes or documents: the deployed template, the other templates,
 * what the grant kinds render, and the examples of the documentation. Both branches of `Fn::If` are statements.
 */
export async function allStatements(): Promise<readonly PlacedStatement[]> {
  return Object.entries(await everything()).flatMap(([place, content]) => statementsIn(content, place));
}

async function everything(): Promise<Readonly<Record<string, unknown>>> {
  const configurations = ['examples/onboarding.yml', 'examples/applications/onboarding.yml'];
  return {
    'serverless.yml': (await deployment()).resources,
    ...Object.fromEntries(readdirSync(`${root}templates`).map((file) => [file, templateFile(file)])),
    ...Object.assign({}, ...(await Promise.all(configurations.map(generated)))),
    ...rendered(),
    ...documented(),
  };
}

const templateFile = (file: string): unknown =>
  parse(readFileSync(`${root}templates/${file}`, 'utf8'), { logLevel: 'error' });

async function generated(file: string): Promise<Readonly<Record<string, unknown>>> {
  const { configuration, schemas } = await loadWithSchemas(`${root}${file}`);
  const hub = { accountId: configuration.organization.managementAccount, region: 'us-east-1' };
  const operators = ['arn:aws:iam::111111111111:role/Operator'];
  const spokes = Object.entries(configuration.centralAccounts).flatMap(([name, account]) => {
    if (account === undefined) return [];
    const { template } = spokeTemplate({ configuration, accountId: account.id, hub, operators });
    return [[`spoke template of ${name} (${file})`, template] as const];
  });
  const applications = applicationsOf(configuration).map(
    (application) =>
      [
        `application template of ${application.name} (${file})`,
        applicationTemplate({ configuration, application, schemas }).template,
      ] as const,
  );
  return Object.fromEntries([...spokes, ...applications]);
}

/** The policies in the documentation, which people copy. */
const documented = (): Readonly<Record<string, unknown>> =>
  Object.fromEntries(
    readdirSync(`${root}docs`)
      .filter((file) => file.endsWith('.md'))
      .map((file) => {
        const blocks = readFileSync(`${root}docs/${file}`, 'utf8').matchAll(/^```json\n(.*?)^```$/gms);
        return [`docs/${file}`, [...blocks].map(([, text = '']): unknown => JSON.parse(text))];
      }),
  );

/** What each grant kind renders for each of its cases. */
const rendered = (): Readonly<Record<string, unknown>> =>
  Object.fromEntries(
    grantKinds.map((kind) => {
      const { presets, cases } = casesOf(kind);
      const documents = cases.flatMap((given) => {
        const entry = entryOf(kind, { ...presets[given.preset], ...given.with });
        const context = contextOf(given);
        const shares = [{ entry, accounts: accountsOf(given.accounts) }];
        return kind.resources(entry, context).map((ref) => {
          const { next, owned } = kind.render({ ref, actual: kind.empty, shares, remembered: [], context });
          return kind.documents(next, owned);
        });
      });
      return [kind.name, documents];
    }),
  );

function statementsIn(value: unknown, place: string): readonly PlacedStatement[] {
  if (typeof value !== 'object' || value === null) return [];
  const inner = Object.entries(value).flatMap(([key, each]) => statementsIn(each, `${place}/${key}`));
  const statement = fields.safeParse(value);
  return statement.success ? [{ ...statement.data, place }, ...inner] : inner;
}

/** A condition key in a statement, with its operator: `ForAllValues:StringEquals`, `dynamodb:LeadingKeys`. */
export interface KeyUse {
  readonly operator: string;
  readonly key: string;
  readonly value: unknown;
}

/** The keys of a statement's condition. An intrinsic function in place of a condition is an operator that nobody knows. */
export const keyUses = ({ Condition }: Pick<PlacedStatement, 'Condition'>): readonly KeyUse[] =>
  Object.entries(Condition ?? {}).flatMap(([operator, keys]) =>
    Object.entries(keys ?? {}).map(([key, value]) => ({ operator, key, value })),
  );
