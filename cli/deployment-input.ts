import { parseRotationEvent, type RotationRequest } from '../shared/secrets/deployment/event.ts';
import { explainNotStarted } from '../simulator/local-deployment.ts';

/** Keys that only an operator's input to `config-deployment` has, and no event. */
const manualKeys = ['secretId', 'application', 'profile', 'resumePending'];

/**
 * Whether an event or manual input is for the state machine `config-deployment`, because it is about deployments or the
 * value of a secret. All others are about accounts or resources. A call that creates or tags a secret is about a
 * resource.
 */
export async function isDeploymentInput(input: unknown): Promise<boolean> {
  if (typeof input !== 'object' || input === null || Array.isArray(input)) return false;
  if (!('detail' in input || 'source' in input))
    return !('accountId' in input || 'accountIds' in input) && manualKeys.some((key) => key in input);
  if ((await explainNotStarted(input, 'config-deployment')) === undefined) return true;
  const isOfSecrets = 'source' in input && secretSources.includes(String(input.source));
  return isOfSecrets && (await explainNotStarted(input)) !== undefined;
}

const secretSources = ['aws.secretsmanager', 'account-onboarding.rotation'];

/** A request, or why the rules of `infrastructure/rules.yml` start nothing for an event. */
export type StartedRequest =
  | { readonly request: Exclude<RotationRequest, { readonly type: 'ignored' }> }
  | { readonly reason: string };

/** @throws MalformedEventError with all findings */
export async function parseStartedRequest(input: unknown): Promise<StartedRequest> {
  const request = parseRotationEvent(input);
  if (request.type === 'ignored') return { reason: request.reason };
  if (request.cause === 'deployment' || request.cause === 'scheduled') return { request };
  const reason = await explainNotStarted(input, 'config-deployment');
  return reason === undefined ? { request } : { reason };
}
