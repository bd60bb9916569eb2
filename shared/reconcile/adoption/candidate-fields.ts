import * as z from 'zod';
import type { GrantContext, GrantKind, ResourceRef } from '../../grants/contract.ts';
import type { GrantEntry } from '../../grants/grant-schema.ts';
import { memoizeByObject } from '../../platform/memoize.ts';

/** The fields of a grant's entry, without its name, account and selector. */
export type Fields = Readonly<Record<string, unknown>>;

/** One form that the entries of a grant kind can have, such as one preset. */
interface EntryForm {
  /** Fields with only one possible value in this form, such as `preset`. */
  readonly fixed: readonly Fields[];
  /** Names of fields whose value is a string. */
  readonly texts: readonly string[];
  /** Names of fields whose value is a list of strings. */
  readonly lists: readonly string[];
}

/**
 * The forms that entries of a grant kind can have. They are read from the kind's schema, so that this file needs no
 * knowledge of kinds.
 */
export const listEntryForms = memoizeByObject((kind: GrantKind): readonly EntryForm[] => {
  const json = z.toJSONSchema(kind.schema, { io: 'input', unrepresentable: 'any', target: 'draft-7' });
  return (json.anyOf ?? json.oneOf ?? [json]).flatMap((each) =>
    typeof each === 'object' ? [toForm(kind, each.properties ?? {})] : [],
  );
});

type Properties = NonNullable<z.core.JSONSchema.JSONSchema['properties']>;

/** Fields that entries of every kind have. Other parts of adoption choose their values. */
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

/** Fields with which an entry may name one resource. Those without a region come first, because they are shorter. */
export const listResourceFields = (
  { texts, lists }: EntryForm,
  { id, region }: ResourceRef,
): readonly Fields[] =>
  [...texts.map((field) => ({ [field]: id })), ...lists.map((field) => ({ [field]: [id] }))].flatMap(
    (fields) => [fields, { ...fields, regions: [region] }],
  );

/** Parses an entry. `undefined` if it is invalid, or if it names another resource than this one. */
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
