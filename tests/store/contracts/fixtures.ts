import type { Account, RegisteredAccount } from '../../../shared/platform/account.ts';
import type { RegistryStore, ResourceChange, ResourceState, RunRecord } from '../../../shared/store/ports.ts';

export const at = '2026-01-02T03:04:05.678Z';
export const later = '2026-01-02T03:05:00.000Z';

export const accountId = (number: number): string => String(111122223333 + number);

export const anAccount = (changes: Partial<Account> = {}): Account => ({
  id: accountId(0),
  name: 'payments-production',
  state: 'ACTIVE',
  parentIds: ['r-abcd', 'ou-abcd-11111111'],
  ouPath: 'Workloads/Production',
  tags: { team: 'payments' },
  ...changes,
});

export const aState = (changes: Partial<ResourceState> = {}): ResourceState => ({
  appliedRevision: 7,
  configurationHash: 'a'.repeat(64),
  owned: ['AccountOnboardingProdLogsWrite', 'AccountOnboardingProdLogsRead'],
  generation: 3,
  updatedAt: at,
  ...changes,
});

export const bucket = 's3:us-east-1:arn:aws:s3:::example-audit-logs';
export const key = 'kms:us-east-1:arn:aws:kms:us-east-1:111122223333:key/1234abcd';

export const aRun = (changes: Partial<RunRecord> = {}): RunRecord => ({
  runId: 'run-1',
  status: 'running',
  startedAt: at,
  accountIds: [accountId(0)],
  ...changes,
});

export const aChange = (changes: Partial<ResourceChange> = {}): ResourceChange => ({
  resource: bucket,
  plannedAt: at,
  plannedGeneration: 3,
  planned: 'change',
  drift: 'foreign-changed',
  ...changes,
});

/** Writes that wait for their turn. */
let turns: Promise<unknown> = Promise.resolve();

/**
 * As the project registers: reads, puts on what was read, and starts over if the put was refused. Puts that were refused
 * wait for their turn, one after another, where the project waits for a random time.
 */
export async function register(registry: RegistryStore, account: Account): Promise<RegisteredAccount> {
  const attempt = async () => {
    const stored = await registry.account(account.id);
    return registry.put(account, stored?.revision, at);
  };
  const again = async (): Promise<RegisteredAccount> => (await attempt()) ?? again();
  const first = await attempt();
  if (first !== undefined) return first;
  const turn = turns.then(again);
  turns = turn.catch(() => {});
  return turn;
}

/** Tries to change a value from outside. A frozen one throws, which is as good. */
export function tamper(change: () => void): void {
  try {
    change();
  } catch (error) {
    if (!(error instanceof TypeError)) throw error;
  }
}
