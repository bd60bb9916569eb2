import type { Configuration } from '../../configuration/schema.ts';
import { parseSecretArn } from '../../platform/aws/secret-arn.ts';
import { toErrorRecord } from '../../platform/errors.ts';
import type { RememberedTargets } from '../../store/ports.ts';
import type { DeploymentServices } from './services.ts';
import { listConfiguredSecrets, type NamedSecret } from './targets.ts';

/** The secret with the problem, and the run that met it. */
interface Trouble {
  readonly configuration: Configuration;
  readonly secret: NamedSecret;
  readonly runId: string;
}

/**
 * Whether no other run has reported yet why a secret cannot be checked. It applies to secrets that the configuration
 * names, or that the scheduled check checks because they were deployed before. For any other secret a problem is always
 * new.
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
  const known = await outbox.getRememberedTargets(key);
  // A retried function reports a problem that it has not recorded yet.
  if (known?.trouble === trouble) return known.notifiedByRun === runId;
  await outbox.rememberTargets(key, {
    targets: [],
    at: 0,
    ...known,
    trouble,
    notifiedByRun: runId,
    troubleAt: clock.now(),
  });
  return true;
}

/**
 * After a check without an error, an equal error is new again. @param since when the check began, in milliseconds since
 * the epoch
 */
export async function forgetError(
  { store: { outbox } }: DeploymentServices,
  { configuration, secret }: Omit<Trouble, 'runId'>,
  since: number,
): Promise<void> {
  if (!isConfigured(secret, configuration)) return;
  const key = troubleKey(secret, configuration);
  const known = await outbox.getRememberedTargets(key);
  if (known !== undefined && selectLaterError(known, since) === undefined) await outbox.unwatch(key);
}

/**
 * The error that another run met after a check began. The check may have been frozen since, so its success says nothing
 * about that error.
 * @param since when the check began, in milliseconds since the epoch
 */
export function selectLaterError(
  known: RememberedTargets | undefined,
  since: number,
): Pick<RememberedTargets, 'trouble' | 'notifiedByRun' | 'troubleAt'> | undefined {
  const { trouble, notifiedByRun, troubleAt } = known ?? {};
  if (trouble === undefined || notifiedByRun === undefined || troubleAt === undefined) return undefined;
  return troubleAt >= since ? { trouble, notifiedByRun, troubleAt } : undefined;
}

/** By its name or its ARN. */
export const isConfigured = (secret: NamedSecret, configuration: Configuration): boolean =>
  listConfiguredSecrets(configuration).some((each) => nameOf(each) === nameOf(secret));

/** The problem of a secret that is checked because it was deployed before has the secret's ARN as its key. */
const troubleKey = (secret: NamedSecret, configuration: Configuration): string =>
  isConfigured(secret, configuration) ? `configured:${nameOf(secret)}` : secret.secretId;

/** One key for the name and the ARN. */
const nameOf = ({ accountId, region, secretId }: NamedSecret): string =>
  [accountId, region, parseSecretArn(secretId)?.name ?? secretId].join(':');
