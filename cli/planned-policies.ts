import type { ResourceSnapshot } from '../shared/reconcile/plan-all.ts';
import { toJsonDocuments, toNextDocuments } from '../shared/reconcile/read-and-plan.ts';
import type { Output } from './output.ts';

/** Policy documents by name. A document that does not exist is null. */
type Documents = ReturnType<typeof toJsonDocuments>;

export interface PlannedPolicies {
  readonly before: Documents;
  readonly after: Documents;
}

/** The policies of a resource that would change. `undefined` if nothing would change. */
export function getPlannedPolicies({ actual, plan, desired }: ResourceSnapshot): PlannedPolicies | undefined {
  if (actual === undefined || plan?.changed !== true) return undefined;
  return { before: toJsonDocuments(actual), after: toJsonDocuments(toNextDocuments(desired, plan)) };
}

/** Each policy document as JSON, under a heading such as `policy, before`. */
export function formatPolicies({ before, after }: PlannedPolicies): readonly string[] {
  const names = [...new Set([...Object.keys(before), ...Object.keys(after)])].sort();
  return names.flatMap((name) => [
    `${name}, before:`,
    ...formatDocument(before[name]),
    `${name}, after:`,
    ...formatDocument(after[name]),
  ]);
}

const formatDocument = (document: unknown): readonly string[] =>
  document === undefined || document === null ? ['none'] : JSON.stringify(document, null, 2).split('\n');

/** Prints the complete policies. No line of JSON is cut or broken, so that it can be copied. */
export function printPolicies(out: Output, policies: PlannedPolicies | undefined, indent: string): void {
  if (policies === undefined) return;
  for (const line of formatPolicies(policies)) out.verbatim(`${indent}${line}`);
}
