import type { Configuration } from '../../configuration/schema.ts';
import { parseSecretArn } from '../../platform/aws/secret-arn.ts';
import { toErrorRecord } from '../../platform/errors.ts';
import type { RememberedTargets } from '../../store/ports.ts';
import type { DeploymentServices } from './services.ts';
import { listConfiguredSecrets, type NamedSecret } from './targets.ts';

/** A secret that could not be checked, and the run that noticed it. */
interface Trouble {
  readonly configuration: Configuration;
  readonly secret: NamedSecret;
  readonly runId: string;
}

/**
 * Whether this run must report why a secret cannot be checked, because no run has reported it yet. Errors are stored
 * only for secrets that are checked repeatedly: those in the configuration, and those that were deployed before. For
 * any other secret, each error is reported.
 */
export async function isNewError(
  { store: { outbox }, clock }: DeploymentServices,
  { configuration, secret, runId }: Trouble,
  thrown: unknown,
): Promise<boolean> {
  const { name: trouble } = toErrorRecord(thrown);
  const isKept =
    isConfigured(secret, configuration) || (await outbox.listWatched()).includes(secret.secretId);
  if (!isKept) return true;
  const key = troubleKey(secret, configuration);
  const storedTargets = await outbox.getRememberedTargets(key);
  // If this run has stored the error itself, its function may have been repeated before it could report the error.
  if (storedTargets?.trouble === trouble) return storedTargets.notifiedByRun === runId;
  await outbox.rememberTargets(key, {
    targets: [],
    at: 0,
    ...storedTargets,
    trouble,
    notifiedByRun: runId,
    troubleAt: clock.now(),
  });
  return true;
}

/**
 * Deletes the stored error of a secret after a check without an error. If the same error comes back, it is reported
 * again.
 * @param since when the check began, in milliseconds since the epoch
 */
export async function forgetError(
  { store: { outbox } }: DeploymentServices,
  { configuration, secret }: Omit<Trouble, 'runId'>,
  since: number,
): Promise<void> {
  if (!isConfigured(secret, configuration)) return;
  const key = troubleKey(secret, configuration);
  const storedTargets = await outbox.getRememberedTargets(key);
  if (storedTargets !== undefined && selectLaterError(storedTargets, since) === undefined)
    await outbox.unwatch(key);
}

/**
 * The error that another run has stored after this check began. The check may have read the secret before that error,
 * so its success does not prove that the error is gone.
 * @param since when the check began, in milliseconds since the epoch
 */
export function selectLaterError(
  storedTargets: RememberedTargets | undefined,
  since: number,
): Pick<RememberedTargets, 'trouble' | 'notifiedByRun' | 'troubleAt'> | undefined {
  const { trouble, notifiedByRun, troubleAt } = storedTargets ?? {};
  if (trouble === undefined || notifiedByRun === undefined || troubleAt === undefined) return undefined;
  return troubleAt >= since ? { trouble, notifiedByRun, troubleAt } : undefined;
}

/** Whether the configuration names the secret, by its name or its ARN. */
export const isConfigured = (secret: NamedSecret, configuration: Configuration): boolean =>
  listConfiguredSecrets(configuration).some((each) => nameOf(each) === nameOf(secret));

/**
 * The key under which the error of a secret is stored. It is the ARN if the secret is checked because it was deployed
 * before.
 */
const troubleKey = (secret: NamedSecret, configuration: Configuration): string =>
  isConfigured(secret, configuration) ? `configured:${nameOf(secret)}` : secret.secretId;

/** A string that is equal for the name and for the ARN of the same secret. */
const nameOf = ({ accountId, region, secretId }: NamedSecret): string =>
  [accountId, region, parseSecretArn(secretId)?.name ?? secretId].join(':');
