import type { AdoptedResource } from './adopt-all.ts';
import type { Fields } from './candidate-fields.ts';
import type { Candidate } from './candidates.ts';

/** A proposed grant. Its name is chosen later. */
export interface Proposal {
  readonly centralAccount: string;
  readonly fields: Fields;
  /** The ids of its resources. */
  readonly ids: readonly string[];
  /** Words for its name, such as the preset and the resource. */
  readonly title: string;
}

/** One grant for all resources whose grants differ only in the resource, if the kind lists its resources. */
export function mergeProposals(resources: readonly AdoptedResource[]): readonly Proposal[] {
  const all = resources.flatMap(({ proposals, centralAccount, ref, kind }) =>
    proposals.map((candidate) => ({ candidate, centralAccount, id: ref.id, type: kind.resourceType })),
  );
  const groups = Map.groupBy(all, ({ candidate, centralAccount }) =>
    JSON.stringify([centralAccount, withoutList(candidate)]),
  );
  return [...groups.values()].flatMap((group) => {
    const [first] = group;
    if (first === undefined) return [];
    const { candidate, centralAccount, type } = first;
    const ids = group.map(({ id }) => id);
    // Key ids begin with a digit, and names of grants do not.
    const resource = /^\d/.test(first.id) ? `${type}-${first.id.slice(0, 8)}` : first.id;
    const title = `${getPurpose(candidate)}-${resource}`;
    return [{ centralAccount, ids, fields: joinLists(candidate, ids), title }];
  });
}

const isList = (value: unknown): value is readonly unknown[] => Array.isArray(value);

/** The name of the field that lists the resources of an entry, besides `regions`. */
const getListField = ({ named }: Candidate): string | undefined =>
  Object.keys(named).find((field) => field !== 'regions' && isList(named[field]));

function withoutList(candidate: Candidate): Fields {
  const list = getListField(candidate);
  return Object.fromEntries(Object.entries(candidate.fields).filter(([field]) => field !== list));
}

function joinLists(candidate: Candidate, ids: readonly string[]): Fields {
  const list = getListField(candidate);
  return list === undefined ? candidate.fields : { ...candidate.fields, [list]: ids };
}

/** The preset. For raw statements: the words of the Sid. */
function getPurpose({ fields: { preset }, source: { Sid } }: Candidate): string {
  if (typeof preset === 'string' && preset !== 'raw') return preset;
  return (Sid || 'adopted').replace(/(?<=[a-z])(?=[A-Z])/g, '-');
}
