import type { PutEventsRequestEntry } from '@aws-sdk/client-eventbridge';
import { eventContract } from '../shared/composition/event-contract.ts';
import { toFindings } from '../shared/platform/findings.ts';

const ownSources: ReadonlySet<string | undefined> = new Set(eventContract.map(({ source }) => source));

/**
 * How an event of this project breaks its published contract (`schema/events.schema.json`), one line for each mistake.
 * A field that the contract does not name is a mistake, too: the contract must be extended first. Empty for events of
 * other sources.
 */
export function findContractViolations({
  Source,
  DetailType,
  Detail,
}: PutEventsRequestEntry): readonly string[] {
  if (!ownSources.has(Source)) return [];
  const declared = eventContract.find(
    ({ source, detailType }) => source === Source && detailType === DetailType,
  );
  if (declared === undefined) return [`the contract has no event "${DetailType}" of ${Source}`];
  const { error } = declared.detail.safeParse(parseJson(Detail));
  return error === undefined
    ? []
    : toFindings(error.issues).map(({ path, message }) => `"${DetailType}": ${path || 'detail'} ${message}`);
}

/** `undefined` if it is no JSON. */
function parseJson(text: string | undefined): unknown {
  try {
    return JSON.parse(text ?? '');
  } catch {
    return undefined;
  }
}
