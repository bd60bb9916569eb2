import type { RegisteredAccount } from '../../../shared/platform/account.ts';
import type { ResourceChange, Store } from '../../../shared/store/ports.ts';
import { isMember } from '../oracle/organization.ts';

/** A line that the record of a run must have, or may have. */
export interface DueLine {
  readonly what: string;
  readonly must: boolean;
  readonly is: (line: string) => boolean;
}

/**
 * A line for a resource with unresolved work: it begins with the resource's key and names the error. If several
 * resources share an error, its line ends with the keys of the first ones.
 */
export function listDueLines({ resource, outcome, error }: ResourceChange): readonly DueLine[] {
  if (outcome === 'written' || outcome === 'unchanged') return [];
  const name = error?.name ?? '';
  return [
    {
      what: `${resource}: ${name}`,
      must: true,
      is: (line) => line.includes(name) && (line.startsWith(`${resource}: `) || sharesLine(resource, line)),
    },
  ];
}

const shared = /\. ([\d,]+) resources are affected: (.+?)( and [\d,]+ more)?$/;

/** Whether the line is for several resources, and names this one or says that there are more. */
function sharesLine(resource: string, line: string): boolean {
  const [, , named = '', more] = shared.exec(line) ?? [];
  return more !== undefined || named.split(', ').includes(resource);
}

/** Accounts that wait for approval, and would get more access if they were approved. */
export const listWaitingIds = (accounts: readonly RegisteredAccount[]): readonly string[] =>
  accounts.filter((each) => each.approval !== undefined && isMember(each)).map(({ id }) => id);

/** A line for each waiting account. It must be present if no operator is asked about the account. */
export async function listWaitingLines(
  { registry, approvals }: Store,
  now: number,
): Promise<readonly DueLine[]> {
  const open = (await approvals.listOpen()).items.filter(({ until }) => Date.parse(until) > now);
  const asked = new Set(open.flatMap(({ accounts }) => accounts.map(({ id }) => id)));
  return listWaitingIds(await registry.listAccounts()).map((id) => ({
    what: `account ${id} waits for approval`,
    must: !asked.has(id),
    is: (line) => line.includes(id) && line.includes('waits for approval'),
  }));
}

/** Lines that a record has without reason, and lines that it lacks. */
export const findUnexpectedLines = (left: readonly string[], due: readonly DueLine[]): readonly string[] => [
  ...left.filter((line) => !due.some(({ is }) => is(line))).map((line) => `the quiet sweep left: ${line}`),
  ...due
    .filter(({ must, is }) => must && !left.some(is))
    .map(({ what }) => `the quiet sweep does not say: ${what}`),
];
