import { performance } from 'node:perf_hooks';
import type { Configuration } from '../shared/configuration/schema.ts';
import type { CallCounts } from '../shared/platform/aws/plugins.ts';
import type { Services } from '../shared/reconcile/services.ts';
import type { DeliveryKey } from '../shared/store/ports.ts';
import { type FunctionInterceptor, runLocally } from '../simulator/local-deployment.ts';
import type { Session } from './command.ts';
import { parseStartedRequest, type StartedRequest } from './deployment-input.ts';
import { formatRequest, printDeployment } from './deployment-output.ts';
import { createDeploymentReport, type DeploymentReport, readDeliveries } from './deployment-report.ts';
import { makeDeployable } from './deployment-world.ts';
import { type ExitCode, exitCodes } from './exit-codes.ts';
import { formatCount } from './output.ts';
import { createProgress } from './progress.ts';
import { connectForRun, createLogger } from './services.ts';
import { passTime } from './simulated-time.ts';
import { createSimulation, forgetCalls, prepareDeployment } from './simulation.ts';

export interface DeploymentRun {
  readonly runId: string;
  readonly input: unknown;
  readonly configuration: Configuration;
  readonly simulate: boolean;
}

/** Runs `config-deployment` locally, for an event or a manual input about secrets and deployments. */
export async function runDeployment(run: DeploymentRun, session: Session): Promise<ExitCode> {
  const started = await parseStartedRequest(run.input);
  if ('reason' in started) return ignored(run, started.reason, session);
  const environment = run.simulate ? await simulated(run, started, session) : await connected(run, session);
  return runOn(environment, { ...run, request: started.request }, session);
}

type Started = Extract<StartedRequest, { readonly request: unknown }>;

interface DeploymentEnvironment {
  readonly services: Services;
  readonly calls: CallCounts;
  readonly where: string;
  readonly waits: 'none' | 'real';
  readonly around?: FunctionInterceptor;
}

async function simulated(
  { configuration }: DeploymentRun,
  { request }: Started,
  session: Session,
): Promise<DeploymentEnvironment> {
  const logger = createLogger(session);
  const { organization, services, calls } = createSimulation(configuration, { logger });
  await prepareDeployment(services, configuration);
  makeDeployable({ organization, configuration }, request);
  session.io.prepareWorld?.(organization);
  forgetCalls(calls);
  const size = formatCount(organization.world.accounts.size, 'account');
  return {
    services,
    calls,
    where: `a simulated organization of ${size}`,
    waits: 'none',
    around: passTime(services),
  };
}

/** Connects to AWS or to a simulation. On AWS, the command really waits, because deployments take time. */
async function connected(
  { configuration, runId }: DeploymentRun,
  session: Session,
): Promise<DeploymentEnvironment> {
  const { services, calls, where } = await connectForRun(session, configuration, runId);
  return { services, calls, where, waits: 'real' };
}

async function runOn(
  { services, calls, where, waits, around }: DeploymentEnvironment,
  { runId, input, configuration, request }: DeploymentRun & Started,
  { out }: Session,
): Promise<ExitCode> {
  out.line(`${out.colors.bold(`Run ${runId}`)}: ${formatRequest(request)}`);
  out.line(out.colors.dim(`In ${where}`));
  out.line();
  const progress = createProgress(out, 'config-deployment');
  const deliveries: DeliveryKey[] = [];
  const start = performance.now();
  const result = await runLocally({
    machine: 'config-deployment',
    services,
    name: runId,
    input,
    waits,
    onState: (event) => {
      deliveries.push(...readDeliveries(event));
      progress(event);
    },
    ...(around === undefined ? {} : { around }),
  });
  const durationMs = Math.round(performance.now() - start);
  const report = await createDeploymentReport(services.store, {
    runId,
    result,
    deliveries,
    calls,
    durationMs,
  });
  out.result(report);
  printDeployment(out, configuration, report);
  return report.status === 'failed' ? exitCodes.failed : exitCodes.succeeded;
}

function ignored({ runId }: DeploymentRun, reason: string, { out }: Session): ExitCode {
  const report: DeploymentReport = {
    status: 'ignored',
    runId,
    reason,
    deployments: [],
    unresolved: [],
    calls: {},
    durationMs: 0,
  };
  out.result(report);
  out.line(`${out.colors.bold(out.colors.yellow('ignored'))}: ${reason}`);
  return exitCodes.succeeded;
}
