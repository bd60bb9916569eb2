import type { Store } from '../../../shared/store/ports.ts';
import { runLocally } from '../../../simulator/local-deployment.ts';
import type { SimulatedOrganization } from '../../../simulator/organization.ts';
import { createSimulatedServices } from '../../../simulator/simulated-services.ts';
import { createProcessClock, epoch } from '../time.ts';
import type { SimulationContext } from './context.ts';
import { findHandledViolations } from './invariants.ts';

type Executions = Pick<SimulationContext, 'start' | 'executions'>;

interface ExecutionOptions {
  readonly organization: SimulatedOrganization;
  readonly store: Store;
  /** The state of the play at the first start. */
  readonly context: () => SimulationContext;
}

type Revisions = ReadonlyMap<string, number | undefined>;

/** Executions of the deployed state machines on a shared store. Each is a process with a clock of its own. */
export function createExecutions({ organization, store, context }: ExecutionOptions): Executions {
  const shared = createSimulatedServices(organization, { store, quick: true });
  let executions = 0;

  const start: Executions['start'] = async (input, machine = 'account-onboarding') => {
    const { crashes, draw, expectedAccounts, history, inner } = context();
    executions += 1;
    const name = `run-${executions}`;
    history.push(`${Date.now() - epoch} ${name} starts ${machine} ${JSON.stringify(input).slice(0, 60)}`);
    const services = { ...shared, clock: createProcessClock(draw.between(-4_000, 4_000)) };
    const startedAt = Date.now();
    let verifiedAt = startedAt;
    const revisions = new Map<string, number | undefined>();
    const { status, error } = await runLocally({
      machine,
      services,
      name,
      input,
      waits: 'real',
      tasks: organization.world.tasks,
      around: async (token, invoke) => {
        if (token === 'VerifyAccessFunctionArn') verifiedAt = Date.now();
        const output = await crashes.around(token, invoke);
        if (token === 'RegisterAccountFunctionArn') noteRevision(revisions, output);
        return output;
      },
    });
    history.push(`${Date.now() - epoch} ${name} ${status} ${error ?? ''}`);
    const run = await inner.runs.get(name);
    const answersFor = await findAccountsAt(inner, revisions);
    expectedAccounts.ended(run, { startedAt, verifiedAt, answersFor });
    if (run?.status === 'succeeded' && run.accountIds.length > 0)
      await checkHandled(context(), run.accountIds);
  };

  return { start, executions: () => executions };
}

/** The answer of the function that registers an account. */
function noteRevision(revisions: Map<string, number | undefined>, output: unknown): void {
  const { accountId, revision } = output as { readonly accountId: string; readonly revision?: number };
  revisions.set(accountId, revision);
}

/** The accounts that the registry still has at their revision. */
async function findAccountsAt({ registry }: Store, revisions: Revisions): Promise<readonly string[]> {
  const ids: string[] = [];
  for (const [id, revision] of revisions)
    if ((await registry.getAccount(id))?.revision === revision) ids.push(id);
  return ids;
}

async function checkHandled(context: SimulationContext, accountIds: readonly string[]): Promise<void> {
  context.watch.violations.push(...(await findHandledViolations(context, accountIds)));
}
