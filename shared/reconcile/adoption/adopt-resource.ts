import { type PolicyDocument, type Statement, toArray } from '../../iam/document.ts';
import { installationOf } from '../../iam/managed-statements.ts';
import { type Candidate, listCandidates } from './candidates.ts';
import { allowsAll, findReasonToKeep, type Proof, type ProofContext, proveRemoval } from './proof.ts';
import { listAdmitted } from './statement-hints.ts';

/** What adoption found for one unmanaged statement. */
export interface AdoptedStatement {
  readonly statement: Statement;
  /**
   * Whether the statement can be removed without a change of access, because managed statements and proposed grants
   * allow the same.
   */
  readonly proof: Proof;
}

/** The grants that adoption proposes for one resource. */
export interface ResourceAdoption {
  readonly proposals: readonly Candidate[];
  readonly statements: readonly AdoptedStatement[];
}

interface AdoptionRequest extends ProofContext {
  /** The name of the central account that owns the resource. */
  readonly centralAccount: string;
  /** The policy document as it is in AWS now. */
  readonly document: PolicyDocument;
  /** The managed statements that the configuration requires, or that the resource already has. */
  readonly managed: readonly Statement[];
}

/**
 * Proposes grants that can replace the unmanaged statements of a resource. A proposed grant gives no access that the
 * unmanaged statements do not give. A statement is superfluous if the managed statements and the proposed grants allow
 * everything that it allows. Pure.
 */
export function adoptResource(request: AdoptionRequest): ResourceAdoption {
  const proposals = propose(request, listUnmanaged(request.document));
  const managed = [...request.managed, ...proposals.flatMap(({ statements }) => statements)];
  return { proposals, statements: judgeStatements(request, managed) };
}

/** The unmanaged statements. A statement that another installation manages is not one of them. */
const listUnmanaged = ({ Statement }: PolicyDocument): readonly Statement[] =>
  Statement.filter(({ Sid }) => installationOf(Sid) === undefined);

/**
 * Proves for each unmanaged statement whether it is superfluous. The proofs use only managed statements. So all
 * superfluous statements can be removed together.
 */
export function judgeStatements(
  proof: ProofContext & Pick<AdoptionRequest, 'document'>,
  managed: readonly Statement[],
): readonly AdoptedStatement[] {
  const { document } = proof;
  const before = { ...document, Statement: [...new Set([...document.Statement, ...managed])] };
  return listUnmanaged(document).map((statement) => {
    const after = { ...before, Statement: before.Statement.filter((each) => each !== statement) };
    return { statement, proof: proveRemoval(proof, { removed: statement, managed, before, after }) };
  });
}

function propose(request: AdoptionRequest, unmanaged: readonly Statement[]): readonly Candidate[] {
  const supported = unmanaged.filter((statement) => findReasonToKeep(request, statement) === undefined);
  const isCovered = (statement: Statement, candidates: readonly Candidate[]): boolean => {
    const managed = [...request.managed, ...candidates.flatMap(({ statements }) => statements)];
    return allowsAll(request, [statement], managed);
  };
  let proposals: readonly Candidate[] = [];
  for (const statement of supported) {
    if (isForOwner(request, statement) || isCovered(statement, proposals)) continue;
    const best = listCandidates(request, request.centralAccount, statement, supported)
      .filter((candidate) => isCovered(statement, [...proposals, candidate]))
      .filter(({ statements }) => allowsAll(request, statements, supported))
      .toSorted((a, b) => Number(isRaw(a)) - Number(isRaw(b)) || countActions(a) - countActions(b))[0];
    if (best !== undefined) proposals = [...proposals, best];
  }
  return dropNeedless(
    proposals,
    (some) => supported.filter((statement) => isCovered(statement, some)).length,
  );
}

/**
 * Whether the statement gives access only to the account that owns the resource. No grant can replace it, because
 * grants are for other accounts.
 */
const isForOwner = (
  { kind, ref, context, accounts, senders }: AdoptionRequest,
  statement: Statement,
): boolean =>
  listAdmitted({
    statement,
    accounts,
    senders,
    ownerId: ref.accountId,
    arns: kind.listArns(ref, context),
  }).every((id) => id === ref.accountId);

/** Whether a proposed grant has raw statements. A preset is better, because runs cannot verify raw statements. */
const isRaw = ({ entry }: Candidate): boolean => 'preset' in entry && entry.preset === 'raw';

const countActions = ({ statements }: Candidate): number =>
  statements.reduce((sum, { Action = [] }) => sum + toArray(Action).length, 0);

/**
 * Drops proposed grants that are not needed: without them, the others make as many statements superfluous. Raw grants
 * are dropped first.
 */
function dropNeedless(
  proposals: readonly Candidate[],
  countCovered: (some: readonly Candidate[]) => number,
): readonly Candidate[] {
  const presets = proposals.filter((each) => !isRaw(each));
  const isNeeded = (one: Candidate, all: readonly Candidate[]): boolean =>
    countCovered(all.filter((each) => each !== one)) < countCovered(all);
  let kept = proposals;
  for (const raw of proposals.filter(isRaw))
    if (!isNeeded(raw, kept)) kept = kept.filter((each) => each !== raw);
  let keptPresets = presets;
  for (const preset of presets)
    if (!isNeeded(preset, keptPresets)) keptPresets = keptPresets.filter((each) => each !== preset);
  return kept.filter((each) => isRaw(each) || keptPresets.includes(each));
}
