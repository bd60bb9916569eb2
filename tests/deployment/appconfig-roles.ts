import { readFileSync } from 'node:fs';
import { parse } from 'yaml';
import type { PolicyDocument } from '../../shared/iam/document.ts';
import { root } from './deployment.ts';

interface Resource {
  readonly Condition?: string;
  readonly Properties: {
    readonly RoleName?: string;
    readonly AssumeRolePolicyDocument?: PolicyDocument;
    readonly PolicyDocument?: PolicyDocument;
    readonly Policies?: readonly { readonly PolicyDocument: PolicyDocument }[];
  };
}

export interface TemplateRole {
  readonly trust: PolicyDocument;
  readonly permissions: PolicyDocument;
}

/** The roles of `templates/appconfig-roles.yml` for these parameters, pseudo parameters among them. */
export function appConfigRoles(parameters: Readonly<Record<string, string>>) {
  const text = readFileSync(`${root}templates/appconfig-roles.yml`, 'utf8').replaceAll(
    /\$\{([\w:]+)\}|!Ref ([\w:]+)/g,
    (_, inner: string | undefined, alone: string | undefined) => {
      const name = inner ?? alone ?? '';
      return parameters[name] ?? name;
    },
  );
  const { Resources } = parse(text, { logLevel: 'error' }) as {
    readonly Resources: Readonly<Record<string, Resource>>;
  };
  const roleNamed = (name: string): TemplateRole => {
    const own = Resources[name]?.Properties;
    if (own?.AssumeRolePolicyDocument === undefined) throw new Error(`The template has no role ${name}`);
    const beside = Object.values(Resources).flatMap(({ Properties }) =>
      Properties.PolicyDocument !== undefined && Properties.RoleName === name
        ? [Properties.PolicyDocument]
        : [],
    );
    const documents = [...(own.Policies ?? []).map(({ PolicyDocument }) => PolicyDocument), ...beside];
    const Statement = documents.flatMap((document) => document.Statement);
    return { trust: own.AssumeRolePolicyDocument, permissions: { Version: '2012-10-17', Statement } };
  };
  return { retrieval: roleNamed('RetrievalRole'), reader: roleNamed('ReaderRole') };
}
