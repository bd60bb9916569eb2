import type { AdoptedResource } from './adopt-all.ts';
import type { Fields } from './candidate-fields.ts';
import type { Candidate } from './candidates.ts';

/** A proposed grant that has no name yet. */
export interface Proposal {
  readonly centralAccount: string;
  readonly fields: Fields;
  /** The ids of the resources that the grant names. */
  readonly ids: readonly string[];
  /** Words from which the grant's name is made, such as the preset and the resource. */
  readonly title: string;
}

/** Makes one grant of several that differ only in their resource, if entries of the kind can list resources. */
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
    // The name of a grant cannot begin with a digit, as most key ids do.
    const resource = /^\d/.test(first.id) ? `${type}-${first.id.slice(0, 8)}` : first.id;
    const title = `${getPurpose(candidate)}-${resource}`;
    return [{ centralAccount, ids, fields: joinLists(candidate, ids), title }];
  });
}

const isList = (value: unknown): value is readonly unknown[] => Array.isArray(value);

/** The field in which an entry lists its resources. `regions` is a list, too, but names no resources. */
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

/** What the grant is for: its preset. For raw statements, the words of the statement's Sid. */
function getPurpose({ fields: { preset }, source: { Sid } }: Candidate): string {
  if (typeof preset === 'string' && preset !== 'raw') return preset;
  return (Sid || 'adopted').replace(/(?<=[a-z])(?=[A-Z])/g, '-');
}
