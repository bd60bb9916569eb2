import { formatDifference } from '../../shared/iam/difference-text.ts';
import { getOutcome } from '../../shared/reconcile/outcome.ts';
import type { ResourceChange, RunRecord, WholeRun } from '../../shared/store/ports.ts';
import { getDifferences } from '../differences.ts';
import type { RunFacts } from './facts.ts';
import { toLines } from './lines.ts';

export interface ReadRun {
  readonly run: RunRecord;
  readonly changes: WholeRun['changes'];
  /** The first accounts of the run, with names. */
  readonly accounts: readonly string[];
}

/** How many characters all policies together may take. The newest runs come first. */
const maxDocuments = 2_000_000;

/** The runs, with their policies before and after as long as the page has room for them. Pure. */
export function createRunFacts(runs: readonly ReadRun[], room = maxDocuments): readonly RunFacts[] {
  let left = room;
  return runs.map((read) => {
    const facts = describeRun(read);
    return {
      ...facts,
      changes: facts.changes.map(({ documents, ...change }) => {
        if (documents === undefined) return change;
        const size = JSON.stringify(documents).length;
        if (size > left) return change;
        left -= size;
        return { ...change, documents };
      }),
    };
  });
}

function describeRun({ run, changes, accounts }: ReadRun): RunFacts {
  const { runId, status, startedAt, finishedAt, cause, startedBy, reason, error } = run;
  const why = reason ?? error?.message;
  const described = changes.map(describeChange);
  const shown = described.filter(isWorthShowing);
  return {
    runId,
    status,
    startedAt,
    ...(finishedAt === undefined ? {} : { finishedAt }),
    ...(cause === undefined ? {} : { cause }),
    ...(startedBy === undefined ? {} : { startedBy }),
    accounts: [...accounts],
    accountCount: run.accountIds.length,
    ...(why === undefined ? {} : { reason: why }),
    unresolved: [...(run.unresolved ?? [])],
    changes: shown,
    unchanged: described.length - shown.length,
  };
}

type ChangeFacts = RunFacts['changes'][number];

const isWorthShowing = ({ outcome, difference }: ChangeFacts): boolean =>
  outcome !== 'unchanged' || difference.length > 0;

function describeChange(change: ResourceChange): ChangeFacts {
  const { resource, added = [], removed = [], holds = [], error } = change;
  const difference = toLines(formatDifference(getDifferences(change)));
  const documents = difference.length === 0 ? [] : listDocuments(change);
  return {
    resource,
    outcome: getOutcome(change),
    added: added.length,
    removed: removed.length,
    held: holds.length,
    ...(error === undefined ? {} : { error: `${error.name}: ${error.message}` }),
    difference: [...difference],
    ...(documents.length === 0 ? {} : { documents: [...documents] }),
  };
}

function listDocuments({ before = {}, after = {} }: ResourceChange): NonNullable<ChangeFacts['documents']> {
  const names = [...new Set([...Object.keys(before), ...Object.keys(after)])].sort();
  return names
    .map((name) => ({ name, before: toText(before[name]), after: toText(after[name]) }))
    .filter((document) => document.before !== document.after);
}

const toText = (document: unknown): string =>
  document === undefined || document === null ? '' : JSON.stringify(document, null, 2);
