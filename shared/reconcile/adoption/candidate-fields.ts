import * as z from 'zod';
import type { GrantContext, GrantKind, ResourceRef } from '../../grants/contract.ts';
import type { GrantEntry } from '../../grants/grant-schema.ts';
import { memoizeByObject } from '../../platform/memoize.ts';

/** The fields of an entry without its name, account and selector. */
export type Fields = Readonly<Record<string, unknown>>;

/** One form of a kind's entries, such as one preset. */
interface EntryForm {
  /** Fields with one possible value each, such as `preset`. */
  readonly fixed: readonly Fields[];
  /** Names of fields that are a text. */
  readonly texts: readonly string[];
  /** Names of fields that are a list of texts. */
  readonly lists: readonly string[];
}

/** The forms of a kind's entries, read from its schema. So this file knows no kind. */
export const listEntryForms = memoizeByObject((kind: GrantKind): readonly EntryForm[] => {
  const json = z.toJSONSchema(kind.schema, { io: 'input', unrepresentable: 'any', target: 'draft-7' });
  return (json.anyOf ?? json.oneOf ?? [json]).flatMap((each) =>
    typeof each === 'object' ? [toForm(kind, each.properties ?? {})] : [],
  );
});

type Properties = NonNullable<z.core.JSONSchema.JSONSchema['properties']>;

/** Fields that every kind has, and that adoption decides. */
const decided = new Set(['name', 'kind', 'account', 'for', 'match', 'accountsIn', 'region', 'regions']);

function toForm({ name }: GrantKind, properties: Properties): EntryForm {
  const others = Object.entries(properties).filter(([field]) => !decided.has(field));
  const { preset } = properties;
  const presets = typeof preset === 'object' ? [...(preset.enum ?? []), preset.const] : [];
  const named = presets.filter((value) => typeof value === 'string');
  const fieldsOf = (type: string) =>
    others.flatMap(([field, value]) =>
      typeof value === 'object' && value.type === type && field !== 'preset' ? [field] : [],
    );
  return {
    fixed: named.length === 0 ? [{ kind: name }] : named.map((each) => ({ kind: name, preset: each })),
    texts: fieldsOf('string'),
    lists: fieldsOf('array'),
  };
}

/** Fields that may name one resource, first without its region. */
export const listResourceFields = (
  { texts, lists }: EntryForm,
  { id, region }: ResourceRef,
): readonly Fields[] =>
  [...texts.map((field) => ({ [field]: id })), ...lists.map((field) => ({ [field]: [id] }))].flatMap(
    (fields) => [fields, { ...fields, regions: [region] }],
  );

/** The entry, if it is valid and names exactly this resource. */
export function parseEntry(
  kind: GrantKind,
  fields: Fields,
  ref: ResourceRef,
  context: GrantContext,
): GrantEntry | undefined {
  const { data: entry } = kind.schema.safeParse(fields);
  if (entry === undefined) return undefined;
  const named = kind.listResources(entry, context);
  return named.length === 1 && named.every((each) => isSameResource(each, ref)) ? entry : undefined;
}

const isSameResource = (one: ResourceRef, other: ResourceRef): boolean =>
  one.kind === other.kind &&
  one.accountId === other.accountId &&
  one.id === other.id &&
  one.region === other.region;
