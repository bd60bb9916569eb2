import { readdirSync, readFileSync } from 'node:fs';
import type { GrantContext, GrantKind } from '../../shared/grants/contract.ts';
import type { GrantEntry } from '../../shared/grants/grant-schema.ts';
import type { PolicyDocument } from '../../shared/iam/document.ts';
import { context } from './grants-fixture.ts';

/** The cases of a grant kind, `tests/cases/grants/<kind>.json`. */
export interface KindCases {
  /** Which holder of `holders.ts` the kind's resources are. */
  readonly resource: string;
  /** One entry for each preset, without what every entry has; the contract runs over them. */
  readonly presets: Readonly<Record<string, object>>;
  /** Presets that let an account do what nobody can derive. */
  readonly unverified?: readonly string[];
  readonly cases: readonly RenderCase[];
}

export interface RenderCase {
  readonly name: string;
  readonly preset: string;
  /** Fields beyond the preset's. */
  readonly with?: object;
  readonly partition?: string;
  readonly installation?: string;
  readonly region?: string;
  readonly accounts: readonly string[];
  /** Statements of ours, by document. */
  readonly expected: Readonly<Record<string, PolicyDocument['Statement']>>;
}

const folder = new URL('../cases/grants/', import.meta.url);

export const kindsWithCases: readonly string[] = readdirSync(folder).map((file) => file.replace('.json', ''));

export const casesOf = (kind: GrantKind): KindCases =>
  JSON.parse(readFileSync(new URL(`${kind.name}.json`, folder), 'utf8')) as KindCases;

/** The entry as the configuration would have it. @throws ZodError where it is not valid */
export const entryOf = (kind: GrantKind, fields: object): GrantEntry =>
  kind.schema.parse({ name: 'example', kind: kind.name, account: 'shared', for: { all: true }, ...fields });

export const contextOf = ({ partition = 'aws', installation, region }: RenderCase): GrantContext => ({
  ...context,
  partition,
  installationId: installation ?? context.installationId,
  centralAccounts:
    region === undefined
      ? context.centralAccounts
      : { shared: { id: context.centralAccounts.shared?.id ?? '', region } },
});
