import type { Services } from '../shared/reconcile/services.ts';
import type { FunctionInterceptor } from '../simulator/local-deployment.ts';

/** The functions after which a state machine may wait, each with the field of its result that contains the seconds. */
const waits: Readonly<Record<string, string>> = {
  AdvanceDeploymentFunctionArn: 'seconds',
  VerifyAccessFunctionArn: 'waitSeconds',
};

/** A Wait state takes no real time, so the clock advances by its seconds. */
export const passTime =
  ({ clock }: Pick<Services, 'clock'>): FunctionInterceptor =>
  async (token, invoke) => {
    const result = await invoke();
    await clock.sleep(readSeconds(result, waits[token]) * 1_000);
    return result;
  };

function readSeconds(result: unknown, field = ''): number {
  if (typeof result !== 'object' || result === null) return 0;
  const seconds = Object.entries(result).find(([name]) => name === field)?.[1];
  return typeof seconds === 'number' ? seconds : 0;
}
