import { isMember } from '../../accounts/membership.ts';
import { matchesSelector } from '../../accounts/selector.ts';
import type { GrantEntry } from '../../grants/grant-schema.ts';
import type { Statement } from '../../iam/document.ts';
import { OnboardingError } from '../../platform/errors.ts';
import { compareByText } from '../../platform/order.ts';
import { type Fields, listEntryForms, listResourceFields, parseEntry } from './candidate-fields.ts';
import type { ProofContext } from './proof.ts';
import { toRawFields } from './raw-form.ts';
import { listAdmitted, listRoles, listSelectors, listTexts } from './statement-hints.ts';

/** A grant that might replace statements of a resource, and the statements that it would write. */
export interface Candidate {
  readonly entry: GrantEntry;
  /** The fields as a person would write them, without name and account. */
  readonly fields: Fields;
  /** Those fields that name the resource. */
  readonly named: Fields;
  /** The unmanaged statement from which the candidate was made. */
  readonly source: Statement;
  readonly statements: readonly Statement[];
}

/** The name of a candidate until the proposed grant gets its final name. */
const placeholderName = 'adopted';

/**
 * The grants that might replace a statement. Each is an entry that the kind's schema accepts and the kind can render.
 * So only the kind needs to know what the statement means. Pure.
 * @param unmanaged all unmanaged statements, because one grant may replace several of them
 */
export function listCandidates(
  proof: ProofContext,
  centralAccount: string,
  statement: Statement,
  unmanaged: readonly Statement[],
): readonly Candidate[] {
  const { kind, ref, context } = proof;
  const arns = kind.listArns(ref, context);
  const hints = { ...proof, statement, ownerId: ref.accountId, arns };
  const selectors = listSelectors(hints);
  const raw = toRawFields(statement, listAdmitted(hints), arns[0] ?? '');
  const roles = listRoles(statement);
  const texts = listTexts(unmanaged);
  const head = { name: placeholderName, account: centralAccount };
  const candidates = listEntryForms(kind).flatMap((form) =>
    form.fixed.flatMap((fixed) =>
      listResourceFields(form, ref).flatMap((named) =>
        selectors.flatMap((selector) => {
          const fields = { ...fixed, ...named, ...selector };
          return listOptions(form.texts, { texts, roles, raw })
            .map((option) => ({ ...fields, ...option }))
            .flatMap((each) =>
              render(proof, { ...head, ...each }, { fields: each, named, source: statement }),
            );
        }),
      ),
    ),
  );
  return removeDuplicates(candidates);
}

/** If several candidates write the same statements, keeps the first of them. */
function removeDuplicates(candidates: readonly Candidate[]): readonly Candidate[] {
  const groups = Map.groupBy(candidates, ({ statements }) => JSON.stringify(statements));
  return [...groups.values()].flatMap(([first]) => first ?? []);
}

/**
 * Combinations of optional fields. The one without any comes first, because the shorter of two equal candidates is
 * better.
 */
function listOptions(
  fields: readonly string[],
  { texts, roles, raw }: { texts: readonly string[]; roles: readonly string[]; raw: Fields | undefined },
): readonly Fields[] {
  const narrowed = roles.length === 0 ? [{}] : [{}, { roles }];
  const filled = fields.flatMap((field) => texts.map((text) => ({ [field]: text })));
  return [
    ...[{}, ...filled].flatMap((one) => narrowed.map((other) => ({ ...one, ...other }))),
    ...(raw === undefined ? [] : [raw]),
  ];
}

function render(
  proof: ProofContext,
  whole: Fields,
  parts: Pick<Candidate, 'fields' | 'named' | 'source'>,
): readonly Candidate[] {
  const { kind, ref, context, accounts } = proof;
  const entry = parseEntry(kind, whole, ref, context);
  if (entry === undefined) return [];
  const selected = accounts
    .filter((account) => isMember(account) && matchesSelector(entry.for, account))
    .toSorted(compareByText(({ id }) => id));
  try {
    const { next, owned } = kind.render({
      ref,
      actual: kind.empty,
      shares: [{ entry, accounts: selected }],
      remembered: [],
      context,
    });
    const statements = Object.values(kind.toDocuments(next, owned)).flatMap(
      (document) => document?.Statement ?? [],
    );
    return statements.length === 0 ? [] : [{ entry, ...parts, statements }];
  } catch (error) {
    // Rendering fails for some candidates: the policy would be too large, or a member role does not exist.
    if (error instanceof OnboardingError) return [];
    throw error;
  }
}
