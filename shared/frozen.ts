/**
 * A frozen copy of plain data, as JSON would hold it: without the keys that are undefined. What is such a copy already,
 * as a part of what was read before, is shared: nobody can change it.
 */
export const frozen = <T>(value: T): T => copied(value) as T;

const copies = new WeakSet<object>();

function copied(value: unknown): unknown {
  if (typeof value !== 'object' || value === null) return value;
  if (copies.has(value)) return value;
  const copy = Array.isArray(value) ? value.map((part) => copied(part) ?? null) : copiedFields(value);
  copies.add(Object.freeze(copy));
  return copy;
}

function copiedFields(value: object): object {
  const fields: [string, unknown][] = [];
  for (const [name, part] of Object.entries(value)) if (part !== undefined) fields.push([name, copied(part)]);
  return Object.fromEntries(fields);
}
